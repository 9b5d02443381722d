"""The bundled captures, and what capinfos counts in them."""

import csv

from helpers.shared_data import CHECKOUT

SAMPLES = sorted((CHECKOUT / "traces" / "samples").glob("*.pcap*"))


def expected_counts():
    """Give packets, wire_bytes and duration_ns of each bundled capture, as capinfos has them."""
    with (CHECKOUT / "tests" / "data" / "samples.tsv").open() as file:
        rows = csv.DictReader(file, delimiter="\t")
        return {row.pop("file"): {key: int(text) for key, text in row.items()} for row in rows}
