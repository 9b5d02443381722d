"""The worked examples of all kernels and modes, measured or computed independently of this code.

tests/golden/worked-examples.tsv has, for a frame on a fresh ring, its truesize, linear bytes, frags
and the bytes copied by the driver. Unlike strategies.txt it is never written by the emulator.
"""

import csv

import pytest
from helpers.replaying import cell
from helpers.shared_data import CHECKOUT

with (CHECKOUT / "tests" / "golden" / "worked-examples.tsv").open() as file:
    EXAMPLES = [tuple(row) for row in csv.reader(file, delimiter="\t")][1:]
STRATEGIES = sorted({strategy for strategy, _, _ in EXAMPLES})


@pytest.mark.parametrize("name", STRATEGIES)
def test_worked_examples_come_out(name):
    mine = [(name, length, cell(name, int(length))) for s, length, _ in EXAMPLES if s == name]
    assert mine == [example for example in EXAMPLES if example[0] == name]
