"""What merging does to skbs: measured aggregates, an oracle of plain objects, both sides."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import stack as oracle
from rxreplay.emulator import Receiver, strategy
from rxreplay.emulator.abi import SIZEOF_SK_BUFF
from rxreplay.emulator.stack import Stack
from rxreplay.emulator.state import FIRST_BUF, NOBODY, SKB
from rxreplay.errors import LedgerError

HEADERS = 66  # Ethernet, IPv4, TCP with timestamps


def received(name, frames, polls):
    queue = Receiver(strategy(name), polls=polls, keep=len(frames))
    queue.receive(np.array(frames))
    return queue.finish(), queue.skbs


def merged(name, frames, polls, most=17):
    """Give the aggregate of the last poll, all of whose packets merge, and the figures."""
    figures, skbs = received(name, frames, polls)
    into = np.arange(len(frames))
    into[-polls[-1] :] = into[-polls[-1]]
    rows = np.array([into, [HEADERS] * len(frames), np.zeros(len(frames))], np.int64)
    stack = Stack(max_skb_frags=most)
    return stack.take(skbs, rows)[-1], stack.after(figures)


@pytest.mark.parametrize(
    ("name", "segments", "truesize"),
    [
        ("5.10/mergeable", 19, 2304 + 18 * 1536 + 512 + 768),
        ("6.1/mergeable", 20, 2816 + 18 * 1536 + 2048 + 1280),
        ("6.18/mergeable", 20, 2432 + 18 * 1536 + 2032 + 896),
        ("7.2/mergeable", 20, 2816 + 9 * 2560 + 10 * 1536 + 256),
        ("5.10/big", 19, 4864 + 18 * 4096 + 768),
        ("6.1/big", 20, 4352 + 19 * 4096 + 256),
        ("6.18/big", 20, 4352 + 19 * 4096 + 256),
    ],
)
def test_aggregates_that_were_measured(name, segments, truesize):
    """One packet came before them, so that a segment lies in the hole; 5.10 polled one apart."""
    apart = 20 - segments
    aggregate, figures = merged(name, [74] + [1514] * 20, [1] * (1 + apart) + [segments])
    assert (aggregate["segments"], aggregate["truesize"]) == (segments, truesize)
    assert figures.stack.merged_on_frag_list == figures.stack.frag_list_skbs == 1
    assert aggregate["nr_frags"] == 17


@pytest.mark.parametrize(
    ("name", "ways"),
    [
        ("4.8/mergeable", (0, 15, 1)),  # a head and a frag each: 8 fill an skb
        ("5.10.0/mergeable", (0, 15, 1)),
        ("5.11/mergeable", (0, 0, 16)),  # heads from the slab hold payload
        ("5.10/mergeable", (16, 0, 0)),
        ("5.15/mergeable", (16, 0, 0)),
        ("5.10/small", (0, 16, 0)),
        ("4.10/small", (0, 0, 16)),  # the first fill's heads are from the slab
    ],
)
def test_each_era_has_its_way_of_merging(name, ways):
    _, figures = merged(name, [1514] * 17, [17])
    stack = figures.stack
    assert (stack.merged_as_frags, stack.merged_as_heads, stack.merged_on_frag_list) == ways


def test_heads_of_refilled_skbs_are_pieces_of_pages():
    _, figures = merged("4.10/small", [1514] * (256 + 5), [64] * 4 + [5])
    assert (figures.stack.merged_as_heads, figures.stack.merged_on_frag_list) == (4, 0)


@pytest.mark.parametrize(
    ("segments", "frags", "listed"), [(17, 17, 0), (18, 17, 1), (34, 17, 1), (35, 17, 2)]
)
def test_an_skb_has_room_for_17_frags_and_then_the_next_one(segments, frags, listed):
    aggregate, figures = merged("5.15/mergeable", [1514] * segments, [segments])
    assert (aggregate["nr_frags"], aggregate["frag_list"]) == (frags, listed)
    assert figures.stack.frag_list_skbs == (listed > 0)
    assert figures.stack.nr_frags[17] == 1


def test_more_frags_where_the_kernel_has_more():
    aggregate, _ = merged("6.18/mergeable,max_skb_frags=45", [1514] * 46, [46], most=45)
    assert (aggregate["nr_frags"], aggregate["frag_list"]) == (45, 1)


@pytest.mark.parametrize(
    ("headers", "needs", "alone", "joining"),
    [
        (66, 0, 52, 0),  # TCP with timestamps: read in place where it is merged
        (42, 0, 28, 0),  # UDP
        (66, 52, 52, 52),  # the driver has pulled as far as the checksum, GRO pulls the rest
        (14, 0, 0, 0),
        (0, 0, 0, 0),
    ],
)
def test_headers_are_pulled_of_what_is_not_linear(headers, needs, alone, joining):
    figures, skbs = received("5.15/mergeable", [1514] * 2, [2])
    for into, pulls in (([0, 1], 2 * [alone]), ([0, 0], [alone, joining])):
        if headers or into == [0, 1]:
            stack = Stack(17)
            stack.take(skbs, np.array([into, [headers] * 2, [needs] * 2]))
            after = stack.after(figures)
            assert after.pull_headers.bytes == sum(pulls)
            assert after.pull_headers.packets == sum(map(bool, pulls))
            assert after.copied_with_pulls == 28 + sum(pulls)
            assert after.headers_linear_packets == 2 * (headers == 14)
            assert after.stack.unread_packets == 2 * (headers == 0)


@pytest.mark.parametrize(("reach", "ways"), [(66, (1, 0)), (65, (0, 0)), (67, (1, 0))])
def test_a_head_with_headers_only_lets_frags_move(reach, ways):
    """The head is from the slab, and holds 66 bytes: one of payload, and it has to come along."""
    figures, skbs = received("5.15/mergeable", [1514] * 2, [2])
    skbs["linear"] = 66
    stack = Stack(17)
    stack.take(skbs, np.array([[0, 0], [reach] * 2, [0] * 2]))
    merged = stack.after(figures).stack
    assert (merged.merged_as_frags, merged.merged_as_heads) == ways
    assert merged.merged_on_frag_list == 1 - sum(ways)


@pytest.mark.parametrize(("reach", "frags"), [(133, 1), (134, 0), (135, 0)])
def test_a_frag_that_is_emptied_is_released(reach, frags):
    _, skbs = received("5.10/mergeable", [134], [1])
    stack = Stack(17)
    [skb] = stack.take(skbs, np.array([[0], [reach], [0]]))
    assert (skb["nr_frags"], skb["truesize"]) == (frags, 768 + 1536)
    assert skb["linear"] == min(reach, 134)


def test_what_wants_packets_linear_copies_all_their_frags():
    _, figures = merged("5.15/mergeable", [1514] * 3, [3])
    assert figures.linearize == replace(figures.linearize, bytes=3 * 1448, packets=1)
    assert figures.stack.linear_bytes == 66
    assert merged("5.10/small", [1514], [1])[1].linearize.packets == 0


@pytest.mark.parametrize("field", ["delivered_packets", "delivered_bytes", "truesize_bytes"])
def test_what_is_missing_is_an_error(field):
    figures, skbs = received("5.15/mergeable", [1514] * 2, [2])
    stack = Stack(17)
    stack.take(skbs, np.array([[0, 0], [66, 66], [0, 0]]))
    with pytest.raises(LedgerError, match=r"stack: .* do not balance: [\d,]+ came, [\d,]+ are"):
        stack.after(replace(figures, **{field: getattr(figures, field) + 1}))


LINEAR = st.sampled_from([14, 52, 65, 66, 67, 128, 1514])
REACH = st.sampled_from([14, 54, 66, 66, 66, 128])


@st.composite
def skb(draw):
    """Give an skb and whether it may be merged: its payload has to be more than nothing."""
    reach = draw(REACH | st.just(0))
    frame = draw(st.sampled_from([60, reach, reach + 1, 128, 1514, 9014, 65_000]).filter(bool))
    frame = max(frame, 14)
    linear = min(draw(LINEAR), frame)
    frags = draw(st.sampled_from([1, 1, 1, 2, 16, 17]) | st.integers(1, 17))
    pages = [draw(st.sampled_from([1536, 2048, 4096])) for _ in range(frags * (linear < frame))]
    new = oracle.Skb(frame, linear, draw(st.sampled_from([512, 640, 1024])), pages)
    new.page_head, new.reach = draw(st.booleans()), reach
    new.needs = draw(st.sampled_from([0, 0, 52, 54]))
    new.chain = draw(st.sampled_from([0, 0, 0, 2]))
    return new, reach >= 14 and frame > reach and not new.chain


def record(new):
    row = np.zeros(1, SKB)
    row["frame"], row["linear"], row["truesize"] = new.frame, new.linear, new.truesize
    row["head_truesize"] = new.head + SIZEOF_SK_BUFF
    row["nr_frags"], row["frag_list"] = len(new.pages), new.chain
    row["head_chunk"] = FIRST_BUF if new.page_head else NOBODY
    row["slab"] = SIZEOF_SK_BUFF + (0 if new.page_head else new.head)
    return row


@given(st.lists(st.tuples(skb(), st.integers(0, 4)), min_size=1, max_size=64))
def test_skbs_become_what_the_oracle_says(drawn):
    model, places, rows, skbs = oracle.Stack(), [], [], []
    for i, ((new, can_merge), choice) in enumerate(drawn):
        joins = can_merge and choice < len(places)
        into = places[choice] if joins else i
        skbs.append(record(new))
        rows.append((into, new.reach, new.needs))
        model.take(new, drawn[into][0][0] if joins else None)
        if not joins and can_merge:
            places.append(i)
    stack = Stack(17)
    given = np.concatenate(skbs)
    aggregates = stack.take(given, np.array(rows).T.copy())
    names = ["bytes", "linear", "charged", "frags", "lists"]
    expected = [tuple(getattr(p, name) for name in names) for p in model.up]
    found = aggregates[["frame", "linear", "truesize", "nr_frags", "frag_list"]].tolist()
    assert found == expected
    assert aggregates["segments"].tolist() == [1 + len(p.parts) for p in model.up]
    check_counts(stack, model, given)


def check_counts(stack, model, given):
    """Compare counters, through the ledger that they have to pass."""
    figures, _ = received("5.10/small", [60], [1])
    figures = replace(
        figures,
        delivered_packets=len(given),
        delivered_bytes=int(given["frame"].sum()),
        truesize_bytes=int(given["truesize"].sum()),
        copied_bytes=0,
    )
    after = stack.after(figures)
    ways = [getattr(skb, "how", None) for skb in model.all]
    kinds = (after.stack.merged_as_frags, after.stack.merged_as_heads)
    assert (*kinds, after.stack.merged_on_frag_list) == tuple(
        ways.count(way) for way in ("frags", "head", "list")
    )
    pulls = [skb.pulled for skb in model.all if skb.pulled]
    assert (after.pull_headers.bytes, after.pull_headers.packets) == (sum(pulls), len(pulls))
    read = [skb for skb in model.all if skb.reach]
    assert after.headers_linear_packets == sum(skb.headers_linear for skb in read)
    assert after.stack.unread_packets == len(model.all) - len(read)
    assert after.stack.frag_list_skbs == sum(p.lists > 0 for p in model.up)
    assert after.stack.linear_skbs == sum(p.linear == p.bytes for p in model.up)
    counted = [min(p.frags, 17) for p in model.up]
    assert after.stack.nr_frags == tuple(counted.count(n) for n in range(18))
