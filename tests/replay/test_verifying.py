"""Recordings against the emulator; those made here are written by the plain-Python oracle."""

import gzip
import json

import pytest
import rxreplay
from helpers.ftrace_text import packet, text_of, traced
from helpers.shared_data import ABSENT, CHECKOUT, LOGS, RECORDINGS
from oracles.recordings import named
from oracles.virtio_net import oracle
from rxreplay.differing import first_difference
from rxreplay.errors import StrategyError
from rxreplay.recording import Recording, RecordingError, read_recording

SHORT = [60, 1514, 1518, 300, 129, 128, 14] * 40
LONG = [60, 1514, 9014, 300, 129, 128, 5000] * 40
POLLS = [3, 1, 8, 40, 2, 64]


class Log:
    """What the oracle does, as a recording that can be changed."""

    def __init__(self, strategy="4.11/mergeable", rcvbuf=None, ring=32, chunk_names=100):
        model = oracle(strategy, ring=ring, rcvbuf=rcvbuf)
        kernel, mode = strategy.partition(",")[0].split("/")
        model.run(SHORT if mode == "small" else LONG, POLLS)
        self.head = {"kernel": kernel, "mode": mode, "ring": ring}
        if rcvbuf:
            self.head["udp"] = {"rcvbuf": rcvbuf, **model.figures()["socket"]}
        self.events = [list(renamed(event, chunk_names)) for event in named(model.events)]

    def line(self, kind, nth=0):
        """Give the line of the nth event of a kind, from the first; -1 is the last one."""
        return [n for n, event in enumerate(self.events, 2) if event[0] == kind][nth]

    def at(self, line):
        return self.events[line - 2]

    def only(self, *kinds):
        self.events = [event for event in self.events if event[0] in kinds]
        return self

    def write(self, path):
        lines = ["# " + json.dumps(self.head), *("\t".join(map(str, e)) for e in self.events)]
        content = "\n".join([*lines, ""]).encode()
        path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
        return path


def renamed(event, offset):
    """Name chunks as a tracer might: any number will do."""
    kind, *fields = event
    if kind == "refill":
        fields[1] = "-" if fields[1] is None else fields[1] + offset
    if kind == "chunk":
        fields[1] += offset
    return kind, *fields


@pytest.fixture
def verify(tmp_path):
    return lambda log: rxreplay.verify(log.write(tmp_path / "log.tsv"))


@pytest.mark.skipif(not LOGS, reason=ABSENT)
@pytest.mark.parametrize("name", LOGS)
def test_what_a_real_kernel_did_is_reproduced(name):
    verdict = rxreplay.verify(RECORDINGS / name)
    assert verdict.ok, str(verdict.difference)
    assert verdict.packets == read_recording(RECORDINGS / name).head["seen"] >= 50


OWN = sorted((CHECKOUT / "tests" / "golden").glob("*.tsv.gz"))


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_what_our_own_recorder_saw_is_reproduced(path):
    verdict = rxreplay.verify(path)
    assert verdict.ok, str(verdict.difference)
    assert (verdict.packets, verdict.untraced) == (1012, [])


@pytest.mark.parametrize("name", ["log.tsv", "log.tsv.gz"])
@pytest.mark.parametrize("strategy", ["4.10/small", "4.11/mergeable", "5.10/mergeable", "5.10/big"])
def test_what_the_model_did_is_reproduced(strategy, name, tmp_path):
    log = Log(strategy)
    verdict = rxreplay.verify(log.write(tmp_path / name))
    assert verdict.difference is None
    assert (verdict.strategy, verdict.ok, verdict.events) == (strategy, True, len(log.events))
    assert verdict.packets == sum(event[0] == "packet" for event in log.events)


PACKET = {"seq": 1, "wire_len": 2, "len": 3, "data_len": 4, "truesize": 5, "nr_frags": 6}
REFILL = {"size": 1, "chunk": 2, "offset": 3, "chunk_size": 4}
SAME_PLACE = [
    *(("packet", nth, field) for nth in (0, 77, -1) for field in PACKET.values() if field != 2),
    *(("refill", nth, REFILL[name]) for nth in (1, 99, -1) for name in REFILL),
    ("refill", 0, REFILL["size"]),
    ("chunk", 5, 2),
]


@pytest.mark.all_variants
@pytest.mark.parametrize(("kind", "nth", "field"), SAME_PLACE)
@pytest.mark.parametrize("by", [-1, 1])
def test_one_number_changed_is_found_where_it_is(verify, kind, nth, field, by):
    log = Log()
    line = log.line(kind, nth)
    if kind == "chunk":  # the first one given back: its name is known by then
        line = next(n for n, event in enumerate(log.events, 2) if event[:2] == ["chunk", "-"])
    log.at(line)[field] += by
    verdict = verify(log)
    assert verdict.difference.line == line
    assert verdict.difference.recorded == " ".join(map(str, log.at(line)))
    assert verdict.difference.emulated != verdict.difference.recorded
    assert verdict.events == line - 2
    before = log.events[max(0, line - 6) : line - 2]
    assert verdict.difference.before == [" ".join(map(str, event)) for event in before]


def test_a_difference_reads_as_one_line(verify):
    log = Log()
    line = log.line("packet", 3)
    truesize = log.at(line)[PACKET["truesize"]]
    log.at(line)[PACKET["truesize"]] = 1
    text = str(verify(log).difference)
    assert text.startswith(f"line {line:,}: recorded 'packet 3 ")
    assert f" 1 {log.at(line)[6]}', emulated 'packet 3 " in text
    assert f" {truesize} {log.at(line)[6]}'" in text


@pytest.mark.parametrize("sign", ["+", "-"])
@pytest.mark.parametrize("step", [-1, 1])
def test_a_chunk_event_moved_by_one_line_is_found_there(verify, sign, step):
    log = Log()
    lines = [n for n, event in enumerate(log.events, 2) if event[:2] == ["chunk", sign]]
    line = next(n for n in lines[2:] if log.at(n + step)[0] != "chunk")
    at = line - 2
    log.events[at], log.events[at + step] = log.events[at + step], log.events[at]
    assert verify(log).difference.line == min(line, line + step)


def test_the_name_of_a_taken_chunk_is_held_to_until_it_is_given_back(verify):
    log = Log()
    line = log.line("chunk", 0)
    log.at(line)[2] += 1000
    difference = verify(log).difference
    assert difference.line > line
    assert difference.recorded.split()[0] == "refill"
    assert " 1100 " in difference.emulated


def test_numbers_of_two_living_chunks_exchanged_are_found(verify):
    log = Log()
    given_back = [n for n, event in enumerate(log.events, 2) if event[:2] == ["chunk", "-"]]
    first, second = given_back[:2]
    log.at(first)[2], log.at(second)[2] = log.at(second)[2], log.at(first)[2]
    assert verify(log).difference.line == first


def test_a_name_that_comes_back_for_another_chunk_is_the_other(verify):
    log, free, names = Log(), [], {}
    for event in log.events:  # the lowest name that is free, as a page allocator reuses blocks
        if event[:2] == ["chunk", "+"]:
            names[event[2]] = free.pop() if free else len(names)
        if event[0] in ("chunk", "refill") and event[2] != "-":
            event[2], old = names[event[2]], event[2]
            if event[:2] == ["chunk", "-"]:
                free.append(names.pop(old))
    assert len({event[2] for event in log.events if event[0] == "chunk"}) < 20
    assert verify(log).difference is None


@pytest.mark.parametrize("nth", [1, 3])
def test_work_moved_to_the_next_poll_is_found_in_that_poll(verify, nth):
    log = Log()
    before, poll, after = (log.line("poll", n) for n in (nth - 1, nth, nth + 1))
    log.at(poll)[1] -= 1
    log.at(after)[1] += 1
    if not log.at(poll)[1]:
        log.at(poll)[1], log.at(after)[1] = 2, log.at(after)[1] - 2
    assert before < verify(log).difference.line <= poll


@pytest.mark.parametrize("strategy", ["4.11/mergeable", "4.10/small"])
def test_a_last_line_cut_off_is_found(verify, strategy):
    log = Log(strategy)
    del log.events[-1]
    with pytest.raises(RecordingError, match=f"line {len(log.events) + 2:,}: its polls received"):
        verify(log)


def test_a_last_refill_that_is_missing_is_found_where_it_was(verify):
    log = Log().only("packet", "poll", "refill")
    line = log.line("refill", -1)
    del log.events[line - 2]
    assert verify(log).difference.line == line


@pytest.mark.parametrize(
    "extra", [["refill", 1536, "-", 0, 0], ["chunk", "+", 900], ["frag", 1536], ["pool", "+", 1]]
)
def test_a_line_too_many_at_the_end_is_found(verify, extra):
    log = Log()
    log.events.append(extra)
    difference = verify(log).difference
    assert difference.line == len(log.events) + 1
    assert difference.emulated == "nothing more"


def test_where_the_emulator_does_more_the_line_is_the_one_that_is_missing():
    events = [("packet", "0", "60", "46", "0", "2176", "0"), ("poll", "1")]
    recording = Recording("log.tsv", {}, events[:1], lines=[5])
    difference = first_difference(recording, events)
    assert (difference.line, difference.recorded, difference.emulated) == (
        6,
        "nothing more",
        "poll 1",
    )


def test_a_packet_missing_from_the_log_is_located(verify):
    log = Log()
    del log.events[log.line("packet", 30) - 2]
    with pytest.raises(RecordingError, match=r"line [\d,]+: its polls received 280 packets"):
        verify(log)


KINDS = [("packet", "poll"), ("packet", "poll", "refill"), ("packet", "poll", "chunk")]


@pytest.mark.parametrize("kinds", KINDS, ids=" ".join)
def test_a_log_of_some_kinds_is_compared_on_those(verify, kinds):
    whole = Log()
    verdict = verify(Log().only(*kinds))
    assert verdict.difference is None
    assert verdict.events == sum(event[0] in kinds for event in whole.events)


@pytest.mark.parametrize("kinds", KINDS, ids=" ".join)
def test_a_log_of_some_kinds_is_compared_in_all_of_those(verify, kinds):
    for kind, field in (("packet", 5), ("refill", 3), ("refill", 1)):
        if kind not in kinds:
            continue
        log = Log().only(*kinds)
        line = log.line(kind, 50)
        log.at(line)[field] += 64
        assert verify(log).difference.line == line
    if "chunk" in kinds:
        log = Log().only(*kinds)
        line = next(n for n, event in enumerate(log.events, 2) if event[:2] == ["chunk", "-"])
        log.at(line)[2] += 1
        assert verify(log).difference.line == line


def test_without_chunk_events_any_name_of_a_chunk_will_do(verify):
    log = Log().only("packet", "poll", "refill")
    for event in log.events:
        if event[0] == "refill" and event[2] != "-":
            event[2] = 5
    assert verify(log).difference is None


@pytest.mark.parametrize("strategy", ["4.10/small", "5.10/mergeable"])
def test_an_unread_socket_is_compared(verify, strategy):
    log = Log(strategy, rcvbuf=20_000)
    assert log.head["udp"]["drops"] > 0
    assert verify(log).ok
    for name in ("accepted", "drops", "rmem_alloc"):
        log.head["udp"][name] += 1
        difference = verify(log).difference
        assert difference.line == 1
        assert difference.recorded == f"udp {name} {log.head['udp'][name]}"
        log.head["udp"][name] -= 1


def test_another_socket_takes_other_packets(verify):
    log = Log("5.10/mergeable", rcvbuf=20_000)
    log.head["udp"]["rcvbuf"] = 40_000
    assert not verify(log).ok


def test_another_ring_is_another_run(verify):
    log = Log()
    log.head["ring"] = 64
    assert not verify(log).ok


@pytest.mark.parametrize(
    ("key", "value"),
    [("ring", "256"), ("ring", 1.5), ("ring", None), ("udp", 5), ("udp", {"accepted": 3})]
    + [("udp", {"rcvbuf": value}) for value in (0, -1, "x", 2**31)],
)
def test_a_first_line_that_cannot_be_is_an_error_there(verify, key, value):
    log = Log()
    log.head[key] = value
    with pytest.raises(RecordingError, match=r"log.tsv: line 1: ring, or rcvbuf of udp"):
        verify(log)


@pytest.mark.parametrize(
    ("head", "text"),
    [
        ({"kernel": "2.6"}, "log.tsv: 2.6 is older than 3.14"),
        ({"mode": "huge"}, "log.tsv: no strategy '4.11/huge'"),
        ({"ring": 48}, "log.tsv: a ring has 2 to"),
        ({"kernel": "4.9", "xdp": "pass"}, "log.tsv: 4.9/mergeable\\+xdp: "),
        ({"vnet_hdr": 11}, "log.tsv: 4.11/mergeable: hdr_len is 10 or 12"),
        ({"vnet_hdr": None}, "log.tsv: 'hdr_len=None' is not NAME=VALUE"),
    ],
)
def test_what_no_strategy_does_is_named_with_the_log(verify, head, text):
    log = Log()
    log.head |= head
    with pytest.raises(StrategyError, match=text):
        verify(log)


def test_the_usual_virtio_header_is_no_obstacle(verify):
    log = Log()
    log.head["vnet_hdr"] = 12
    assert verify(log).ok


@pytest.mark.parametrize(
    ("strategy", "bytes_of"), [("6.1/mergeable", 20), ("4.11/small", 10), ("6.1/big", 10)]
)
def test_another_virtio_header_is_a_knob(verify, strategy, bytes_of):
    log = Log(f"{strategy},hdr_len={bytes_of}")
    log.head["vnet_hdr"] = bytes_of
    verdict = verify(log)
    assert verdict.difference is None
    assert verdict.strategy == f"{strategy},hdr_len={bytes_of}"


def test_keys_that_nobody_knows_and_a_ring_that_is_not_told_are_no_obstacle(verify):
    log = Log(ring=256)
    del log.head["ring"]
    log.head |= {"seed": 7, "qemu": {"version": "7.2"}, "offloads": []}
    assert verify(log).ok


def test_a_strategy_and_a_ring_that_are_asked_for_stand_over_the_log_s(tmp_path):
    log = Log("4.11/mergeable", ring=64)
    log.head |= {"kernel": "6.1", "ring": 256}
    path = log.write(tmp_path / "log.tsv")
    assert not rxreplay.verify(path).ok
    verdict = rxreplay.verify(path, "4.11/mergeable", ring=64)
    assert (verdict.ok, verdict.strategy) == (True, "4.11/mergeable")


def test_a_poll_that_cannot_be_is_named_with_the_log(verify):
    log = Log().only("packet")
    log.events.append(["poll", len(log.events)])
    with pytest.raises(StrategyError, match=r"log.tsv: a NAPI poll receives 1 to 64"):
        verify(log)


@pytest.mark.parametrize("kinds", [(), ("packet",), ("poll",), ("refill", "chunk")], ids=str)
def test_a_log_without_packets_or_polls_cannot_be_replayed(verify, kinds):
    with pytest.raises(RecordingError, match="packets or polls are missing"):
        verify(Log().only(*kinds))


def test_what_the_first_line_says_of_the_run_is_compared(verify):
    for key, value in (("seen", 999), ("mergeable_rx_buffer_size", [1536, 1537])):
        log = Log()
        log.head[key] = value
        difference = verify(log).difference
        assert (difference.line, difference.recorded) == (1, f"{key} {value}")


def test_an_unknown_key_of_the_socket_is_a_difference(verify):
    log = Log(rcvbuf=20_000)
    log.head["udp"]["acepted"] = log.head["udp"].pop("accepted")
    assert "acepted" in verify(log).difference.recorded


def test_kinds_that_were_not_traced_are_named(verify):
    assert verify(Log()).untraced == []
    assert verify(Log().only("packet", "poll")).untraced == ["chunk", "refill"]


def offloaded(events, seq, pulled=0, **fields):
    """Write a trace in which a packet has a partial checksum, or GSO, and `pulled` bytes more."""
    lines = []
    for event in events:
        if event[0] == "packet" and event[1] == seq:
            lines.append(packet((*event[:4], event[4] - pulled, *event[5:]), **fields))
        elif event[0] in ("packet", "poll"):
            lines.append(text_of([event]).rstrip())
    return "\n".join(lines)


GSO = {"gso_size": 1448, "gso_type": "0x1"}


@pytest.mark.parametrize("fields", [{"ip_summed": 3}, GSO, GSO | {"ip_summed": 3}])
@pytest.mark.parametrize(
    ("strategy", "seq", "pulled", "fine"),
    [
        *(("5.15/mergeable", 2, pulled, pulled in range(115)) for pulled in (-1, 0, 40, 114, 115)),
        *(("6.1/mergeable", 2, pulled, pulled in range(627)) for pulled in (52, 626, 627)),
        *(("6.16/mergeable", 2, pulled, pulled in range(243)) for pulled in (52, 242, 243)),
        ("4.11/mergeable", 2, 0, True),  # 128 bytes are in the head, which has no room for more
        ("4.11/mergeable", 2, 1, False),
        ("6.1/mergeable", 3, -1, False),  # linear: nothing to pull
        ("6.1/mergeable", 3, 0, True),
    ],
)
def test_headers_may_be_pulled_as_far_as_the_head_has_room(
    tmp_path, fields, strategy, seq, pulled, fine
):
    model = oracle(strategy, ring=32)
    model.run(LONG, POLLS)
    path = tmp_path / "trace.txt"
    path.write_text(offloaded(model.events, seq, pulled, **fields))
    assert rxreplay.verify(path, strategy, ring=32, from_start=True).ok == fine


def test_without_an_offload_nothing_is_pulled(tmp_path):
    model = oracle("6.1/mergeable", ring=32)
    model.run(LONG, POLLS)
    path = tmp_path / "trace.txt"
    path.write_text(offloaded(model.events, 2, 40, ip_summed=1))
    assert not rxreplay.verify(path, "6.1/mergeable", ring=32, from_start=True).ok


def test_a_pull_is_no_difference_from_the_middle_either(tmp_path):
    model = oracle("6.1/big", ring=32)
    model.run(LONG, [1])
    path = tmp_path / "trace.txt"
    for pulled, fine in ((626, True), (627, False)):
        path.write_text(offloaded(model.events, 205, pulled, **GSO).split("\n", 1)[1])
        assert rxreplay.verify(path, "6.1/big", ring=32).ok == fine


@pytest.mark.parametrize("strategy", ["6.1/mergeable", "7.2/mergeable", "5.10/big", "4.10/small"])
def test_the_text_of_the_recorder_s_guest_is_compared_whole(tmp_path, strategy):
    model = oracle(strategy, ring=32)
    model.run(SHORT if "small" in strategy else LONG, POLLS)
    path = tmp_path / "trace.txt"
    path.write_text(traced(named(model.events)))
    verdict = rxreplay.verify(path, strategy, ring=32)
    assert verdict.difference is None
    assert verdict.untraced == []
    assert verdict.packets == sum(event[0] == "packet" for event in model.events)


def test_a_trace_s_own_fill_tells_the_ring(tmp_path):
    model = oracle("6.1/mergeable", ring=32)
    model.run(LONG, POLLS)
    path = tmp_path / "trace.txt"
    path.write_text(traced(named(model.events)))
    assert rxreplay.verify(path, "6.1/mergeable").ok


def test_a_trace_without_a_strategy_asks_for_one(tmp_path):
    path = tmp_path / "trace.txt"
    path.write_text(text_of([("packet", 0, 60, 46, 0, 1280, 0), ("poll", 1)]))
    with pytest.raises(RecordingError, match=r"which kernel .* --strategy auto finds"):
        rxreplay.verify(path)


def test_events_that_were_not_traced_take_room_as_well(verify):
    log = Log("6.1/mergeable", ring=256)
    model = oracle("6.1/mergeable", ring=256)
    model.run([65_550] * 300, [1])  # 43 buffers each, at first
    log.events = [list(event) for event in model.events if event[0] in ("packet", "poll")]
    verdict = verify(log)
    assert (verdict.ok, verdict.packets) == (True, 300)


@pytest.mark.parametrize("length", ["-1", "4294967296", "9" * 18])
def test_a_packet_that_no_device_can_have_is_named_with_its_line(tmp_path, length):
    fields = "data_len=0 truesize=768 nr_frags=0"
    line = f"napi_gro_receive_entry: dev=eth0 len={int(length) - 14} {fields}"
    poll = "napi_poll: napi poll on napi struct 0 for device eth0 work 1 budget 64"
    path = tmp_path / "trace"
    path.write_text("".join(f" x-1 [000] 1.0: {text}\n" for text in (line, poll)))
    with pytest.raises(RecordingError, match=f"line 1: a packet of {length} bytes"):
        rxreplay.verifying.verify(path, "5.10/small")


def test_the_longest_packet_that_a_record_can_claim_is_compared(tmp_path):
    path = tmp_path / "log"
    head = '# {"kernel": "5.10", "mode": "small"}'
    path.write_text(f"{head}\npacket\t0\t{2**32 - 1}\t46\t0\t768\t0\npoll\t1\n")
    assert rxreplay.verifying.verify(path).difference.line == 2
