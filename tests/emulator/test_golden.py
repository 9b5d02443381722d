"""Did any behaviour change?  Every strategy and length, against the table in tests/golden."""

from pathlib import Path

import pytest
from helpers.replaying import cell
from rxreplay.emulator import STRATEGIES

TABLE = Path(__file__).parents[1] / "golden" / "strategies.txt"
HEADING = """\
# One frame on a fresh ring of 256: truesize/linear/nr_frags/copied, bytes, or drop.
# Written by: pytest tests/emulator/test_golden.py --update-golden
"""
NAMES = [strategy.name for strategy in STRATEGIES] + ["mst-2016/mergeable,min_avg=1518"]
LENGTHS = (
    *(13, 14, 60, 64, 128, 129, 256, 512, 1024, 1460, 1514, 1518, 1519, 1524, 1525),
    *(4000, 4080, 4081, 9014, 16000, 65550, 73712, 73713, 250000),
)


def table():
    rows = [f"{name:32}{length:>7}  {cell(name, length)}" for name in NAMES for length in LENGTHS]
    return HEADING + "".join(f"{row}\n" for row in rows)


@pytest.mark.compiled
def test_the_table_of_strategies(update_golden):
    if update_golden:
        TABLE.write_text(table(), encoding="ascii")
    assert table().splitlines() == TABLE.read_text(encoding="ascii").splitlines()
