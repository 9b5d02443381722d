"""What tcpdump compiles and counts for filter expressions; needs it (`make test-peers`).

The same programs and counts are kept in tests/data/filters.json, which tests/traces/test_run_bpf.py
holds the machine against without tcpdump; `--update-golden` writes them anew.
"""

import csv
import gzip
import json
import subprocess
from importlib.util import find_spec

import pytest
import rxreplay
import zstandard
from helpers.filter_packets import LINKS, made_capture
from helpers.filters import EXPRESSIONS, KEPT, kept, packets_of
from helpers.samples import SAMPLES
from rxreplay.errors import OptionError
from rxreplay.traces.filters import compile_filter
from rxreplay.traces.link_types import NAMES

NUMBERS = {name: number for number, name in NAMES.items()}
OPENERS = {".gz": gzip.open, ".zst": zstandard.open}


def tcpdump(path, expression, *options):
    """Give what tcpdump prints, or None where it refuses the expression."""
    command = ["tcpdump", *options, "-r", path, expression]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    return None if ran.returncode else ran.stdout


def count(path, expression):
    said = tcpdump(path, expression, "--count")
    return said and int(said.split()[0])


def program(path, expression):
    said = tcpdump(path, expression, "-ddd")
    return said and [[int(number) for number in row.split()] for row in said.splitlines()[1:]]


def text_of(rows):
    return ", ".join(" ".join(map(str, row)) for row in rows)


def of_all(path, ask):
    said = {expression: ask(path, expression) for expression in EXPRESSIONS}
    return {expression: answer for expression, answer in said.items() if answer is not None}


def test_the_kept_programs_and_counts_are_those_of_tcpdump(tmp_path, update_golden):
    made = {link: tmp_path / f"{link}.pcap" for link in LINKS}
    for link, path in made.items():
        path.write_bytes(made_capture(link))
    captures = made | {path.name: path for path in SAMPLES}
    said = {
        "programs": {
            link: {expression: text_of(rows) for expression, rows in of_all(path, program).items()}
            for link, path in made.items()
        },
        "counts": {name: of_all(path, count) for name, path in captures.items()},
    }
    if update_golden:
        KEPT.write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")
    assert said == kept()


def corpus(shared):
    """Give the captures of one link type that tcpdump reads to the end, as their manifest says."""
    with (shared / "corpus" / "MANIFEST.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row["tcpdump_packets"] and not row["tcpdump_says"] and "+" not in row["linktype"]:
                yield row


def decompressed(path, folder):
    """Give a path of the bytes that tcpdump can read."""
    if path.suffix not in OPENERS:
        return path
    with OPENERS[path.suffix](path) as file:
        plain = folder / path.stem
        plain.write_bytes(file.read())
    return plain


def compiled(row, expression):
    """Give what we compile for the captures of a row of the manifest, or None where we refuse."""
    link = row["linktype"]
    number = NUMBERS[link] if link in NUMBERS else int(link.removeprefix("LT"))
    try:
        return compile_filter(expression, number, swapped=row["endianness"] == "big").tolist()
    except OptionError:
        return None


def counted(path, expression):
    """Give the packets that the tool counts, or None where the expression is refused."""
    try:
        [trace] = rxreplay.info([path], filter=expression).traces
    except OptionError:
        return None
    return trace.packets


def test_the_tool_counts_what_tcpdump_counts(shared, tmp_path):
    pytest.importorskip("cypcap")
    differing, compared = [], 0
    for row in corpus(shared):
        path = decompressed(shared / "corpus" / row["file"], tmp_path)
        for expression in ("ip", "tcp port 80", "udp", "ip6", "greater 100", "len < 64"):
            expected, ours = count(path, expression), counted(path, expression)
            compared += 1
            if expected != ours:
                differing.append((row["file"], expression, expected, ours))
    assert differing == []
    assert compared > 300


def test_counts_on_real_captures_are_those_of_tcpdump(shared, tmp_path):
    """With the programs of tcpdump, and with our own where cypcap is installed."""
    differing, compared, ours = [], 0, find_spec("cypcap")
    for row in corpus(shared):
        path = decompressed(shared / "corpus" / row["file"], tmp_path)
        packets = packets_of(path)
        for expression in EXPRESSIONS:
            programs = [program(path, expression)]
            programs += [compiled(row, expression)] if ours else []
            counts = [rows and int(packets.matched(rows).sum()) for rows in programs]
            expected = count(path, expression)
            compared += 1
            if any(counted != expected for counted in counts):
                differing.append((row["file"], expression, expected, *counts))
    assert differing == []
    assert compared > 1000
