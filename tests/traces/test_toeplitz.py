from ipaddress import ip_address

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import receive_side_scaling as oracle
from rxreplay.traces.steering import MICROSOFT_KEY
from rxreplay.traces.toeplitz import toeplitz, toeplitz_table

# Microsoft, Verifying the RSS hash calculation: destination, source, hash of IP only, and with TCP.
SUITE = """
161.142.100.80:1766 66.9.149.187:2794 323e8fc2 51ccc178
65.69.140.83:4739 199.92.111.2:14230 d718262a c626b0ea
12.22.207.184:38024 24.19.198.95:12898 d2d0a5de 5c2b394a
209.142.163.6:2217 38.27.205.30:48228 82989176 afc7327f
202.188.127.2:1303 153.39.163.191:44251 5d1809c5 10e828a2
3ffe:2501:200:3::1:1766 3ffe:2501:200:1fff::7:2794 2cc18cd5 40207d3d
ff02::1:4739 3ffe:501:8::260:97ff:fe40:efab:14230 0f0c461c dde51bbf
fe80::200:f8ff:fe21:67cf:38024 3ffe:1900:4545:3:200:f8ff:fe21:67cf:44251 4b61e985 02d1feef
"""
VECTORS = [line.split() for line in SUITE.strip().splitlines()]
BYTES = st.sampled_from([0, 1, 127, 128, 255]) | st.integers(0, 255)
KEYS = st.lists(BYTES, min_size=40, max_size=40).map(bytes)


def hashed(key, data, at=0, place=0):
    array = np.frombuffer(data, np.uint8)
    return toeplitz(toeplitz_table(key), array, at, len(data) - at, place)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector[0])
def test_hashes_are_those_of_microsofts_suite(vector):
    (dst, dport), (src, sport) = (end.rsplit(":", 1) for end in vector[:2])
    addresses = ip_address(src).packed + ip_address(dst).packed
    ports = int(sport).to_bytes(2, "big") + int(dport).to_bytes(2, "big")
    assert hashed(MICROSOFT_KEY, addresses) == int(vector[2], 16)
    assert hashed(MICROSOFT_KEY, addresses + ports) == int(vector[3], 16)
    assert oracle.toeplitz(MICROSOFT_KEY, addresses + ports) == int(vector[3], 16)


@given(KEYS, st.lists(BYTES, max_size=36).map(bytes), st.integers(0, 36))
def test_any_input_is_hashed_as_bit_by_bit_also_in_two_parts(key, data, at):
    at = min(at, len(data))
    assert hashed(key, data) == oracle.toeplitz(key, data)
    assert hashed(key, data[:at]) ^ hashed(key, data, at, at) == oracle.toeplitz(key, data)


@pytest.mark.parametrize("size", [0, 39, 41])
def test_a_key_of_another_length_is_refused(size):
    with pytest.raises(ValueError, match=f"a key of {size} bytes; write 40"):
        toeplitz_table(bytes(size))
