import pytest
from helpers.ftrace_text import packet, text_of
from helpers.shared_data import ABSENT, RECORDINGS
from oracles.virtio_net import oracle


@pytest.fixture
def log(tmp_path):
    """Write a recording of small packets, as the model receives them."""
    model = oracle("4.10/small", ring=16)
    model.run([60] * 20, [1])
    lines = ['# {"kernel": "4.10", "mode": "small", "ring": 16}']
    lines += ["\t".join(map(str, event)) for event in model.events]
    path = tmp_path / "log.tsv"
    path.write_text("\n".join(lines))
    return path


def test_an_equal_log_is_ok_and_status_0(rxreplay, log):
    result = rxreplay("verify", log)
    assert result.exit_code == 0
    assert result.stdout == (
        f"ok         {log}: 4.10/small, 20 packets\n"
        "1 of 1 logs ok; 20 packets and 40 events are equal\n"
    )


def test_a_difference_is_shown_with_what_came_before_it_and_status_1(rxreplay, log):
    lines = log.read_text().splitlines()
    right = lines[7].replace("\t", " ")
    lines[7] = lines[7].replace("\t2304\t", "\t2305\t")
    other = log.with_name("other.tsv")
    other.write_text("\n".join(lines))
    result = rxreplay("verify", other, log)
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        f"different  {other}: 4.10/small, line 8: recorded 'packet 3 60 46 0 2305 0', "
        f"emulated '{right}'",
        "           after 'packet 1 60 46 0 2304 0'",
        "           after 'poll 1'",
        "           after 'packet 2 60 46 0 2304 0'",
        "           after 'poll 1'",
        f"ok         {log}: 4.10/small, 20 packets",
        "1 of 2 logs ok; 23 packets and 46 events are equal",
    ]


def test_what_cannot_be_compared_is_named_and_the_others_are_compared(rxreplay, log, tmp_path):
    (tmp_path / "text.tsv").write_text("hello")
    result = rxreplay("verify", tmp_path / "nowhere.tsv", tmp_path / "text.tsv", log)
    assert result.exit_code == 1
    failed, text, ok, total = result.stdout.splitlines()
    assert failed == f"failed     {tmp_path}/nowhere.tsv: No such file or directory"
    assert text.startswith(f"failed     {tmp_path}/text.tsv: line 1 is not")
    assert ok.startswith("ok ")
    assert total.startswith("1 of 3 logs ok; 20 packets")


def test_a_difference_in_the_socket_has_nothing_before_it(rxreplay, log):
    first, *rest = log.read_text().splitlines()
    udp = ', "udp": {"rcvbuf": 212992, "accepted": 19}}'
    log.write_text("\n".join([first.replace("}", udp), *rest]))
    result = rxreplay("verify", log)
    assert result.exit_code == 1
    assert "line 1: recorded 'udp accepted 19', emulated 'udp accepted 20'" in result.stdout
    assert "after" not in result.stdout


@pytest.mark.skipif(not RECORDINGS.is_dir(), reason=ABSENT)
def test_real_logs_are_ok(rxreplay):
    logs = sorted(RECORDINGS.glob("5.10-small-udp*.tsv.gz"))
    result = rxreplay("verify", *logs)
    assert result.exit_code == 0
    assert result.stdout.count("ok         ") == len(logs)
    assert f"{len(logs)} of {len(logs)} logs ok" in result.stdout


@pytest.fixture
def trace(tmp_path):
    """Write small packets as ftrace shows them, of a mergeable queue of 64 buffers."""
    model = oracle("6.1/mergeable", ring=64)
    model.run([60, 300] * 60, [1])
    path = tmp_path / "trace.txt"
    path.write_text(text_of(model.events))
    return path


def test_a_trace_of_ftrace_is_compared_with_a_strategy(rxreplay, trace):
    result = rxreplay("verify", trace, "--strategy", "6.1/mergeable", "--ring", 64, "--dev", "eth0")
    assert result.exit_code == 0
    assert result.stdout == (
        f"ok         {trace}: 6.1/mergeable, 120 packets; not traced: chunk, refill\n"
        "           all is as from the fill of the ring on\n"
        "1 of 1 logs ok; 120 packets and 240 events are equal\n"
    )


def test_a_trace_from_the_middle_says_so(rxreplay, trace):
    trace.write_text(trace.read_text().split("\n", 1)[1])
    result = rxreplay("verify", trace, "--strategy", "6.1/mergeable", "--ring", 64)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        f"ok         {trace}: 6.1/mergeable, 27 packets; not traced: chunk, refill",
        "           from the middle (unless --from-start): 27 packets compared, 28 in part; "
        "64 not, which depend on the ring before",
        "1 of 1 logs ok; 27 packets and 27 events are equal",
    ]
    result = rxreplay("verify", trace, "--strategy", "6.1/mergeable", "--from-start")
    assert (result.exit_code, "begins within a poll" in result.stdout) == (1, True)


def test_lost_events_and_several_devices_are_said(rxreplay, trace):
    text = trace.read_text()
    trace.write_text(text + "CPU:0 [LOST 7 EVENTS]\n" + text.replace("dev=eth0", "dev=eth1"))
    result = rxreplay("verify", trace, "--strategy", "6.1/mergeable", "--ring", 64)
    assert result.stdout.splitlines()[1] == (
        "           compared up to line 241: 7 events were lost"
    )
    trace.write_text(text + packet(("packet", 0, 60, 46, 0, 768, 0), dev="eth1"))
    result = rxreplay("verify", trace, "--strategy", "6.1/mergeable", "--ring", 64)
    assert "eth0 of eth0 (120), eth1 (1): --dev chooses another" in result.stdout


def test_a_trace_without_a_strategy_fails_with_what_to_do(rxreplay, trace):
    result = rxreplay("verify", trace)
    assert result.exit_code == 1
    assert "--strategy auto finds what fits" in result.stdout


def test_a_strategy_that_is_none_is_wrong_usage(rxreplay, trace):
    result = rxreplay("verify", trace, "--strategy", "6.1/huge")
    assert (result.exit_code, result.stdout) == (2, "")


def test_auto_says_what_fits(rxreplay, log):
    result = rxreplay("verify", log, "--strategy", "auto")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[1].startswith("           fits ")
    assert "4.10/small" in result.stdout.splitlines()[1]
