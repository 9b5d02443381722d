"""`rxreplay plan`: three forms of the same numbers, and sentences to act on."""

import csv
import io
import json

import pytest
from oracles import capture_writer as writer

EIGHTY = ("--vcpus", "8", "--nics", "10", "-q")
FEW = ("--vcpus", "2", "--nics", "3", "--try", "queues=1", "-q")
SAMPLES = ("udp-stream.pcap", "http-mixed.pcapng")


def shown(result):
    assert result.exit_code == 0, result.stderr
    return result.stdout


def text(result):
    return " ".join(shown(result).split())


def whole(result):
    return json.loads(shown(result))


def rows(result):
    return list(csv.DictReader(io.StringIO(shown(result))))


def test_the_case_of_80_queues(rxreplay):
    told = text(rxreplay("plan", *EIGHTY))
    assert "1 VM with 10 NICs and 80 receive queues" in told
    assert "10 NICs with 8 queues each, ring of 256, 5.10/mergeable" in told
    assert "asked for 393,216 3,145,728 31,457,280 = 30.0 MiB posted" in told
    assert "posted, with the holes 399,360 3,194,880 31,948,800 = 30.5 MiB chunks" in told
    assert "chunks that they lie in 425,984 3,407,872 34,078,720 = 32.5 MiB resident" in told
    assert "at most 4 queues a NIC 16.2 MiB 16.2 MiB 50.0 % half the ring" in told
    assert "The change that saves most is at most 4 queues a NIC: 16.2 MiB a VM (50.0 %)" in told
    assert "Mergeable buffers grow with the frames: the longest take 80.0 MiB." in told
    assert "slab objects" not in told
    assert "No difference: no guest GSO, kernel 6.1, kernel 6.12." in told


def test_the_same_with_big_buffers(rxreplay):
    told = text(rxreplay("plan", *EIGHTY, "-s", "5.10/big"))
    assert "resident 18,874,368 150,994,944 1,509,949,440 = 1.41 GiB" in told
    assert "The change that saves most is mergeable buffers: 1.37 GiB a VM (97.7 %)" in told


def test_a_kernel_whose_buffers_are_skbs(rxreplay):
    told = text(rxreplay("plan", "-q", "-s", "4.10/small", "--set", "hdr_len=12"))
    assert "slab objects 589,824 589,824 589,824 = 576 KiB resident" in told
    left_out = "heads from the slab are resident, but not in posted bytes"
    assert f"4.10/small: {left_out}" in told
    assert left_out not in text(rxreplay("plan", "-q", "-s", "4.11/small"))


def test_three_forms_say_the_same(rxreplay, sample):
    asked = ("plan", *map(sample, SAMPLES), *FEW, "--vms", "3", "--hosts", "2")
    table, found = text(rxreplay(*asked)), whole(rxreplay(*asked, "--format", "json"))
    written = rows(rxreplay(*asked, "--format", "csv"))
    assert found["schema"] == "rxreplay-plan/1.1"
    by_part = {row["part"]: row for row in written}
    for scope, vms in (("vm", 1), ("host", 3), ("fleet", 6)):
        for figure in ("asked_bytes", "posted_bytes", "chunk_bytes", "resident_bytes"):
            value = found[scope]["fresh"][figure]
            assert value == vms * found["vm"]["fresh"][figure]
            assert by_part[scope][f"fresh.{figure}"] == str(value)
        p99 = found[scope]["captures"]["resident_peak"]["p99"]
        assert by_part[scope]["captures.resident_peak.p99"] == str(p99)
        assert found[scope]["needed_bytes"] == p99
    assert len([row for row in written if row["part"] == "saving"]) == len(found["savings"])
    assert "Over 2 captures" in table
    assert (
        f"skbs freed by the rule '{found['config']['rules'][0]['lifetime']}', polls of 1" in table
    )
    assert table.count("2 hosts") == 4  # the fleet, and a column of each table
    assert f"{found['nics'][0]['queue']['fresh']['posted_bytes']:,}" in table
    assert found["run"]["command"] is not None


def test_each_form_is_the_same_each_time(rxreplay, sample):
    asked = ("plan", sample(SAMPLES[0]), *FEW, "--format", "json")
    first, again = (whole(rxreplay(*asked)) for _ in range(2))
    assert first == again


def test_a_change_that_drops_is_not_recommended(rxreplay, capture):
    path = capture(lengths=[9014] * 60)
    told = text(rxreplay("plan", path, "-q", "-s", "5.10/big", "--try", "strategy=5.10/small"))
    assert "60 packets" in told
    assert "None of these changes saves anything without dropping more packets." in told


def test_results_that_have_nothing_of_a_change(rxreplay, sample, tmp_path):
    saved = tmp_path / "r.json"
    how = ("-s", "5.10/mergeable", "--format", "json", "-q")
    assert rxreplay("compare", sample(SAMPLES[0]), *how, "-o", saved).exit_code == 0
    told = text(rxreplay("plan", saved, *EIGHTY))
    assert "Over 1 capture " in told
    assert "half the ring - not in the results" in told
    assert "at most 4 queues a NIC" in told
    assert "50.0 %" in told


def test_a_clock_is_said(rxreplay, sample):
    told = text(rxreplay("plan", sample(SAMPLES[0]), *FEW[4:], "--time", "recorded"))
    assert "skbs freed by the rule 'drop', by a clock" in told


def test_polls_as_given(rxreplay, sample, tmp_path):
    path = tmp_path / "r.json"
    how = ("-s", "5.10/mergeable", "--format", "json", "-q")
    document = whole(rxreplay("compare", sample(SAMPLES[0]), *how))
    document["config"]["poll"] = [1, 2]
    path.write_text(json.dumps(document))
    both = text(rxreplay("plan", path, sample(SAMPLES[1]), *FEW[4:]))
    assert "polls of 1; or skbs freed by the rule 'drop', polls as given" in both


@pytest.mark.compiled
def test_no_figure_is_cut(rxreplay, sample):
    asked = ("--hosts", "20", "--vms", "30", "--vcpus", "4", "--nics", "2", "-s", "6.12", "-q")
    told = shown(rxreplay("plan", sample("mixed-ns-snap96.pcap"), *asked))
    assert "…" not in told
    assert told.count("One knob changed") == 1
    for figure in ("-55.4 MiB", "-1.08 GiB", "230 packets", "a VM takes"):
        assert figure in told


def test_of_one_capture_there_is_no_percentile(rxreplay, sample):
    first = ("--packets", ":500")
    one = shown(rxreplay("plan", sample(SAMPLES[0]), "-q", *first))
    assert one.count("  most  ") == 4
    assert " p50 " not in one
    assert "With this traffic it keeps up to" in one
    assert "(p99)" not in one
    two = shown(rxreplay("plan", *map(sample, SAMPLES), "-q", *first))
    assert (two.count("  most  "), two.count(" p50 "), two.count(" p99 ")) == (4, 4, 4)
    assert " (p99), " in " ".join(two.split())
    assert "mean of the median capture" in " ".join(two.split())


def test_a_change_that_changes_nothing(rxreplay):
    told = text(rxreplay("plan", "-q", "--try", "ring=256"))
    assert "No difference: ring=256." in told
    assert "One knob changed" not in told


@pytest.mark.parametrize(
    ("budget", "told"),
    [
        ("1GiB", "Of 1.00 GiB a host, 650 MiB are needed (rings as they are filled): 374 MiB are "
         "left (36.5 %); 31 such VMs would fit."),
        ("32.5MiB/vm", "Of 32.5 MiB a VM, 32.5 MiB are needed (rings as they are filled): 0 B are "
         "left (0.0 %)."),
        ("32MiB/vm", "512 KiB too little."),
        ("640MiB", "10.0 MiB too little; 19 such VMs would fit."),
    ],
)  # fmt: skip
def test_headroom(rxreplay, budget, told):
    assert told in text(rxreplay("plan", *EIGHTY, "--vms", "20", "--budget", budget))


def test_rings_sized_for_an_average(rxreplay):
    told = text(rxreplay("plan", "-q", "--average", "9000"))
    assert "Rings filled, sized for frames of 9,000 bytes" in told
    assert "asked for 1,048,576" in told


XML = """<domain><vcpu>8</vcpu><devices><interface type='bridge'>
<mac address='52:54:00:\x1b[2J'/><model type='virtio'/><driver queues='8'/></interface>
<interface type='bridge'><model type='virtio'/></interface>
<interface type='bridge'><model type='e1000'/></interface></devices></domain>"""


def test_a_domain_whose_names_are_hostile(rxreplay, tmp_path):
    path = tmp_path / "vm.xml"
    path.write_text(XML.replace("\x1b", "&#155;"))
    result = rxreplay("plan", "--from-libvirt", path, "-s", "debian12")
    told = text(result)
    assert (
        r"1 NIC with 8 queues, ring of 256, debian12/mergeable: interface 1 (52:54:00:\x9b[2J)"
        in told
    )
    assert "1 NIC with 1 queue, ring of 256, debian12/mergeable: interface 2" in told
    assert "a queue" not in told
    assert f"note: {path}: interface 3 is no virtio device (e1000): left out" in told
    assert "warning: " in result.stderr
    assert "\x9b" not in result.stdout + result.stderr


def test_a_command_line_from_standard_input(rxreplay):
    line = b"qemu\0-smp\x004\0-netdev\0tap,id=n,queues=4\0-device\0virtio-net-pci,netdev=n,mq=on"
    told = text(rxreplay("plan", "-q", "--from-qemu", "-", stdin=line))
    assert "1 NIC with 4 queues, ring of 256, 5.10/mergeable: device 1" in told


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (("--vms", "0"), 2, "VMs of a host: a whole number from 1 to 1,000,000, not 0"),
        (("--try", "colour=1"), 2, "--try colour=1: there are queues, ring, strategy"),
        (("--budget", "many"), 2, "--budget many: write a size"),
        (("-s", "5.10/huge"), 2, "5.10/huge"),
        (("--irq-delay", "5us"), 2, "need a clock"),
        (("--fleet", "none.toml"), 2, "--fleet none.toml: No such file or directory"),
        (("--from-qemu", "none"), 2, "--from-qemu none: No such file or directory"),
        (("none.pcap",), 1, "none.pcap"),
        (("--capture-of", "x"), 2, "--capture-of"),
    ],
)
def test_an_error_is_one_line(rxreplay, arguments, status, told):
    result = rxreplay("plan", *arguments)
    assert result.exit_code == status
    assert told in result.stderr.splitlines()[-1]


def test_a_capture_that_fails_leaves_the_others(rxreplay, sample):
    result = rxreplay("plan", sample(SAMPLES[0]), "none.pcap", *FEW[4:])
    assert result.exit_code == 4
    assert "none.pcap" in result.stderr
    assert "Over 1 capture" in result.stdout


def test_no_input_is_written_over(rxreplay, tmp_path):
    path = tmp_path / "vm.xml"
    path.write_text(XML)
    result = rxreplay("plan", "--from-libvirt", path, "-o", path, "--force")
    assert result.exit_code == 1
    assert path.read_text() == XML


@pytest.fixture
def paced(tmp_path):
    """Write a capture of 20 frames of 60 bytes, so many milliseconds apart."""

    def write(apart_ms):
        records = [
            writer.pcap_record(writer.frame(60), time=(0, n * apart_ms * 1000)) for n in range(20)
        ]
        path = tmp_path / f"{apart_ms}ms.pcap"
        path.write_bytes(writer.pcap_header() + b"".join(records))
        return path

    return write


HELD = ("--time", "recorded", "--consumer", "delay:3500us", "--direction", "both")
TRUESIZE = 256 + 512  # of 60 bytes, copied whole: struct sk_buff, and a head of 512


def in_flight(result):
    """Give the percentiles of what skbs are charged, of a VM and a host."""
    return [whole(result)[scope]["captures"]["in_flight"] for scope in ("vm", "host")]


def test_what_a_consumer_holds_by_hand(rxreplay, paced):
    captures = [paced(1), paced(2), paced(5)]
    fleet = ("--nics", 2, "--vms", 3, "--queues", 1, "--format", "json")
    vm, host = in_flight(rxreplay("plan", *captures, *fleet, *HELD))
    # frames of each millisecond, held for 3.5 ms: 4 at once; every 2 ms: 2; every 5 ms: 1
    assert vm["p50"] == 2 * 2 * TRUESIZE == 3072
    assert vm["p95"] == vm["p99"] == vm["most"] == 2 * 4 * TRUESIZE == 6144
    assert host == {rank: 3 * value for rank, value in vm.items()}


def test_a_fleet_says_how_long_skbs_live(rxreplay, paced, tmp_path):
    capture, file = paced(1), tmp_path / "fleet.toml"
    file.write_text('nics = 2\ntime = "recorded"\nconsumer = "delay:3500us"\n')
    asked = ("plan", capture, "--fleet", file, "--direction", "both", "--format", "json")
    assert in_flight(rxreplay(*asked))[0]["most"] == 2 * 4 * TRUESIZE
    overruled = rxreplay(*asked, "--consumer", "delay:1500us")
    assert in_flight(overruled)[0]["most"] == 2 * 2 * TRUESIZE
    file.write_text('consumer = "delay:3500us"\n')
    assert "--consumer delay:3500us needs a clock" in rxreplay(*asked).stderr


def test_results_of_a_consumer_stand_for_their_captures(rxreplay, paced, tmp_path):
    saved = tmp_path / "saved.json"
    names = ("-s", "5.10/mergeable", "--format", "json", "-o", saved)
    assert rxreplay("compare", paced(1), *names, *HELD).exit_code == 0
    found = rxreplay("plan", saved, "--nics", 2, "--format", "json")
    assert in_flight(found)[0]["most"] == 2 * 4 * TRUESIZE
    [rule] = whole(found)["config"]["rules"]
    assert (rule["lifetime"], rule["clock"]["time"]) == ("delay:3500us", "recorded")


ALL_HELD = "what GRO and sockets hold after the driver"
BY_GRO = "what GRO holds after the driver"


@pytest.mark.parametrize(
    ("consumer", "first"),
    [
        (None, ALL_HELD),
        ("delay:1ms", ALL_HELD),
        ("reader:1000", BY_GRO),
        ("unread", BY_GRO),
    ],
)
def test_what_a_consumer_models_is_not_said_to_be_left_out(rxreplay, paced, consumer, first):
    how = ("--consumer", consumer, "--time", "recorded") if consumer else ()
    asked = ("plan", paced(1), "--direction", "both", *how, "-q")
    assert whole(rxreplay(*asked, "--format", "json"))["not_modelled"][0] == first
    assert f"Not modelled: {first}; transmit queues" in rxreplay(*asked).stdout
    assert whole(rxreplay("plan", "--format", "json", "-q"))["not_modelled"][0] == ALL_HELD


def test_sockets_are_left_out_where_only_some_captures_had_any(rxreplay, paced, tmp_path):
    saved = [tmp_path / "drop.json", tmp_path / "unread.json"]
    for path, how in zip(saved, ((), ("--consumer", "unread")), strict=True):
        asked = ("-s", "5.10/mergeable", "--direction", "both", "--time", "recorded", *how)
        assert rxreplay("compare", paced(1), *asked, "--format", "json", "-o", path).exit_code == 0
    for sources, first in ((saved, ALL_HELD), (saved[1:], BY_GRO)):
        found = whole(rxreplay("plan", *sources, "--format", "json", "-q"))
        assert found["not_modelled"][0] == first


@pytest.mark.parametrize(
    ("consumer", "says"),
    [
        ('"delay:-5ms"', "--consumer delay:-5ms: write a time span"),
        ('"delay:99999999999999999999s"', "SPAN is at most 1,281,023 hours"),
        ('"reader:0"', "RATE is from 0.00000001 to 1,000,000,000 packets a second"),
        ('"reader:1e400"', "RATE is from 0.00000001 to 1,000,000,000 packets a second"),
        ('"\\u001b[31m"', r"--consumer \x1b[31m: there are drop, delay:SPAN"),
        ("-5", "consumer = -5: a text"),
        ("nan", "consumer = nan: a text"),
        ("[1]", "consumer = [1]: a text"),
    ],
)
def test_a_consumer_of_a_file_that_cannot_be_is_one_line(rxreplay, paced, tmp_path, consumer, says):
    (file := tmp_path / "fleet.toml").write_text(f'time = "recorded"\nconsumer = {consumer}\n')
    done = rxreplay("plan", paced(1), "--fleet", file, "--direction", "both", "-q")
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert says in done.stderr
