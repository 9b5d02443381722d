"""What a user recorded in his guest, read as a recording."""

import gzip

import pytest
from helpers.ftrace_text import FORMS, packet, poll, text_of, traced
from oracles.recordings import named
from oracles.virtio_net import oracle
from rxreplay.guest_trace import read_log
from rxreplay.recording import RecordingError

SKBS = [("packet", seq, 60, 46, 0, 768, 0) for seq in range(9)]
EVENTS = [SKBS[0], ("poll", 1), *SKBS[1:4], ("poll", 3), SKBS[4], ("poll", 1)]
GRO_LINE = text_of([SKBS[0]])
LOST = "CPU:0 [LOST 12 EVENTS]\n"
ENTRIES = "# entries-in-buffer/entries-written: {}/{}   #P:4\n"


@pytest.fixture
def read(tmp_path):
    def read(text, **options):
        path = tmp_path / "trace.txt"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_log(path, **options)

    return read


def strings(events):
    return [tuple(map(str, event)) for event in events]


@pytest.mark.parametrize("pack", [str, lambda text: gzip.compress(text.encode())])
@pytest.mark.parametrize("form", FORMS)
def test_packets_and_polls_of_each_tool(read, form, pack):
    recording = read(pack("# tracer: nop\n#\n" + text_of(EVENTS, form)))
    assert recording.name.endswith("trace.txt")
    assert recording.events == strings(EVENTS)
    assert recording.lines == list(range(3, 11))
    assert (recording.frames, recording.polls) == ([60] * 5, [1, 3, 1])
    assert (recording.head, recording.start, recording.remarks) == ({}, "unknown", ())


@pytest.mark.parametrize("text", ["hello\n", "", "# {\n", LOST[:-8], "poll\t1\n"])
def test_what_is_neither_is_no_recording(read, text):
    with pytest.raises(RecordingError, match=r"trace.txt: line 1 is not '# ' and a JSON object"):
        read(text)


def test_a_recording_is_read_as_one(read):
    recording = read('# {"kernel": "4.11", "mode": "small"}\npoll\t1\n')
    assert (recording.head["kernel"], recording.start) == ("4.11", "fill")


def test_polls_that_receive_nothing_are_passed_over(read):
    text = text_of([("poll", 0), *EVENTS[:2], ("poll", 0), *EVENTS[2:], ("poll", 0)])
    assert read(text).events == strings(EVENTS)


@pytest.mark.parametrize(
    ("behind", "kept"),
    [(0, 0), (2, 2), (3, 2), (5, 2), (6, 6), (7, 6)],
)
def test_lost_events_end_it_after_the_last_whole_poll(read, behind, kept):
    lines = text_of(EVENTS).splitlines(keepends=True)
    text = "".join([*lines[:behind], LOST, *lines[behind:]])
    if behind == 0:  # nothing to end
        assert read(text).events == strings(EVENTS)
        return
    recording = read(text)
    assert recording.events == strings(EVENTS[:kept])
    assert recording.remarks == (f"compared up to line {behind + 1}: 12 events were lost",)


def test_events_lost_before_the_first_poll_is_whole_leave_nothing(read):
    with pytest.raises(RecordingError, match=r"no poll of eth0 with all its packets"):
        read(text_of(EVENTS[:1]) + LOST + text_of(EVENTS[1:]))


def test_a_line_cut_off_ends_it(read):
    recording = read(text_of(EVENTS)[:-20])
    assert recording.events == strings(EVENTS[:6])
    assert "line 8: napi_poll has no number 'work': cut off" in recording.remarks[0]


@pytest.mark.parametrize(("kept", "written", "start"), [(8, 8, "fill"), (8, 900, "unknown")])
def test_what_the_buffer_has_no_more_was_before_the_start(read, kept, written, start):
    fill = [("refill", 1536, "-", 0, 0), ("chunk", "+", 0), ("refill", 1536, 0, 1536, 32768)]
    recording = read(ENTRIES.format(kept, written) + traced([*fill, *EVENTS]))
    assert recording.start == start
    assert recording.head == ({"ring": 2} if start == "fill" else {})


@pytest.mark.parametrize(
    ("refills", "head"), [(1, {}), (2, {"ring": 2}), (3, {}), (4, {"ring": 4})]
)
@pytest.mark.parametrize("kind", ["refill", "frag"])
def test_refills_before_a_packet_are_the_fill(read, refills, head, kind):
    event = {"refill": ("refill", 1536, "-", 0, 0), "frag": ("frag", 1536)}[kind]
    recording = read(traced([event] * refills + [("poll", 0), *EVENTS]))
    assert (recording.start, recording.head) == ("fill", head)


def test_refills_before_a_poll_are_its_end(read):
    recording = read(traced([("refill", 1536, "-", 0, 0), ("poll", 3), *EVENTS]))
    assert (recording.start, recording.events) == ("middle", strings(EVENTS))


@pytest.mark.parametrize(("cut", "left"), [(1, 2), (3, 6), (4, 6), (5, 6)])
def test_a_trace_that_begins_within_a_poll_begins_with_the_next(read, cut, left):
    recording = read(text_of(EVENTS[cut:]))
    begins = EVENTS[left:]
    assert recording.start == "middle"
    assert [e[2:] for e in recording.events] == [e[2:] for e in strings(begins)]
    assert recording.events[0][1] == "0"  # packets are numbered from the first


def test_a_trace_that_begins_with_a_poll_s_first_packet_may_be_whole(read):
    assert read(text_of(EVENTS[2:])).start == "unknown"


@pytest.mark.parametrize("work", [2, 4])
def test_a_poll_with_other_packets_ends_it(read, work):
    events = [*EVENTS[:5], ("poll", work), *EVENTS[6:]]
    recording = read(text_of(events))
    assert recording.events == strings(EVENTS[:2])
    assert recording.remarks == (
        f"compared up to line 6: a poll of {work} packets shows another number: the driver dropped "
        "one, or it is another queue's",
    )


def mixed(*devs):
    """Two devices' packets and polls, line by line in turn."""
    texts = [text_of(EVENTS, dev=dev).splitlines() for dev in devs]
    return "\n".join(line for lines in zip(*texts, strict=True) for line in lines) + "\n"


def test_of_several_devices_the_busiest_is_taken_and_named(read):
    more = text_of([SKBS[0], ("poll", 1)], dev="ens4")
    recording = read(mixed("eth0", "ens4") + more)
    assert len(recording.frames) == 6
    assert recording.remarks == ("ens4 of ens4 (6), eth0 (5): --dev chooses another",)


@pytest.mark.parametrize("dev", ["eth0", "ens4"])
def test_a_device_can_be_chosen(read, dev):
    recording = read(mixed("eth0", "ens4") + text_of(EVENTS, dev="eth0"), dev=dev)
    assert len(recording.frames) == {"eth0": 10, "ens4": 5}[dev]
    assert recording.remarks == ()


def test_a_device_that_is_not_there_is_named_with_those_that_are(read):
    with pytest.raises(RecordingError, match=r"no packets of eth9; .* ens4 \(5\), eth0 \(5\)"):
        read(mixed("eth0", "ens4"), dev="eth9")


@pytest.mark.parametrize(("others", "more"), [(8, ""), (9, " and 1 more"), (500, " and 492 more")])
def test_of_many_devices_the_busiest_are_named(read, others, more):
    lines = [
        line.replace("dev=eth0", f"dev=x{n}") for n in range(others) for line in [GRO_LINE] * n
    ]
    with pytest.raises(RecordingError) as error:
        read("".join([GRO_LINE.replace("dev=eth0", "dev=x0"), *lines]), dev="y")
    listed = str(error.value).partition("packets are of: ")[2]
    assert listed.count("(") == 8
    assert f"x{others - 1} ({others - 1:,})" in listed
    assert listed.endswith(f"){more}")


def test_where_no_names_are_printed_all_is_one_device(read):
    recording = read(text_of(EVENTS, dev=""))
    assert (recording.events, recording.remarks) == (strings(EVENTS), ())


def test_where_only_packets_have_no_name_the_backlog_s_polls_are_left_out(read):
    lines = [packet(SKBS[0], dev=""), poll(5, dev="(no_device)"), poll(1, dev="eth0")]
    assert read("\n".join(lines)).polls == [1]


def test_packets_of_two_queues_are_refused(read):
    lines = [packet(SKBS[0], queue=1), poll(1), packet(SKBS[1], queue=2), poll(1)]
    with pytest.raises(RecordingError, match=r"of 2 queues, .* 'ethtool -L eth0 combined 1'"):
        read("\n".join(lines))


@pytest.mark.parametrize("text", [text_of([("poll", 1)]), ENTRIES.format(3, 4), LOST])
def test_a_trace_without_packets_says_what_was_not_enabled(read, text):
    with pytest.raises(RecordingError, match="napi_gro_receive_entry was not enabled"):
        read(text)


def test_a_trace_without_polls_has_nothing_whole(read):
    with pytest.raises(RecordingError, match="no poll of eth0 with all its packets"):
        read(text_of(SKBS))


def test_packets_whose_headers_may_have_been_pulled_are_known_by_number(read):
    lines = [packet(SKBS[0]), packet(SKBS[1], ip_summed=3), packet(SKBS[2], gso_size=1448)]
    assert read("\n".join([*lines, poll(3)])).pulled == {1, 2}


def test_the_recorder_s_text_gives_what_it_traced(read):
    model = oracle("5.10/mergeable", ring=16)
    model.run([60, 1514, 9014, 300] * 20, [1, 3, 8])
    whole = list(named(model.events))
    recording = read(traced(whole))
    assert (recording.start, recording.head) == ("fill", {"ring": 16})
    assert recording.kinds == {"refill", "chunk", "packet", "poll"}
    assert [event[0] for event in recording.events] == [event[0] for event in whole]
