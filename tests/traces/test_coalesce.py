from dataclasses import replace

import numpy as np
import pytest
from helpers.gro_segments import arrays, bulk, segments
from helpers.recorded_pair import wire_and_gro
from hypothesis import given
from hypothesis import strategies as st
from oracles.gro import Gro, Segment
from rxreplay.errors import OptionError
from rxreplay.traces.coalesce import CARRIED, FRAME_LEN, SEGMENTS
from rxreplay.traces.host_gro import HostGro

ROWS = 5


def merged(drawn, cuts=(), **options):
    """Give what comes out, row by row, of blocks that are cut at some places."""
    gro, given_out = HostGro(**options), []
    columns = arrays(drawn)
    for part in np.split(np.arange(len(drawn)), sorted(cuts)):
        given_out.append(gro.take(*(column[part] for column in columns)).copy())
    given_out.append(gro.end())
    return list(map(tuple, np.concatenate(given_out, axis=1).T.tolist()))


def expected(drawn, **options):
    oracle = Gro(**options)
    for new in drawn:
        oracle.take(new)
    oracle.flush()
    return oracle.out


@given(
    segments(),
    st.lists(st.integers(0, 120), max_size=3),
    st.sampled_from([0, 1, 50_000, 10**9]),
    st.sampled_from([1, 2, 64, 1000]),
    st.sampled_from([1500, 9000, 576]),
)
def test_merges_as_the_oracle_does(drawn, cuts, timeout_ns, budget, mtu):
    options = {"timeout_ns": timeout_ns, "budget": budget, "mtu": mtu}
    cuts = [cut for cut in cuts if cut <= len(drawn)]
    assert merged(drawn, cuts, **options) == expected(drawn, **options)


@given(segments())
def test_no_payload_is_lost(drawn):
    rows = np.array(merged(drawn)).T
    assert rows[SEGMENTS].sum() == len(drawn)
    heads = {new.carried: new.frame_len - new.payload for new in drawn}
    payload = rows[FRAME_LEN].sum() - sum(heads[number] for number in rows[CARRIED].tolist())
    assert payload == sum(new.payload for new in drawn)


def lengths(drawn, **options):
    return [row[FRAME_LEN] for row in merged(drawn, **options)]


@pytest.mark.parametrize(("count", "frames"), [(45, [65226]), (46, [65226, 1514])])
def test_a_frame_is_full_at_65535_bytes_of_ip(count, frames):
    assert lengths(bulk(count)) == frames


@pytest.mark.parametrize(("payload", "frames"), [(323, [65549]), (324, [65226, 390])])
def test_to_the_last_byte(payload, frames):
    last = Segment(0, 1, 45 * 1448, payload)
    assert lengths([*bulk(45), last]) == frames


@pytest.mark.parametrize(("count", "frames"), [(64, 2), (65, 3)])
def test_a_poll_takes_no_more_than_its_budget(count, frames):
    assert len(lengths(bulk(count))) == frames


@pytest.mark.parametrize(("gap", "frames"), [(50_000, 1), (50_001, 2)])
def test_a_poll_ends(gap, frames):
    first, second = bulk(2)
    assert len(lengths([first, replace(second, ts_ns=gap)])) == frames


@pytest.mark.parametrize(("flows", "held"), [(8, 1), (9, 0)])
def test_a_list_holds_eight(flows, held):
    """The ninth flow of a list hands on the first, whose next segment then begins anew."""
    drawn = [Segment(0, 8 * i + 8, 0, 1448) for i in range(flows)]
    again = Segment(0, 8, 1448, 1448)
    assert lengths([*drawn, again]).count(2962) == held


@pytest.mark.parametrize(
    "change",
    [
        {"alike": 1},
        {"seq": 1449},
        {"flags": 16 | 128},
        {"flags": 16 | 64},
        {"payload": 1449},
        {"extra": 1},
        {"extra": -1},
        {"tcp": False},
        {"flow": 2},
        {"payload": 0},
    ],
    ids=str,
)
def test_what_does_not_merge(change):
    first, second = bulk(2)
    assert len(lengths([first, replace(second, **change)])) == 2


@pytest.mark.parametrize("change", [{"flags": 24}, {"flags": 17}, {"payload": 1447}], ids=str)
def test_what_ends_a_merge(change):
    first, second, third = bulk(3)
    second = replace(second, **change)
    third = replace(third, seq=second.seq + second.payload)
    assert len(lengths([first, second, third])) == 2


def test_unknown_headers_pass():
    ts_ns, frame_len, headers, alike, carried = arrays(bulk(6))
    for row, name in enumerate(["seq", "payload"]):
        headers[row][name] = -1
    headers[2]["fragment"], headers[3]["flow"], headers[4]["transport"] = 1, 0, 38
    assert HostGro().take(ts_ns, frame_len, headers, alike, carried).shape == (ROWS, 5)


def test_a_length_that_ip_does_not_say():
    ts_ns, frame_len, headers, alike, carried = arrays(bulk(2))
    headers["payload_len"] = -1
    gro = HostGro()
    gro.take(ts_ns, frame_len, headers, alike, carried)
    assert gro.end()[FRAME_LEN].tolist() == [2962]


def test_ipv6_may_have_extension_headers():
    ts_ns, frame_len, headers, alike, carried = arrays(bulk(2))
    headers["version"], headers["transport"] = 6, 14 + 48
    gro = HostGro()
    gro.take(ts_ns, frame_len, headers, alike, carried)
    assert gro.end()[SEGMENTS].tolist() == [2]


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"timeout_ns": -1}, "a poll of -1 ns"),
        ({"timeout_ns": 10**9 + 1}, "1,000,000,001 ns"),
        ({"budget": 0}, "a budget of 0"),
        ({"mtu": 0}, "an MTU of 0"),
    ],
)
def test_what_cannot_be(options, text):
    with pytest.raises(OptionError, match=text):
        HostGro(**options)


def test_a_real_kernel_merges_the_same_within_its_polls():
    """Each frame that Linux 6.18 has merged counts as a poll: ours must not come out otherwise."""
    wire, got = wire_and_gro()
    frame_of = got.frames_of(wire)
    order = np.flatnonzero(frame_of >= 0)
    order = order[np.argsort(frame_of[order], kind="stable")]
    gro = HostGro(timeout_ns=0, budget=10**6)
    polls = frame_of[order]
    out = gro.take(polls, *(column[order] for column in wire[1:4]), polls)
    out = np.concatenate([out.copy(), gro.end()], axis=1)
    assert out[CARRIED].tolist() == np.unique(polls).tolist()
    assert out[FRAME_LEN].tolist() == got.frame_len[out[CARRIED]].tolist()


def test_the_host_of_a_recorded_wire():
    wire, got = wire_and_gro()
    gro = HostGro(timeout_ns=20_000)
    zeros = np.zeros_like(wire.ts_ns)
    count = gro.take(*wire, zeros).shape[1] + gro.end().shape[1]
    assert count == pytest.approx(got.ts_ns.size, rel=0.05)
