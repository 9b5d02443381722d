"""Tables that are parted: every cell is there whole, in lines that fit."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rxreplay.report.as_plan import print_all
from rxreplay.report.parting import parted
from rxreplay.report.showing import console

HEADS = ["", "a VM takes", "saves", "", "a host"]
ROWS = [
    ["neither mergeable buffers nor guest GSO", "4.13 MiB", "2.03 MiB", "33.0 %", "60.9 MiB"],
    ["half", "9.13 MiB", "-1.85 MiB", "-30.0 %", "-55.4 MiB"],
]
FOLDED = 9 + sum((12, 11, 9, 11))  # "mergeable" and all figures, with the gaps between them


def written(width, *, words=1, rows=ROWS):
    out = io.StringIO()
    console = Console(file=out, width=width)
    tables = list(parted("Title", HEADS, rows, width, words=words))
    for table in tables:
        console.print(table)
    return len(tables), out.getvalue()


@given(st.sampled_from([*range(21, 40), FOLDED - 1, FOLDED, FOLDED + 1, 81, 82, 100]))
def test_every_cell_is_there_whole(width):
    tables, text = written(width)
    assert "…" not in text
    assert all(len(line) <= width for line in text.splitlines())
    for cell in [*HEADS[1:], *ROWS[0][1:], *ROWS[1][1:]]:
        assert cell in text
    assert [text.count(word) for word in ("neither", "mergeable", "GSO")] == [tables] * 3
    assert text.count("Title") == 1


@pytest.mark.parametrize(
    ("width", "tables", "folds"), [(82, 1, False), (81, 1, True), (75, 1, True), (74, 2, False)]
)
def test_words_are_folded_first_and_then_columns_parted(width, tables, folds):
    found, text = written(width)
    assert found == tables
    assert (ROWS[0][0] not in text) == folds


def test_a_second_column_of_words_is_repeated():
    tables, text = written(40, words=2)
    assert tables > 1
    assert text.count("a VM takes") == text.count("4.13 MiB") == tables


def test_tables_have_an_empty_line_between_them():
    tables = list(parted("Title", HEADS, ROWS, 40, words=1))
    print_all(console(out := io.StringIO()), tables)
    assert len(tables) > 1
    assert out.getvalue().count("\n\n") == len(tables) - 1
