"""One traffic, recorded at once on the wire, at the tap and in a guest: each replayed as the tap's.

How exact `--vantage wire` can be depends on when the host polled, which no capture shows: a time
that fits is given here, and docs/vantage.md has what others come to.
"""

from collections import defaultdict

import numpy as np
import pytest
import rxreplay
from helpers.recorded_pair import path_of, recorded
from helpers.shared_data import CHECKOUT
from rxreplay import Options
from rxreplay.selecting import Selection
from rxreplay.traces import Digest, open_trace
from rxreplay.traces.coalesce import CARRIED, FRAME_LEN
from rxreplay.traces.host_gro import HostGro
from rxreplay.traces.resegment import Resegmenter

SEGMENTED = ["mtu-bulk-100M", "mtu-flows-1G", "mtu-mixed-1G"]
UNMERGED = ["raw-bulk-1G", "raw-flows-1G"]
MERGED_BY_HOST = ["gso-bulk-100M", "gso-mixed-1G", *UNMERGED]


def lengths(name, place, **asked):
    """Give the lengths of the frames that a device gets."""
    with open_trace(path_of(name, place)) as trace:
        frames = [part.frame_len for part in Selection(trace, Options(**asked)).frames(Digest())]
    return np.concatenate(frames)


def figures(name, place, **asked):
    return rxreplay.replay(path_of(name, place), "6.1/mergeable", **asked).results[0].figures


@pytest.mark.parametrize("name", SEGMENTED)
def test_what_the_guest_merged_is_what_the_device_delivered(name):
    delivered = lengths(name, "tap")
    assert lengths(name, "guest").size < 0.9 * delivered.size  # so there is something to split
    assert sorted(lengths(name, "guest", vantage="guest")) == sorted(delivered)
    found, expected = figures(name, "guest", vantage="guest"), figures(name, "tap")
    assert (found.packets, found.frame_bytes) == (expected.packets, expected.frame_bytes)


def by_flow(headers, frame_len):
    flows = defaultdict(list)
    for flow, length in zip(headers["flow"].tolist(), frame_len.tolist(), strict=True):
        flows[flow].append(length)
    return flows


@pytest.mark.parametrize("name", SEGMENTED)
def test_it_comes_in_the_order_of_each_flow(name):
    guest, tap = recorded(name, "guest"), recorded(name, "tap")
    frames = Resegmenter().take(guest.frame_len, guest.headers)
    found = by_flow(guest.headers[frames.record], frames.frame_len)
    assert found == by_flow(tap.headers, tap.frame_len)


@pytest.mark.parametrize("name", UNMERGED)
def test_with_its_gro_off_a_guest_shows_what_the_device_delivered(name):
    tap = recorded(name, "tap").frame_len.tolist()
    assert max(tap) > 10_000
    assert recorded(name, "guest").frame_len.tolist() == tap
    assert lengths(name, "guest").tolist() == tap


@pytest.mark.parametrize(
    ("name", "before", "behind"),
    [
        *((name, "wire", "tap") for name in MERGED_BY_HOST),
        *((name, "tap", "guest") for name in SEGMENTED),
        ("gso-bulk-100M", "tap", "guest"),  # where some were merged before: they stay as they are
    ],
)
def test_merges_are_those_of_the_kernel_where_its_polls_are_known(name, before, behind):
    """Each frame that it handed on counts as a poll, so that nothing else ends a merge."""
    came, went = recorded(name, before), recorded(name, behind)
    poll_of = went.frames_of(came)
    order = np.flatnonzero(poll_of >= 0)
    order = order[np.argsort(poll_of[order], kind="stable")]
    polls = poll_of[order]
    gro = HostGro(timeout_ns=0, budget=10**6)
    out = gro.take(polls, *(column[order] for column in came[1:]), polls)
    out = np.concatenate([out.copy(), gro.end()], axis=1)
    assert out.shape[1] < order.size
    assert out[CARRIED].tolist() == np.unique(polls).tolist()
    assert out[FRAME_LEN].tolist() == went.frame_len[out[CARRIED]].tolist()


def apart(some, others):
    """Give the most by which the shares of frames up to some length differ."""
    at = np.union1d(some, others)
    shares = [np.searchsorted(np.sort(of), at, side="right") / of.size for of in (some, others)]
    return np.abs(shares[0] - shares[1]).max()


@pytest.mark.parametrize(
    ("name", "timeout", "count", "shares", "truesize"),
    [
        ("gso-bulk-100M", "50us", 0.00, 0.00, 0.00),
        ("gso-mixed-1G", "50us", 0.01, 0.01, 0.01),
        ("raw-bulk-1G", "20us", 0.01, 0.03, 0.01),
        ("raw-flows-1G", "100us", 0.02, 0.03, 0.01),
    ],
)
def test_the_wire_becomes_what_the_tap_shows_where_the_time_fits(
    name, timeout, count, shares, truesize
):
    asked = {"vantage": "wire", "gro_timeout": timeout}
    found, tap = lengths(name, "wire", **asked), lengths(name, "tap")
    assert found.size == pytest.approx(tap.size, rel=count)
    assert apart(found, tap) <= shares
    memory = figures(name, "wire", **asked).truesize_bytes
    assert memory == pytest.approx(figures(name, "tap").truesize_bytes, rel=truesize)
    assert memory < figures(name, "wire").truesize_bytes


@pytest.mark.parametrize("name", MERGED_BY_HOST)
def test_by_default_memory_is_within_six_per_cent(name):
    expected = figures(name, "tap").truesize_bytes
    assert figures(name, "wire", vantage="wire").truesize_bytes == pytest.approx(expected, rel=0.06)


def row_of_the_page(name):
    """Give the cells of a recording in the table of docs/vantage.md."""
    lines = (CHECKOUT / "docs" / "vantage.md").read_text(encoding="utf-8").splitlines()
    (line,) = (line for line in lines if line.startswith(f"| `{name}`: "))
    return [cell.strip() for cell in line.strip("|").split("|")][1:]


def beside(found, expected):
    text = f"{100 * (found / expected - 1):+.0f} %".replace("-", "\N{MINUS SIGN}")
    return text if text[1:] != "0 %" else "0 %"


@pytest.mark.parametrize("name", MERGED_BY_HOST)
def test_the_page_has_these_numbers(name):
    tap, wire = figures(name, "tap"), figures(name, "wire")
    timeouts = ("20us", "50us", "100us")
    merged = [figures(name, "wire", vantage="wire", gro_timeout=timeout) for timeout in timeouts]
    assert row_of_the_page(name) == [
        str(wire.packets),
        str(tap.packets),
        *(beside(of.packets, tap.packets) for of in merged),
        *(beside(of.truesize_bytes, tap.truesize_bytes) for of in (merged[1], wire)),
    ]


@pytest.mark.parametrize(("name", "apart"), [("mtu-mixed-1G", 0), ("mtu-flows-1G", 1)])
def test_what_the_guest_makes_of_it_behind_its_driver(name, apart):
    skbs = figures(name, "tap", gro="on", polls=64).stack.skbs
    assert abs(skbs - lengths(name, "guest").size) <= apart
