"""What the bundled captures come to, wherever they are read and whoever replays them."""

import json
import subprocess
import sys
from pathlib import Path

from .shared_data import CHECKOUT

SAMPLES = CHECKOUT / "traces" / "samples"
EXPECTED = CHECKOUT / "tests" / "data" / "samples-corpus.json"
STRATEGIES = ("-s", "5.10/mergeable", "-s", "4.10/small")


def corpus(source, results, *how):
    """Run the command; give what it ended with."""
    command = [sys.executable, "-m", "rxreplay", "corpus", str(source), "-o", str(results), "-q"]
    return subprocess.run(
        [*command, *STRATEGIES, *how], capture_output=True, text=True, check=False
    )


def essence(results):
    """Give what of a corpus does not depend on where its captures lie."""
    document = json.loads((Path(results) / "corpus.json").read_text())
    return {
        "totals": document["totals"],
        "digests": {Path(each["name"]).name: each["digest"] for each in document["traces"]},
        "sums": {each["strategy"]: each["sums"] for each in document["results"]},
        "failed": sorted(Path(each["name"]).name for each in document["failed"]),
    }


def expected():
    return json.loads(EXPECTED.read_text())
