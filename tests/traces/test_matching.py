"""Filters over captures of several link types and both byte orders."""

import io

import numpy as np
import pytest
from helpers.filter_packets import LINKS, made_capture, made_packets
from helpers.filters import EXPRESSIONS, kept, program_of
from helpers.shared_data import PLAIN
from oracles import bpf_machine
from oracles import capture_writer as w
from rxreplay.errors import OptionError
from rxreplay.traces import join_traces, matching, open_trace
from rxreplay.traces.matching import Filter

NAMES = {(number, order == ">"): name for name, (number, order, *_) in LINKS.items()}
SHOWN = [each for each in EXPRESSIONS if all(program_of(link, each) for link in LINKS)]


@pytest.fixture
def compiled(monkeypatch):
    """Have programs that tcpdump compiled; give for what they were asked."""
    asked = []

    def compile_filter(expression, link_type, *, swapped):
        asked.append((link_type, swapped))
        return np.array(program_of(NAMES[link_type, swapped], expression), np.int64)

    monkeypatch.setattr(matching, "compile_filter", compile_filter)
    return asked


def matched(trace, expression):
    chooser = Filter(expression)
    return [bool(one) for packets in trace.packets() for one in chooser.matches(packets)]


def mixed(links):
    """Give a pcapng of one section for each byte order, an interface for each link type."""
    parts, expected = [], []
    for order in "<>":
        here = [name for name in links if LINKS[name][1] == order]
        interfaces = [w.interface(LINKS[name][0], order=order) for name in here]
        parts += [w.section(order), *interfaces]
        rows = zip(*(made_packets(name)[:40] for name in here), strict=True)
        for row in rows:
            for number, (frame, size) in enumerate(row):
                parts.append(w.enhanced(frame, size, number=number, order=order))
                expected.append((here[number], frame, size))
    return b"".join(parts), expected


@pytest.mark.usefixtures("compiled")
@pytest.mark.parametrize("expression", SHOWN[:: 9 if PLAIN else 2])
def test_each_link_type_has_its_program(expression):
    data, packets = mixed(LINKS)
    expected = [
        bpf_machine.run(program_of(name, expression), frame, size) != 0
        for name, frame, size in packets
    ]
    with open_trace(io.BytesIO(data)) as trace:
        assert matched(trace, expression) == expected


@pytest.mark.usefixtures("compiled")
@pytest.mark.parametrize("link", LINKS)
def test_counts_are_those_of_tcpdump(link):
    with open_trace(io.BytesIO(made_capture(link))) as trace:
        for expression, count in list(kept()["counts"][link].items())[:: 11 if PLAIN else 3]:
            assert sum(matched(trace, expression)) == count, expression


def test_a_program_is_compiled_once_for_a_link_type_and_byte_order(compiled):
    sources = [made_capture(link) for link in ("NULL", "NULL, big-endian", "RAW", "NULL")]
    with join_traces(map(io.BytesIO, sources), order="given") as trace:
        matched(trace, "tcp")
    assert compiled == [(0, False), (0, True), (101, False)]


@pytest.mark.usefixtures("compiled")
@pytest.mark.parametrize(("snaplen", "expected"), [(23, [False]), (24, [True]), (0, [True])])
def test_bytes_beyond_the_snaplen_are_not_seen_as_in_tcpdump(snaplen, expected):
    [frame] = [kept_ for kept_, _ in made_packets("EN10MB") if kept_[12:14] == b"\x08\0"][:1]
    rows = program_of("EN10MB", "tcp")
    assert bpf_machine.run(rows, frame, len(frame)) != 0
    data = w.pcap_header(snaplen=snaplen) + w.pcap_record(frame)
    with open_trace(io.BytesIO(data)) as trace:
        assert matched(trace, "tcp") == expected


def test_libpcap_compiles_for_what_is_met():
    pytest.importorskip("cypcap")
    data, _ = mixed(LINKS)
    with open_trace(io.BytesIO(data)) as trace:
        assert 0 < sum(matched(trace, "tcp port 80")) < len(matched(trace, ""))
        with pytest.raises(OptionError, match="filter 'nonsense'"):
            matched(trace, "nonsense")
