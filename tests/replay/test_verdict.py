"""Who wins, in words: droppers never, ties together, and what if nobody can."""

from dataclasses import replace

import pytest
import rxreplay
from rxreplay.comparing import default_strategies
from rxreplay.verdict import verdict

MANY = [strategy.name for strategy in default_strategies()]


def say(traffic, names=(), **options):
    results = rxreplay.compare([traffic], names, rxreplay.Options(**options))
    return verdict(results.of(0), results.reference)


def clauses(text):
    assert text.startswith("For this traffic ")
    assert text.endswith(".")
    return text.removeprefix("For this traffic ").removesuffix(".").split("; ")


def test_one_sentence_says_who_wins_on_what_and_why():
    charged, resident, copied = clauses(say([60] * 1000, ["4.11/small", "5.10/mergeable"]))
    assert charged.startswith("5.10/mergeable charges sockets least, 768 B a packet and ×0.35 of ")
    assert ", because " in charged
    assert " keeps the least memory resident, " in resident
    assert copied == "4.11/small copies nothing, because buffers become heads"


def test_the_reference_is_not_compared_with_itself():
    charged, *_ = clauses(say([1514] * 100, ["4.11/small", "5.10/mergeable"]))
    assert charged.startswith("4.11/small charges sockets least, 2,176 B a packet, because every")


def test_equal_strategies_win_together():
    charged, *_ = clauses(say([60] * 100, ["4.10/mergeable", "4.11/mergeable"]))
    assert charged.startswith("4.10/mergeable and 4.11/mergeable charge sockets least")


def test_more_winners_than_three_are_counted():
    text = say([60] * 100)
    assert ", 4.11/mergeable, 5.10/mergeable and 2 more charge sockets least" in text or (
        " more charge sockets least" in text
    )


def test_where_all_copy_alike_nobody_wins_on_it():
    text = say([1514] * 100, ["4.11/small", "5.10/small"])
    assert "cop" not in text


def test_where_all_copy_the_least_is_named():
    text = say([1514] * 100, ["4.11/mergeable", "5.10/mergeable"])
    assert "5.10/mergeable copies least, 14.0 B a packet" in text


@pytest.mark.parametrize("traffic", [[1519] + [60] * 99, [9014] * 100])
def test_a_strategy_that_drops_never_wins(traffic):
    parts = clauses(say(traffic))
    *wins, lost = parts
    assert wins
    assert not any("/small" in win.split(", because")[0].split(" of 4.10")[0] for win in wins)
    assert lost.startswith("4.10/small, 4.11/small and 5.10/small cannot win: ")
    count = traffic.count(1519) + traffic.count(9014)
    assert f" drop {count} {'packet' if count == 1 else 'packets'} longer than a " in lost
    assert "a host would have segmented" in lost


def test_a_reference_that_drops_gives_no_ratio():
    results = rxreplay.compare([[9014] * 10], ["4.10/small", "5.10/mergeable"])
    text = verdict(results.of(0), "4.10/small")
    assert "×" not in text
    assert "4.10/small cannot win: it drops 10 packets longer" in text


def test_where_all_drop_nobody_wins():
    [only] = clauses(say([1519] * 10, ["4.10/small", "4.11/small"]))
    assert only.startswith("4.10/small and 4.11/small cannot win: ")


def test_frames_shorter_than_a_header_are_named():
    [only] = clauses(say([13, 60, 60], ["4.10/small", "5.10/big"]))
    assert only.startswith("4.10/small and 5.10/big cannot win: ")
    assert only.endswith("they drop 1 packet refused for their length")


def test_two_causes_are_both_named():
    [only] = clauses(say([13, 13, 80_000, 60], ["4.10/small"]))
    assert "it drops 1 packet longer than a buffer" in only
    assert only.endswith(", it drops 2 packets refused for their length")


def test_each_cause_has_its_own_losers_and_counts():
    names = ["4.10/small", "4.11/mergeable", "mst-2016/mergeable", "6.12/mergeable+xdp"]
    [only] = clauses(say([60] * 50 + [25_000, 6_000], names, ring=8))
    assert "4.10/small drops 2 packets longer than a buffer" in only
    assert (
        "4.11/mergeable and mst-2016/mergeable drop 1 to 2 packets longer than all the buffers "
        "of the ring"
    ) in only
    assert "6.12/mergeable+xdp drops 2 packets longer than the program can take" in only


def test_what_is_longer_than_a_whole_ring_is_said_so():
    text = say([9014], ["5.10/mergeable"], ring=2)
    if "drop" in text:  # 5.10 sizes its buffers so that small rings hold a packet
        assert "longer than all the buffers of the ring" in text
    assert "longer than all the buffers of the ring" in say([9014], ["4.11/mergeable"], ring=2)


@pytest.mark.parametrize("names", [MANY, ["5.10/big"]])
def test_without_packets_there_is_no_winner(names):
    assert say([], names) == "There was no packet to replay."


def test_why_follows_the_winner():
    whys = {
        "4.11/small": [1514] * 50,
        "5.10/mergeable": [60] * 50,
        "4.11/mergeable": [9014] * 50,
        "mst-2016/mergeable": [300] * 50,
        "5.10/big": [30_000] * 50,
    }
    texts = {name: say(traffic, [name]).split("because ")[1] for name, traffic in whys.items()}
    assert len(set(texts.values())) == len(texts)
    assert texts["4.11/small"].startswith("every packet fits one buffer of 1,920 B")
    assert "100.0 % of the packets are copied whole" in texts["5.10/mergeable"]
    assert "become the heads themselves" in texts["mst-2016/mergeable"]
    assert "only the pages that it fills" in texts["5.10/big"]


@pytest.mark.parametrize(
    ("traffic", "why"),
    [
        ([128] * 3, "100.0 % of the packets are copied whole into small heads"),
        (
            [128] * 3 + [129],
            "75.0 % of the packets are copied whole into small heads, and the others take 1.00 "
            "buffers of 1,536 B in the mean",
        ),
        ([129], "a packet takes 1.00 buffers of 1,536 B in the mean"),
        ([60, 3000], "50.0 % of the packets are copied whole into small heads, and the others "
         "take 2.00 buffers of 1,536 B in the mean"),
    ],
)  # fmt: skip
def test_buffers_are_a_reason_only_where_packets_took_some(traffic, why):
    assert clauses(say(traffic, ["5.10/mergeable"]))[0].split("because ")[1] == why


def test_a_strategy_that_delivers_nothing_is_no_winner_either():
    results = rxreplay.compare([[60] * 10], ["4.10/small", "5.10/big"])
    figures = results.of(0)
    figures["4.10/small"] = replace(figures["4.10/small"], delivered_packets=0, truesize_bytes=0)
    assert "4.10/small" not in verdict(figures, "5.10/big")
