import gzip
import json

import pytest
from oracles import capture_writer as writer

FAST = ("-s", "5.10/small", "-s", "4.10/small")
GUEST, OTHER, THIRD = 0x525400000001, 0x525400000002, 0x525400000003


def report(result):
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def packets(result):
    return [each["figures"]["packets"] for each in report(result)["results"]]


def warnings(result):
    """Give the lines on standard error, without what a cold cache adds."""
    return [line for line in result.stderr.splitlines() if "compiling" not in line]


def test_data_on_stdout_and_nothing_on_stderr(rxreplay, capture):
    result = rxreplay("compare", capture(), *FAST)
    assert result.exit_code == 0
    assert "truesize a packet" in result.stdout
    assert "For this traffic" in result.stdout
    assert warnings(result) == []


def test_without_strategies_all_the_usual_ones_are_compared(rxreplay, capture):
    config = report(rxreplay("compare", capture(), "--format", "json"))["config"]
    assert config["reference"] == config["strategies"][0] == "4.10/small"
    assert len(config["strategies"]) == 11
    assert {"mst-2016/mergeable", "mst-2016/mergeable,min_avg=1518"} < set(config["strategies"])
    assert not any(name.startswith("5.10.0/") for name in config["strategies"])


def test_the_first_strategy_named_is_the_reference(rxreplay, capture):
    config = report(rxreplay("compare", capture(), *FAST, "--format", "json"))["config"]
    assert config["strategies"] == ["5.10/small", "4.10/small"]
    assert config["reference"] == "5.10/small"


def test_options_reach_the_emulator(rxreplay, capture):
    options = ("--ring", "64", "--poll", "8", "--rcvbuf", "5000", "--format", "json")
    together = report(rxreplay("compare", capture(lengths=[60] * 100), *FAST, *options))
    assert {key: together["config"][key] for key in ("ring", "poll", "rcvbuf", "lifetime")} == {
        "ring": 64,
        "poll": 8,
        "rcvbuf": 5000,
        "lifetime": "drop",
    }
    figures = together["results"][0]["figures"]
    assert figures["ring_bytes"]["peak"] == 64 * 1920
    assert (figures["rcvbuf"], figures["fit_packets"]) == (5000, 3)
    assert figures["skb_truesize_bytes"]["peak"] == 8 * 2176


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["-s", "5.10/smal"], "no strategy '5.10/smal': did you mean 5.10/small?"),
        (["-s", "9"], "no strategy '9': 'rxreplay strategies' lists all"),
        (["--ring", "3"], "a ring has 2 to 32,768 buffers, a power of two, not 3"),
        (["--ring", "65536"], "not 65536"),
        (["--poll", "0"], "a NAPI poll receives 1 to 64 packets"),
        (["--poll", "65"], "a NAPI poll receives 1 to 64 packets"),
        (
            ["--set", "nope=3"],
            "known: copy_len, device_mtu, guest_gso, hdr_len, headroom, min_avg",
        ),
        (["--set", "min_avg=x"], "'min_avg=x' is not NAME=VALUE with a whole number"),
        (["--set", "min_avg"], "'min_avg' is not NAME=VALUE"),
        (["--set", "min_avg=1"], "min_avg is from 64 to 3,584, not 1"),
        (["--set", "9:min_avg=99"], "9 is not among the strategies: 4.10/small, "),
        (
            ["--set", "4.11/small:min_avg=99"],
            "4.11/small has no knob 'min_avg'; its knobs: hdr_len, ",
        ),
        (
            ["-s", "4.11/small", "--set", "min_avg=99"],
            "has that knob; known: device_mtu, hdr_len, headroom, order3, tailroom",
        ),
        (["--guest-mac", "zz"], "'zz' is not a MAC address; write it as 52:54:00:12:34:56"),
        (["--row", "nope"], "nope"),
    ],
)
def test_what_cannot_be_is_one_line_and_status_2(rxreplay, capture, arguments, text):
    result = rxreplay("compare", capture(), *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    [line] = warnings(result)
    assert line.startswith("rxreplay: ")
    assert text in line


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        (["min_avg=640"], {"mst-2016/mergeable,min_avg=640"}),
        (
            ["mst-2016/mergeable:min_avg=640"],
            {"mst-2016/mergeable,min_avg=640"},
        ),
        (
            ["mst-2016/mergeable,min_avg=1518:min_avg=640"],
            {"mst-2016/mergeable", "mst-2016/mergeable,min_avg=640"},
        ),
    ],
)
def test_a_knob_is_set_where_it_is(rxreplay, capture, settings, names):
    options = [part for setting in settings for part in ("--set", setting)]
    strategies = report(rxreplay("compare", capture(), *options, "--format", "json"))["config"][
        "strategies"
    ]
    assert {name for name in strategies if name.startswith("mst")} == names
    assert len(strategies) == 9 + len(names)


def test_a_capture_that_is_not_there_is_status_1(rxreplay, tmp_path):
    result = rxreplay("compare", tmp_path / "nowhere.pcap")
    assert (result.exit_code, result.stdout) == (1, "")
    [line] = warnings(result)
    assert line.endswith("nowhere.pcap: cannot be read: No such file or directory. Check the path.")


def test_one_damaged_capture_of_several_is_status_4_and_the_others_count(
    rxreplay, capture, damaged, tmp_path
):
    paths = [capture("a.pcap"), damaged, tmp_path / "nowhere.pcap", capture("b.pcap", (60,))]
    result = rxreplay("compare", *paths, *FAST, "--format", "json")
    assert result.exit_code == 4
    whole = json.loads(result.stdout)
    assert [trace["path"] for trace in whole["traces"]] == [str(paths[0]), str(paths[3])]
    assert [(each["trace"], each["figures"]["packets"]) for each in whole["results"]] == [
        *[(0, 3)] * 2,
        *[(1, 1)] * 2,
    ]
    first, second = warnings(result)
    assert first.startswith("rxreplay: ")
    assert "record 2 at byte" in first
    assert "--keep-damaged replays the 2 records before it" in first
    assert "nowhere.pcap" in second


def test_when_every_capture_fails_all_are_named_and_status_is_1(rxreplay, damaged, tmp_path):
    result = rxreplay("compare", damaged, tmp_path / "nowhere.pcap", *FAST)
    assert (result.exit_code, result.stdout) == (1, "")
    [line] = warnings(result)
    assert "damaged.pcap: record 2" in line
    assert "nowhere.pcap: cannot be read" in line


def test_keep_damaged_replays_what_came_before(rxreplay, damaged):
    result = rxreplay("compare", damaged, *FAST, "--keep-damaged", "--format", "json")
    assert packets(result) == [2, 2]
    assert [warning["code"] for warning in report(result)["warnings"]] == ["damaged"]
    [line] = warnings(result)
    assert line.startswith("warning: ")
    assert "the 2 records before it count" in line


def test_a_cut_capture_is_replayed_with_a_warning(rxreplay, capture):
    path = capture(tail=writer.pcap_record(bytes(60))[:-1])
    result = rxreplay("compare", path, *FAST, "--format", "json")
    assert packets(result) == [3, 3]
    [line] = warnings(result)
    assert "cut inside record 3 at byte" in line


def test_quiet_says_nothing_but_errors(rxreplay, damaged, capture, tmp_path):
    out = tmp_path / "out"
    result = rxreplay("compare", damaged, *FAST, "--keep-damaged", "--quiet", "-o", out)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")
    result = rxreplay("compare", damaged, capture(), *FAST, "-q")
    assert result.exit_code == 4
    assert result.stderr.count("\n") == 1
    assert "damaged.pcap: record 2" in result.stderr


def test_a_file_is_written_and_said_so_last(rxreplay, damaged, tmp_path):
    out = tmp_path / "out.json"
    result = rxreplay("compare", damaged, *FAST, "--keep-damaged", "--format", "json", "-o", out)
    assert (result.exit_code, result.stdout) == (0, "")
    assert warnings(result)[-1] == f"Wrote {out}"
    assert json.loads(out.read_text())["results"][0]["figures"]["packets"] == 2


def test_an_existing_file_needs_force_and_survives_errors(rxreplay, capture, damaged, tmp_path):
    path, out = capture(), tmp_path / "folder" / "out.csv"
    out.parent.mkdir()
    out.write_text("old")
    result = rxreplay("compare", path, *FAST, "-o", out)
    assert result.exit_code == 1
    assert warnings(result) == [f"rxreplay: {out} exists already; --force writes over it"]
    assert rxreplay("compare", damaged, *FAST, "-o", out, "--force").exit_code == 1
    assert rxreplay("compare", path, "-s", "9", "-o", out, "--force").exit_code == 2
    assert [(p.name, p.read_text()) for p in out.parent.iterdir()] == [("out.csv", "old")]
    assert rxreplay("compare", path, *FAST, "--format", "csv", "-o", out, "--force").exit_code == 0
    assert out.read_text().startswith("path,trace,strategy,queue,doubt,figures.packets,")
    assert [p.name for p in out.parent.iterdir()] == ["out.csv"]


def test_output_is_refused_before_any_work(rxreplay, tmp_path):
    result = rxreplay("compare", tmp_path / "nowhere.pcap", "-o", tmp_path / "no" / "out")
    assert warnings(result) == [
        f"rxreplay: {tmp_path}/no/out: there is no folder {tmp_path}/no",
    ]


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_dash_is_standard_input(rxreplay, pack):
    data = pack(writer.pcap((60, 1514, 300)))
    result = rxreplay("compare", "-", *FAST, "--format", "json", stdin=data)
    assert packets(result) == [3, 3]
    assert report(result)["traces"][0]["path"] == "-"


@pytest.mark.parametrize(
    ("arguments", "order"),
    [
        (["--join", "LATE", "EARLY"], ["early", "late"]),
        (["LATE", "EARLY", "--join"], ["early", "late"]),
        (["--join", "time", "LATE", "EARLY"], ["early", "late"]),
        (["--join=time", "LATE", "EARLY"], ["early", "late"]),
        (["--join=given", "LATE", "EARLY"], ["late", "early"]),
        (["--join", "given", "LATE", "EARLY"], ["late", "early"]),
        (["--join=given", "--", "LATE", "EARLY"], ["late", "early"]),
        (["--join", "--", "LATE", "EARLY"], ["early", "late"]),
    ],
)
def test_joined_captures_are_one_trace(rxreplay, tmp_path, arguments, order):
    for name, second in (("late", 9), ("early", 5)):
        record = writer.pcap_record(bytes(60), time=(second, 0))
        (tmp_path / name).write_bytes(writer.pcap_header() + record)
    paths = {"LATE": tmp_path / "late", "EARLY": tmp_path / "early"}
    arguments = [paths.get(argument, argument) for argument in arguments]
    whole = report(rxreplay("compare", *FAST, "--format", "json", *arguments))
    assert [trace["path"] for trace in whole["traces"]] == [
        "+".join(str(tmp_path / name) for name in order)
    ]
    assert [each["figures"]["packets"] for each in whole["results"]] == [2, 2]


def test_a_file_named_like_the_option_is_still_a_file(rxreplay, capture):
    result = rxreplay("compare", *FAST, capture(), "--", "--join")
    assert result.exit_code == 4
    assert warnings(result) == [
        "rxreplay: --join: cannot be read: No such file or directory. Check the path."
    ]


@pytest.fixture
def talk(tmp_path):
    """Write a capture of both directions: three to the guest, one from it, two to all."""
    everyone = 0xFFFFFFFFFFFF
    pairs = [(GUEST, OTHER)] * 3 + [(OTHER, GUEST), (everyone, OTHER), (everyone, GUEST)]
    records = [writer.pcap_record(writer.frame(60, dst=dst, src=src)) for dst, src in pairs]
    (tmp_path / "talk.pcap").write_bytes(writer.pcap_header() + b"".join(records))
    return tmp_path / "talk.pcap"


def test_it_asks_who_the_guest_is_and_names_the_candidates(rxreplay, talk):
    result = rxreplay("compare", talk, *FAST)
    assert (result.exit_code, result.stdout) == (1, "")
    assert warnings(result) == [
        f"rxreplay: {talk}: which address is the guest's is not clear: 52:54:00:00:00:01 (receives "
        "75 % of the packets, sends 25 %), 52:54:00:00:00:02 (receives 25 % of the packets, sends "
        "75 %); --guest-mac 52:54:00:00:00:01 would name it; --direction both replays all"
    ]


@pytest.mark.parametrize(
    ("options", "count", "decided"),
    [
        (["--direction", "both"], 6, "all packets (--direction both)"),
        (["--guest-mac", "52:54:00:00:00:01"], 4, "received by 52:54:00:00:00:01 (the guest's"),
        (["--guest-mac", "52:54:00:00:00:02"], 2, "received by 52:54:00:00:00:02 (the guest's"),
        (
            ["--guest-mac", "52:54:00:00:00:01", "--direction", "out"],
            2,
            "sent by 52:54:00:00:00:01",
        ),
        (["--guest-mac", "52:54:00:00:00:01", "--direction", "both"], 6, "received or sent by"),
    ],
)
def test_what_is_told_of_the_direction_is_done_and_said(rxreplay, talk, options, count, decided):
    shown = rxreplay("compare", talk, *FAST, *options)
    assert f"replayed: {decided}" in shown.stdout.splitlines()[1]
    assert packets(rxreplay("compare", talk, *FAST, *options, "--format", "json")) == [count] * 2


@pytest.mark.parametrize(
    ("macs", "count"),
    [
        (["52:54:00:00:00:01"], 4),
        (["52-54-00-00-00-01"], 4),
        (["5254.0000.0002"], 2),
        (["52:54:00:00:00:01", "52:54:00:00:00:02"], 4),
    ],
)
def test_a_guest_receives_its_own_and_what_goes_to_all_from_others(rxreplay, talk, macs, count):
    options = [part for mac in macs for part in ("--guest-mac", mac)]
    result = rxreplay("compare", talk, *FAST, *options, "--format", "json")
    assert packets(result) == [count] * 2
    written = report(result)["config"]["guest_mac"]  # in one form, whatever the user's
    assert written == [f"52:54:00:00:00:0{mac[-1]}" for mac in macs]
    assert report(result)["traces"][0]["packets"] == 6
    assert warnings(result) == []


def test_a_guest_that_is_not_there_is_a_warning(rxreplay, capture):
    path = capture()
    result = rxreplay("compare", path, *FAST, "--guest-mac", "52:54:00:00:00:99")
    assert result.exit_code == 0
    assert warnings(result) == [
        f"warning: {path}: none of 3 packets is received by 52:54:00:00:00:99 (the guest's "
        "addresses were given); nothing was replayed"
    ]
    assert "There was no packet to replay." in result.stdout


def test_a_capture_without_packets_is_a_warning(rxreplay, capture):
    path = capture(lengths=())
    result = rxreplay("compare", path, *FAST)
    assert result.exit_code == 0
    assert warnings(result) == [f"warning: {path}: there is no packet in it"]


def test_more_candidates_than_fit_are_counted(rxreplay, tmp_path):
    macs = [0x525400000000 + n for n in range(5)]
    ring = [(macs[n], macs[n - 1]) for n in range(5)]
    records = [writer.pcap_record(writer.frame(60, dst=dst, src=src)) for dst, src in ring]
    (tmp_path / "a.pcap").write_bytes(writer.pcap_header() + b"".join(records))
    [line] = warnings(rxreplay("compare", tmp_path / "a.pcap", *FAST))
    assert line.count("(receives 20 % of the packets") == 3
    assert " and 2 more; --guest-mac " in line


def test_only_the_rows_asked_for_are_shown(rxreplay, capture):
    whole = rxreplay("compare", capture(), *FAST).stdout
    some = rxreplay("compare", capture(), *FAST, "--row", "resident", "--row", "linear p").stdout
    labels = [line.split("  ")[0] for line in some.splitlines()]
    assert {"resident, at most", "resident, mean", "linear packets"} < set(labels)
    assert "truesize a packet" in whole
    assert "truesize a packet" not in some
    assert "For this traffic" not in some
