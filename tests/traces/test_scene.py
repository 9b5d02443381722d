import io

import pytest
from oracles import capture_writer as w
from rxreplay.traces import open_trace
from rxreplay.traces.scene import MOST_NAMED, Scene


def warned(link_types):
    scene = Scene("x")
    for link_type in link_types:
        scene.add_interface(link_type, 0, 0)
    return [warning.text for warning in scene.warnings]


def test_a_link_type_is_warned_of_once():
    assert len(warned([113, 1, 113, 101, 101])) == 2


@pytest.mark.parametrize(("kinds", "others"), [(MOST_NAMED, 0), (MOST_NAMED + 1, 1), (5000, 1)])
def test_of_thousands_of_link_types_some_are_named(kinds, others):
    texts = warned(range(1000, 1000 + kinds))
    assert len(texts) == MOST_NAMED + others
    assert texts[0].startswith("x: link type LT1000 is not Ethernet")
    assert sum("more than 16 link types" in text for text in texts) == others


def test_ethernet_among_thousands_is_no_reason_to_warn():
    assert len(warned([*range(1000, 1000 + MOST_NAMED - 1), 1])) == MOST_NAMED - 1


def test_each_interface_of_a_capture_counts_and_each_section_begins_anew():
    first = w.section() + w.interface(113) + w.interface(1) + w.enhanced(w.frame(60), number=1)
    data = first + w.section() + w.interface(101) + w.enhanced(w.frame(20))
    with open_trace(io.BytesIO(data)) as trace:
        kinds = [packets.link_type.tolist() for packets in trace.packets()]
        assert kinds == [[1], [101]]
        assert trace.link_type == "LINUX_SLL+EN10MB+RAW"
        assert len(trace.warnings) == 2
