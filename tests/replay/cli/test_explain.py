import csv
import io
import json

import dpkt
import pytest
from oracles import capture_writer as writer
from rxreplay.emulator import strategy

GUEST, OTHER = 0x525400000001, 0x525400000002
HERE = ("-s", "5.10/mergeable", "--direction", "both")


def frame(sport, length=60, dst=GUEST, src=OTHER):
    udp = dpkt.udp.UDP(sport=sport, dport=5000)
    ip = bytes(dpkt.ip.IP(src=b"\x0a\0\0\1", dst=b"\x0a\0\0\2", p=17, data=bytes(udp)))
    return (writer.frame(12, dst, src) + b"\x08\0" + ip + bytes(length))[:length]


@pytest.fixture
def talk(tmp_path):
    """Write a capture of two flows to the guest, 80 and 90, and one from it."""
    frames = [frame(80), frame(90, 1514), frame(80, 1514), frame(7, 60, OTHER, GUEST), frame(80)]
    path = tmp_path / "talk.pcap"
    path.write_bytes(writer.pcap_header() + b"".join(map(writer.pcap_record, frames)))
    return path


def told(result):
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)["packets"]


def errors(result):
    return [line for line in result.stderr.splitlines() if "compiling" not in line]


def lines(result):
    assert result.exit_code == 0, result.stderr
    return [line.rstrip() for line in result.stdout.splitlines()]


def test_a_packet_is_told_in_full(rxreplay, talk):
    shown = lines(rxreplay("explain", talk, *HERE, "--packet", "3", "-q"))
    assert shown[4] == "5.10/mergeable, ring of 256, polls of 1"
    assert shown[5:] == [
        "",
        "packet 3: UDP 10.0.0.1:80 > 10.0.0.2:5000, 1,514 bytes: copy and frags",
        "  buffer    3: 1,536 = 12 virtio header + 1,518 least frame length"
        " + 6 to a multiple of 64",
        "            posted when the queue was opened, no frame had come",
        "            at 3,072 of chunk 0; 1,526 of 1,536 bytes written; a frag of the skb",
        "  rule      1,514 bytes are more than the 128 that a fresh head takes: 14 are copied"
        " there, the",
        "            others stay where they are, as frags",
        "  skb       14 bytes linear, 14 copied, 1 frag",
        "  truesize  2,304 = 512 fresh head + 256 struct sk_buff + 1,536 buffer",
        "  chunk     0 (page_frag, 32,768 bytes): held by this skb and 18 posted buffers",
        "            still held at the end of the capture",
    ]


def test_a_range_is_a_line_each(rxreplay, talk):
    shown = lines(rxreplay("explain", talk, *HERE, "--range", "2:3"))
    assert shown[-3].split() == [
        *("packet", "bytes", "skb", "buffers", "copied", "linear", "frags", "truesize"),
        *("chunk", "until", "flow"),
    ]
    assert shown[-2].split()[0] == "2"
    assert shown[-1].endswith("UDP 10.0.0.1:80 > 10.0.0.2:5000")


def test_a_flow_is_told_in_one_direction(rxreplay, talk):
    shown = lines(rxreplay("explain", talk, *HERE, "-n", "3", "--flow"))
    at = shown.index("UDP 10.0.0.1:80 > 10.0.0.2:5000: 3 packets")
    assert [line.split()[0] for line in shown[at + 1 :]] == ["packet", "1", "3", "5"]
    assert "flow" not in shown[at + 1]
    assert any(line.startswith("packet 3: ") for line in shown[:at])


def test_the_json_form_has_exact_integers(rxreplay, talk):
    [story] = told(rxreplay("explain", talk, *HERE, "-n", "3", "--format", "json"))
    assert story["flow"] == "UDP 10.0.0.1:80 > 10.0.0.2:5000"
    assert story["terms"][2] == {"name": "buffer", "bytes": 1536}
    assert story["buffers"][0]["sizing"][0] == {"name": "virtio header", "bytes": 12}
    assert story["chunks"][0]["posted"] == 18
    whole = json.loads(rxreplay("explain", talk, *HERE, "-n", "3", "--format", "json").stdout)
    assert whole["schema"] == "rxreplay-explain/1.2"
    assert whole["config"]["strategies"] == ["5.10/mergeable"]
    assert whole["trace"]["packets"] == 5
    assert whole["trace"]["direction"]["decision"] == "all packets"
    assert whole["warnings"] == []


def test_the_csv_form_has_a_row_a_packet(rxreplay, talk):
    result = rxreplay("explain", talk, *HERE, "--range", "1:2", "--format", "csv", "-q")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert [(row["packet"], row["truesize"], row["buffers"]) for row in rows] == [
        ("1", "768", "1"),
        ("2", "2304", "1"),
    ]
    where = {(row["trace"], row["strategy"], row["ring"], row["doubt"]) for row in rows}
    assert where == {(str(talk), "5.10/mergeable", "256", "")}


def doubtful(kernel="6.12/mergeable,page_size=64KiB"):
    doubt = strategy(kernel).doubt
    assert doubt
    return ("-s", kernel, "--direction", "both"), doubt


def test_the_csv_form_says_what_is_not_established(rxreplay, talk):
    which, doubt = doubtful()
    result = rxreplay("explain", talk, *which, "-n", "1", "--ring", "64", "--format", "csv", "-q")
    [row] = csv.DictReader(io.StringIO(result.stdout))
    assert (row["ring"], row["doubt"]) == ("64", doubt)
    assert row["strategy"] == strategy(which[1]).name


def test_what_is_not_established_stands_below_the_heading(rxreplay, talk, tmp_path):
    which, doubt = doubtful()
    out = tmp_path / "out.txt"
    for more in ((), ("-o", out)):
        result = rxreplay("explain", talk, *which, "-n", "1", "-q", *more)
        text = out.read_text() if more else result.stdout
        assert f"not established: {doubt}" in " ".join(text.splitlines()[4:7])
    assert "not established" not in rxreplay("explain", talk, *HERE, "-n", "1").stdout


def test_a_packet_that_is_not_the_guests_is_not_replayed(rxreplay, talk):
    options = ("--guest-mac", "52:54:00:00:00:01", "--packet", "4", "--range", "3:5")
    options += ("--direction", "in")
    shown = lines(rxreplay("explain", talk, *HERE, *options))
    received = "received by 52:54:00:00:00:01 (the guest's addresses were given)"
    assert shown[1] == f"replayed: {received}"
    assert "packet 4: UDP 10.0.0.1:7 > 10.0.0.2:5000, 60 bytes: not replayed" in shown
    assert f"the guest did not get it: replayed is {received}" in " ".join(" ".join(shown).split())
    stories = told(rxreplay("explain", talk, *HERE, *options, "--format", "json"))
    assert [story["outcome"] for story in stories] == ["copy and frags", "not replayed", "copy"]
    assert [buf["number"] for story in stories for buf in story["buffers"]] == [3, 4]


def test_a_knob_the_ring_and_the_polls_reach_the_emulator(rxreplay, capture):
    options = ("-s", "mst-2016/mergeable", "--set", "min_avg=1518", "--ring", "16", "--poll", "2")
    path = capture(lengths=[60] * 3)
    shown = lines(rxreplay("explain", path, *options, "-n", "2"))
    assert shown[4] == "mst-2016/mergeable,min_avg=1518, ring of 16, polls of 2"
    assert "  truesize  2,304 = 2,048 buffer + 256 struct sk_buff" in shown


def test_a_stream_has_no_flows_but_stories(rxreplay, talk):
    class Pipe(io.BytesIO):
        def seekable(self):
            return False

    data = talk.read_bytes()
    assert told(rxreplay("explain", talk, *HERE, "-n", "1", "--format", "json"))[0]["flow"]
    shown = rxreplay("explain", "-", *HERE, "-n", "1", stdin=Pipe(data))
    assert "packet 1: " in shown.stdout


def test_packets_of_joined_captures_are_counted_through(rxreplay, talk, capture):
    early = capture(lengths=(60, 1514))
    options = ("--join=given", "-n", "5", "--format", "json", "-q")
    [story] = told(rxreplay("explain", *HERE, *options, early, talk))
    assert story["flow"] == "UDP 10.0.0.1:80 > 10.0.0.2:5000"
    assert story["buffers"][0]["number"] == 5


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ([], "which packet? --packet N or --range FIRST:LAST names it"),
        (["-n", "9"], "talk.pcap has packets 1 to 5"),
        (["--range", "1:9999999999"], "rxreplay: packet 9,999,999,999: "),
        (["--range", "0:2"], "rxreplay: packet 0: "),
        (["--range", "2:1"], "--range 2:1: not FIRST:LAST with two packet numbers"),
        (["-n", "1", "talk.pcap"], "packets of several captures: name one capture, or --join them"),
        (["-n", "1", "--ring", "3"], "a ring has 2 to 32,768 buffers"),
    ],
)
def test_what_cannot_be_is_one_line_and_status_2(rxreplay, talk, arguments, text):
    result = rxreplay("explain", talk, *HERE, *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    [line] = errors(result)
    assert text in line


def test_an_empty_capture_is_one_line_and_status_2(rxreplay, capture):
    result = rxreplay("explain", capture(lengths=()), *HERE, "-n", "1")
    assert result.exit_code == 2
    assert errors(result)[0].endswith(".pcap has no packets")


def test_a_flow_that_cannot_be_told_is_one_line_and_status_2(rxreplay, capture):
    path = capture(lengths=(13, 60))
    result = rxreplay("explain", path, *HERE, "-n", "1", "--flow")
    assert result.exit_code == 2
    assert "its flow cannot be told" in errors(result)[0]


@pytest.mark.parametrize(
    ("strategy", "texts"),
    [
        ("4.10/small", ["posted when the queue was opened", "74 bytes linear, 0 copied, 0 frags"]),
        ("7.2/mergeable", ["at 0 of a chunk each", "back in its pool with this packet"]),
        ("5.10/mergeable", ["part of the frag before", "the average frame had"]),
        (
            "mst-2016/mergeable",
            ["it is the head of the skb", "(8 times)", "3,712 bytes linear, 0 copied, 17 frags"],
        ),
        ("6.12/mergeable+xdp", ["as the packet is dropped", "nobody holds it any more"]),
        ("6.1/big", ["16 of the 18 pages leave with it and are freed", "16 × 4,096 page"]),
        ("6.12/mergeable+xdp,order3=fail", ["3,520 posted - 16 less for a DMA record + 320 "]),
        ("4.13/small,order3=fail", ["held by this skb and 1 posted buffer free after"]),
    ],
)
def test_stories_of_a_sample(rxreplay, sample, strategy, texts):
    path = sample("tcp-gso-tap-snap96.pcap")
    options = ("-n", "1", "-n", "1000", "-n", "1200", "--range", "2000:2300", "-q")
    result = rxreplay("explain", path, "-s", strategy, *options)
    assert result.exit_code == 0, result.stderr
    shown = " ".join(result.stdout.split())
    assert [text for text in texts if text not in shown] == []


def test_polls_as_given_and_skbs_on_their_way_up_are_shown():
    from rxreplay import explain
    from rxreplay.report.as_story import write_explain

    out = io.StringIO()
    lengths = [1514] * 9 + [65_226] * 400 + [73_000]
    write_explain(explain(lengths, [3, 9, 410], "mst-2016/mergeable", polls=[4, 64]), out)
    shown = " ".join(out.getvalue().split())
    assert "ring of 256, polls as given" in shown
    assert "packet 9: 1,514 bytes" in shown
    assert "17 frags, 1 skb on its frag_list" in shown
    out.seek(0)
    write_explain(explain(lengths, [3], "5.10/mergeable", polls=[4, 64]), out)
    assert "skbs that wait to go up (of 1, 2)" in " ".join(out.getvalue().split())


def test_a_chunk_that_is_held_for_long_is_left(rxreplay, capture):
    path = capture(lengths=[60] + [2000] * 10_100)
    shown = lines(rxreplay("explain", path, "-s", "4.11/small", "-n", "1", "--range", "2:2"))
    assert "            still held 10,000 packets later, after packet 10,001" in shown
    assert next(line for line in shown if line.split()[:1] == ["1"]).endswith(">10,001")


def test_a_head_from_a_block_of_heads_has_no_offset(rxreplay, capture):
    shown = lines(rxreplay("explain", capture(lengths=[60] * 200), "-s", "4.10/small", "-n", "200"))
    assert not any(line.strip().startswith(("from chunk", "chunk")) for line in shown)
    later = capture("b.pcap", lengths=[60] * 300)
    shown = lines(rxreplay("explain", later, "-s", "4.10/small", "-n", "300"))
    assert any(line.strip().startswith("from chunk") for line in shown)
