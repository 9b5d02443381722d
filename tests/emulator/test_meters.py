"""Levels: means weighted with the packets of each poll, peaks, amplification."""

import pytest
from helpers.replaying import finished, run


def test_a_mean_counts_each_poll_once_a_packet():
    figures = finished("4.11/small", [60] * 5, ring=8, polls=[3, 1])
    # 3 packets saw 5 buffers posted after their poll, one saw 4, and one the refilled ring
    assert figures.ring_bytes.mean == (3 * 5 + 1 * 4 + 1 * 8) * 1920 / 5
    assert (figures.ring_bytes.peak, figures.ring_bytes.end) == (8 * 1920, 8 * 1920)
    assert figures.chunk_bytes.mean == 32768
    assert figures.mean_over == "packets"


def test_an_unread_socket_shows_in_every_level():
    figures = finished("4.11/small", [100, 200, 300], ring=8, unread=True)
    assert figures.payload_bytes_in_flight.mean == (100 + 300 + 600) / 3
    assert figures.skb_truesize_bytes.mean == (1 + 2 + 3) * 2176 / 3
    assert figures.slab_bytes.mean == (1 + 2 + 3) * 256 / 3
    assert figures.resident_bytes.mean == 32768 + figures.slab_bytes.mean
    ends = (figures.payload_bytes_in_flight.end, figures.slab_bytes.end, figures.resident_bytes.end)
    assert ends == (600, 768, 32768 + 768)


def test_resident_peaks_when_both_are_most():
    figures = finished("4.10/mergeable", [60], ring=2)
    peaks = (figures.chunk_bytes.peak, figures.slab_bytes.peak, figures.resident_bytes.peak)
    assert peaks == (65536, 256, 65536 + 256)


def test_amplification_is_what_skbs_hold_over_what_is_in_them():
    peak = finished("4.11/small", [1000, 60, 500], ring=4).amplification.peak
    assert (peak.held_bytes, peak.payload_bytes) == (32768 + 256, 60)
    assert peak.ratio == (32768 + 256) / 60


@pytest.mark.parametrize(("lengths", "payload"), [([60, 61], 60), ([61, 60], 60), ([60, 60], 60)])
def test_the_highest_amplification_is_kept(lengths, payload):
    peak = finished("4.11/small", lengths, ring=4).amplification.peak
    assert peak.payload_bytes == payload


def test_nothing_in_flight_has_no_amplification():
    figures = finished("4.11/small", [1519, 13], ring=4)
    assert figures.amplification.peak is None
    assert figures.len_per_truesize is None


@pytest.mark.parametrize(("length", "linear"), [(128, 1), (129, 0)])
def test_linear_packets(length, linear):
    figures = finished("4.11/mergeable", [length])
    assert figures.linear_packets == linear
    assert (figures.linear_bytes, figures.nonlinear_bytes) == (128, length - 128)


def test_peaks_survive_the_poll():
    queue = run("5.10/small", [100] * 5, polls=[4, 1])
    figures = queue.finish()
    assert (figures.skb_truesize_bytes.peak, figures.skb_truesize_bytes.end) == (4 * 2176, 0)
    assert figures.payload_bytes_in_flight.peak == 400
