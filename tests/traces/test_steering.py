import numpy as np
import pytest
from helpers.frames import PACKETS
from hypothesis import given
from hypothesis import strategies as st
from oracles import headers, receive_side_scaling
from rxreplay.errors import OptionError
from rxreplay.traces.decode import decode
from rxreplay.traces.headers import new_headers
from rxreplay.traces.steering import HASH_TYPES, MICROSOFT_KEY, MODES, Steering, steer

QUEUES = st.sampled_from([1, 2, 3, 4, 127, 128, 129, 256, 0x8000])
TYPES = st.sampled_from([0, 1, 2, 4, 8, 16, 32, 9, 54, HASH_TYPES]) | st.integers(0, HASH_TYPES)
KEYS = st.just(MICROSOFT_KEY) | st.binary(min_size=40, max_size=40)


def steered(steering, packets):
    lengths = np.array([len(packet) for packet in packets], np.int64)
    at, found = lengths.cumsum() - lengths, new_headers(len(packets))
    data = np.frombuffer(b"".join(packets), np.uint8)
    decode(data, at, lengths, np.array([101]), found)
    return steer(steering, data, at, found).tolist()


@given(st.lists(PACKETS, min_size=1, max_size=4), QUEUES, TYPES, KEYS, st.integers(0, 60))
def test_rss_agrees_with_the_specification(packets, n_queues, types, key, cut):
    packets = [*packets, packets[0][:cut]]
    table = [i % n_queues for i in range(128)]
    expected = []
    for packet in packets:
        found = headers.decode(packet, 101)
        ends = headers.addresses(packet, found) if found["version"] else b""
        chosen = receive_side_scaling.hash_input(ends, found, types)
        expected.append(receive_side_scaling.queue(key, chosen, table))
    assert steered(Steering("rss", n_queues, key, types), packets) == expected


@given(st.lists(PACKETS, min_size=1, max_size=4), QUEUES, st.sampled_from([0, 1, 2**32 - 1]))
def test_automq_gives_a_queue_that_is_there(packets, n_queues, seed):
    assert all(0 <= q < n_queues for q in steered(Steering("automq", n_queues, seed=seed), packets))


@given(st.lists(PACKETS, min_size=1, max_size=4), st.sampled_from(MODES))
def test_one_queue_takes_all(packets, mode):
    assert steered(Steering(mode, 1), packets) == [0] * len(packets)


def test_single_is_queue_0_of_any_number():
    assert steered(Steering("single", 8), [tcp(n) for n in range(9)]) == [0] * 9


def tcp(n, *, back=False, v6=False, fragment=0, port=None):
    """Give a packet of the n-th flow, or of the way back."""
    sender, receiver = (n + 7).to_bytes(4, "big"), b"\x0a\0\0\1"
    ends, ports = [sender, receiver], [b"\x12\x34", (port or 80).to_bytes(2, "big")]
    if back:
        ends.reverse()
        ports.reverse()
    if v6:
        head = b"\x60\0\0\0\0\x14\6\x40" + b"".join(b"\xfe\x80" + bytes(10) + end for end in ends)
    else:
        head = b"\x45\0\0\x28\0\0" + fragment.to_bytes(2, "big") + b"\x40\6\0\0" + b"".join(ends)
    return head + b"".join(ports) + bytes(16)


@pytest.mark.parametrize("v6", [False, True])
def test_automq_keeps_both_directions_together_and_rss_does_not(v6):
    there = [tcp(n, v6=v6) for n in range(40)]
    back = [tcp(n, v6=v6, back=True) for n in range(40)]
    automq, rss = Steering("automq", 64), Steering("rss", 64)
    assert steered(automq, there) == steered(automq, back)
    assert steered(rss, there) != steered(rss, back)


@pytest.mark.parametrize("mode", ["automq", "rss"])
def test_ports_enter_but_not_those_of_fragments(mode):
    way = Steering(mode, 64)
    assert len(set(steered(way, [tcp(0, port=port) for port in range(1, 30)]))) > 10
    for fragment in (0x2000, 0x2001, 1):
        fragments = [tcp(0, port=port, fragment=fragment) for port in range(1, 30)]
        assert len(set(steered(way, fragments))) == 1


@pytest.mark.parametrize("v6", [False, True])
def test_automq_tells_no_directions_apart_where_both_ends_are_one(v6):
    there, back = (tcp(0x0A000001 - 7, v6=v6, back=back) for back in (False, True))
    assert len(set(steered(Steering("automq", 0x8000), [there, back]))) == 1


def test_queues_stay_as_they_are():
    """What somebody has written down of a run stays true."""
    assert steered(Steering("automq", 64), [tcp(0), tcp(1), tcp(0, v6=True)]) == [15, 1, 33]
    assert steered(Steering("rss", 64), [tcp(0), tcp(1), tcp(0, v6=True)]) == [28, 57, 51]


def test_another_seed_is_another_spread():
    packets = [tcp(n) for n in range(40)]
    spreads = [tuple(steered(Steering("automq", 64, seed=seed), packets)) for seed in range(5)]
    assert len(set(spreads)) == 5


@pytest.mark.parametrize("seed", [0, 1, 0xFFFFFFFF])
@pytest.mark.parametrize("n_queues", [2, 3, 16])
def test_automq_spreads_flows_as_chance_would(n_queues, seed):
    """Flows that differ in their last bits only: chi squared, of which 3 in a million are above."""
    flows = 2000
    queues = steered(Steering("automq", n_queues, seed=seed), [tcp(n) for n in range(flows)])
    counts = np.bincount(queues, minlength=n_queues)
    chi_squared = ((counts - flows / n_queues) ** 2).sum() / (flows / n_queues)
    assert chi_squared < {2: 21.8, 3: 25.4, 16: 52.7}[n_queues]


def test_what_is_not_ip_goes_to_queue_0():
    for mode in MODES:
        assert steered(Steering(mode, 8), [b"\x50" + bytes(40), b"\x45" + bytes(18)]) == [0, 0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"mode": "random"}, "'random': single, rss, automq"),
        ({"n_queues": 0}, "0 queues; a device has 1 to 32,768"),
        ({"n_queues": 0x8001}, "32,769 queues"),
        ({"key": bytes(39)}, "key of 39 bytes; write 40"),
        ({"hash_types": 0x40}, "hash types 0x40; only 0x3f are modelled"),
        ({"seed": -1}, "seed -1; write one from 0"),
        ({"seed": 2**32}, "seed 4294967296"),
    ],
)
def test_what_cannot_be_is_refused(options, message):
    with pytest.raises(OptionError, match=message):
        Steering(**options)
