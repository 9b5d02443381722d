"""Filter expressions: the programs of libpcap run as tcpdump has them run, and its errors are told.

Programs and counts of tcpdump are kept in tests/data/filters.json: nothing is needed for these
tests. Where cypcap is installed, it compiles for some of them.
"""

import sys
from types import ModuleType

import pytest
from helpers.filter_packets import LINKS, made_packets
from helpers.filters import EXPRESSIONS, Packets, kept, packets_of, program_of
from helpers.samples import SAMPLES
from helpers.shared_data import PLAIN
from oracles import bpf_machine
from rxreplay.errors import OptionError
from rxreplay.traces.filters import compile_filter


def counted(packets, link, capture):
    """Give the expressions of a capture, each with our count and the one of tcpdump."""
    counts = list(kept()["counts"][capture].items())[:: 7 if PLAIN else 1]
    return [
        (expression, int(packets.matched(program_of(link, expression)).sum()), count)
        for expression, count in counts
    ]


@pytest.mark.parametrize("link", LINKS)
def test_made_packets_count_as_tcpdump_counts_them(link):
    rows = counted(Packets(made_packets(link)), link, link)
    assert [row for row in rows if row[1] != row[2]] == []


@pytest.mark.parametrize("path", SAMPLES[:1] if PLAIN else SAMPLES, ids=lambda path: path.name)
def test_bundled_captures_count_as_tcpdump_counts_them(path):
    rows = counted(packets_of(path), "EN10MB", path.name)
    assert [row for row in rows if row[1] != row[2]] == []


@pytest.mark.parametrize("link", LINKS)
def test_each_made_packet_fares_as_in_the_model(link):
    made = made_packets(link)[:: 9 if PLAIN else 1]
    for expression in EXPRESSIONS[:: 7 if PLAIN else 1]:
        if rows := program_of(link, expression):
            expected = [bpf_machine.run(rows, frame, size) != 0 for frame, size in made]
            assert Packets(made).matched(rows).tolist() == expected, expression


def test_every_expression_is_kept_and_chooses_among_packets():
    programs, counts = kept()["programs"], kept()["counts"]
    assert set(programs) == set(LINKS)
    seen = {expression for link in LINKS for expression in programs[link]}
    assert seen == set(EXPRESSIONS) - {"type mgt and not subtype beacon"}  # 802.11 alone has it
    assert [e for e in seen if not any(counts[link].get(e) for link in LINKS)] == []
    assert {sample.name for sample in SAMPLES} | set(LINKS) == set(counts)


class Refused(Exception):  # noqa: N818
    """As cypcap.Error: a code, and what libpcap says."""


class Capture:
    """Stands in for an open capture; it keeps what it was asked."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self.header = file.read()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def compile(self, expression, netmask):
        if expression == "tcp prt 80":
            raise Refused(-1, "can't parse filter expression: syntax error")
        Capture.asked = (self.header, expression.encode(), netmask)
        return iter([(40, 0, 0, 12), (21, 0, 1, 0x86DD), (6, 0, 0, 262_144), (6, 0, 0, 0)])


@pytest.fixture
def libpcap(monkeypatch):
    module = ModuleType("cypcap")
    module.Error, module.open_offline = Refused, Capture
    monkeypatch.setitem(sys.modules, "cypcap", module)


def header(order, link_type):
    numbers = [(0xA1B2C3D4, 4), (2, 2), (4, 2), (0, 4), (0, 4), (262_144, 4), (link_type, 4)]
    return b"".join(number.to_bytes(size, order) for number, size in numbers)


@pytest.mark.usefixtures("libpcap")
@pytest.mark.parametrize(("swapped", "order"), [(False, "little"), (True, "big")])
def test_libpcap_compiles_for_a_file_of_the_link_type(swapped, order):
    program = compile_filter("ip6", 276, swapped=swapped)
    assert program.tolist() == [[40, 0, 0, 12], [21, 0, 1, 34525], [6, 0, 0, 262144], [6, 0, 0, 0]]
    assert Capture.asked == (header(order, 276), b"ip6", 0)


@pytest.mark.usefixtures("libpcap")
def test_what_libpcap_says_of_an_expression_is_told():
    with pytest.raises(OptionError) as refused:
        compile_filter("tcp prt 80", 1)
    said = "filter 'tcp prt 80': can't parse filter expression: syntax error"
    assert str(refused.value) == said


@pytest.mark.usefixtures("libpcap")
@pytest.mark.parametrize(
    ("expression", "fault"),
    [("tcp \udc80", "surrogates not allowed"), ("tcp\0port 80", "a NUL character")],
)
def test_text_that_is_no_text_is_refused(expression, fault):
    with pytest.raises(OptionError, match=fault):
        compile_filter(expression, 1)


def test_without_libpcap_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "cypcap", None)
    with pytest.raises(OptionError, match=r"pip install 'rxreplay\[filter\]'"):
        compile_filter("tcp", 1)


def test_what_libpcap_compiles_counts_as_tcpdump_counts():
    pytest.importorskip("cypcap")
    for name, (number, order, _, _) in LINKS.items():
        packets, counts = Packets(made_packets(name)), kept()["counts"][name]
        for expression in EXPRESSIONS[:: 7 if PLAIN else 1]:
            try:
                program = compile_filter(expression, number, swapped=order == ">")
            except OptionError:
                assert expression not in counts
            else:
                assert packets.matched(program).sum() == counts[expression], expression


def test_libpcap_itself_is_asked():
    pytest.importorskip("cypcap")
    with pytest.raises(OptionError, match="filter 'arp': expression rejects all packets"):
        compile_filter("arp", 101)
