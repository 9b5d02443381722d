"""`plan`: the case of 80 queues by hand, sums by an oracle, and what changes save."""

import io
import json

import numpy as np
import pytest
import rxreplay
from helpers.segment_captures import bulk, capture_of
from oracles.planning import added, buffers_of_a_ring, percentile
from rxreplay.errors import OptionError, RxReplayError, TraceError
from rxreplay.fleets import Budget, Fleet, Nic, fleet, grouped
from rxreplay.planning import plan

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30
EIGHTY = fleet(vcpus=8, nics=10)  # 8 vCPUs, a queue each, of 10 NICs


def test_the_case_of_80_queues_by_hand():
    memory = plan(planned=EIGHTY).memory
    assert EIGHTY.queues_a_vm == 8 * 10 == 80

    # 21 buffers of 1,536 in 32 KiB, of which the last has the 512 bytes that are left as well
    assert 20 * 1536 + (1536 + 512) == 32_768
    # 256 buffers: 12 whole chunks, and 4 buffers of a 13th
    assert 12 * 21 + 4 == 256
    assert memory.nics[0].queue.asked_bytes == 256 * 1536 == 393_216
    assert memory.nics[0].queue.posted_bytes == 12 * 32 * KIB + 4 * 1536 == 399_360
    assert memory.nics[0].queue.chunk_bytes == 13 * 32 * KIB == 425_984

    assert memory.fresh.asked_bytes == 80 * 393_216 == 31_457_280 == 30.0 * MIB
    assert memory.fresh.posted_bytes == 80 * 399_360 == 31_948_800  # 30.47 MiB
    assert memory.fresh.chunk_bytes == 80 * 425_984 == 34_078_720 == 32.5 * MIB
    assert memory.fresh.resident_bytes == 34_078_720


def test_the_same_with_big_buffers():
    memory = plan(planned=fleet("5.10/big", vcpus=8, nics=10)).memory
    assert memory.fresh.resident_bytes == 80 * 256 * 18 * 4096 == 1_509_949_440  # 1.41 GiB
    assert memory.fresh.posted_bytes == memory.fresh.asked_bytes == 1_509_949_440


def test_a_cap_of_4_queues_saves_half():
    found = {each.change.text: each for each in plan(planned=EIGHTY).savings}
    capped = found["at most 4 queues a NIC"]
    assert capped.fresh_bytes == 40 * 425_984 == 17_039_360  # 16.25 MiB
    assert capped.memory.fresh.asked_bytes == 15.0 * MIB
    assert capped.change.fleet.queues_a_vm == 40
    # 128 buffers: 6 chunks and 2 buffers of a 7th, where 13 chunks were
    assert found["half the ring"].fresh_bytes == 80 * (13 - 7) * 32 * KIB
    # since 7.1 two buffers to a page
    assert found["kernel 7.2"].fresh_bytes == 34_078_720 - 80 * 128 * 4096


@pytest.mark.parametrize(
    ("queues", "vcpus", "used"), [(None, 6, 6), (4, 6, 4), (6, 6, 6), (7, 6, 6), (8, 1, 1)]
)
def test_a_guest_uses_no_more_queues_than_it_has_vcpus(queues, vcpus, used):
    assert fleet(queues=queues, vcpus=vcpus).queues_a_vm == used


def test_nics_that_differ_are_added_up():
    whole = Fleet(
        (
            Nic(rxreplay.fleets.strategy("5.10/mergeable"), queues=4, ring=1024, count=2),
            Nic(rxreplay.fleets.strategy("6.1/small"), queues=1, count=3),
        ),
        vms=7,
        hosts=2,
    )
    found = plan(planned=whole).as_dict()
    sizes, chunks = buffers_of_a_ring(1024, 1536)
    few = -(-256 // 17)  # small buffers of 1,920: 17 to a chunk, and none gets the rest
    vm = 2 * 4 * sum(sizes) + 3 * 256 * 1920
    assert found["vm"]["fresh"]["posted_bytes"] == vm
    assert found["host"]["fresh"]["posted_bytes"] == 7 * vm
    assert found["fleet"]["fresh"]["posted_bytes"] == 2 * 7 * vm
    assert found["vm"]["needed_bytes"] == 32 * KIB * (8 * chunks + 3 * few)
    of_nics = [nic["nic"]["fresh"] for nic in found["nics"] for _ in range(nic["count"])]
    assert added(*of_nics) == found["vm"]["fresh"]


def test_frames_of_an_average_size_the_buffers():
    found = plan(planned=fleet(average=9000))
    assert found.memory.fresh.posted_bytes == 256 * 4096
    assert found.config["average"] == 9000


def mean_of(level):
    """Rounded up; of a queue that took no packet it is what stands in the ring."""
    return level.end if level.mean is None else int(-(-level.mean // 1))


def test_buffers_for_the_longest_frames_are_a_page():
    found = plan(planned=EIGHTY)
    assert found.memory.longest.resident_bytes == 80 * 256 * 4096  # 80 MiB
    assert found.as_dict()["vm"]["longest"]["asked_bytes"] == 80 * MIB
    assert found.as_dict()["nics"][0]["queue"]["longest"]["asked_bytes"] == MIB
    big = plan(planned=fleet("5.10/big")).memory
    assert big.longest == big.fresh


LENGTHS = [[60] * 500, [1514] * 900, [60, 1514, 9014] * 300, [65_226] * 40]
NAMES = ["5.10/mergeable", "7.2/mergeable", "4.10/small"]


@pytest.mark.parametrize("name", NAMES)
def test_captures_of_a_queue_give_percentiles_and_sums(name):
    planned = fleet(name, vcpus=4, nics=3, vms=5)
    found = plan(list(map(np.array, LENGTHS)), planned, capture_of="queue", tries=["ring=256"])
    figures = [rxreplay.replay(lengths, name).results[0].figures for lengths in LENGTHS]
    memory = found.memory.in_use
    for percent, rank in ((50, "p50"), (95, "p95"), (99, "p99"), (100, "most")):
        for has, peaks in (
            (memory.posted, [f.ring_bytes.peak for f in figures]),
            (memory.in_flight, [f.skb_truesize_bytes.peak for f in figures]),
            (memory.resident_peak, [f.resident_bytes.peak for f in figures]),
            (memory.resident_mean, [mean_of(f.resident_bytes) for f in figures]),
        ):
            assert getattr(has, rank) == 4 * 3 * percentile(peaks, percent)
    assert found.memory.needed == memory.resident_peak.p99
    assert found.as_dict()["host"]["needed_bytes"] == 5 * memory.resident_peak.p99
    assert found.memory.dropped == 4 * sum(f.drops.total() for f in figures)


def test_one_capture_of_many_is_above_the_p99():
    usual, rare = [60] * 3, [9014] * 9
    found = plan([usual] * 99 + [rare], fleet(ring=16), tries=["ring=16"]).memory
    assert found.in_use.resident_peak.p99 < found.in_use.resident_peak.most
    assert found.needed == found.in_use.resident_peak.p99
    assert found.needed == plan([usual], fleet(ring=16), tries=["ring=16"]).memory.needed


CALLS = [segment for flow in range(1, 9) for segment in bulk(flow, 30, start_ns=flow)]
TRAFFIC = capture_of(sorted(CALLS, key=lambda segment: segment.ts_ns))
OTHER = capture_of(bulk(1, 200, 64))


@pytest.fixture
def captures(tmp_path):
    paths = [tmp_path / "a.pcap", tmp_path / "b.pcap"]
    for path, data in zip(paths, (TRAFFIC, OTHER), strict=True):
        path.write_bytes(data)
    return [str(path) for path in paths]


def test_a_capture_is_spread_over_the_queues_of_its_nic(captures):
    found = plan(captures, fleet(vcpus=4, nics=2)).memory
    alone = rxreplay.compare(captures, ["5.10/mergeable"], queues=4)
    peaks = [alone.of(trace)["5.10/mergeable"].resident_bytes.peak for trace in (0, 1)]
    of_queues = [
        figures.resident_bytes.peak
        for trace in (0, 1)
        for figures in alone.queues(trace, "5.10/mergeable")
    ]
    assert found.in_use.resident_peak.p50 == 2 * percentile(peaks, 50)
    assert found.in_use.resident_peak.most == 2 * max(peaks)
    assert found.nics[0].queue_in_use.resident_peak.p95 == percentile(of_queues, 95)
    assert [sample.path for sample in found.nics[0].samples] == captures
    assert len(of_queues) == 8


def test_what_changes_save_is_replayed_anew(captures):
    tries = ["ring=128", "queues=2", "strategy=7.2/mergeable", "strategy=5.10/small"]
    found = plan(captures, fleet(vcpus=3, nics=2), tries=tries)
    assert {each.change.text for each in found.savings} == set(tries)
    saved = [each.needed_bytes for each in found.savings]
    assert saved == sorted(saved, reverse=True)
    assert saved[0] > 0 > saved[-1]
    for each in found.savings:
        again = plan(captures, each.change.fleet, tries=["ring=256"])
        assert found.memory.needed - again.memory.needed == each.needed_bytes
        assert again.memory.in_use == each.memory.in_use


def test_what_a_change_drops_is_said():
    found = plan([np.array([9014] * 50)], fleet("5.10/big"))
    small = {each.change.text: each.dropped for each in found.savings}["no guest GSO"]
    assert small == 50
    assert found.memory.dropped == 0


def test_results_stand_for_captures(captures, tmp_path):
    results = rxreplay.compare(captures, ["5.10/mergeable", "7.2/mergeable"], queues=4)
    path = tmp_path / "results.json"
    path.write_text(json.dumps(results.as_dict(), indent=2))
    planned, tries = fleet(vcpus=4, nics=2), ["strategy=7.2/mergeable", "ring=128"]
    by_captures = plan(captures, planned, tries=tries)
    for source in (results, str(path), path):
        found = plan([source], planned, tries=tries)
        assert found.memory.in_use == by_captures.memory.in_use
        savings = {each.change.text: each.needed_bytes for each in found.savings}
        replayed = {each.change.text: each.needed_bytes for each in by_captures.savings}
        assert savings == replayed | {"ring=128": None}
        assert [each.change.text for each in found.savings] == tries  # what is not known is last
    both = plan([path, captures[0]], planned, tries=tries[:1])
    assert [sample.path for sample in both.memory.nics[0].samples] == [captures[0], *captures]


def test_results_of_one_queue_stand_for_each(captures):
    results = rxreplay.compare(captures, ["5.10/mergeable"])
    found = plan([results], fleet(vcpus=8))
    again = plan(captures, fleet(vcpus=8), capture_of="queue", tries=["ring=256"])
    assert found.memory.in_use == again.memory.in_use
    [capped] = [each for each in found.savings if each.change.knob == "queues"]
    assert capped.needed_bytes * 2 == found.memory.needed  # exactly: a sum of equal queues


@pytest.mark.parametrize(
    ("planned", "told"),
    [
        (fleet("7.2/small", vcpus=4), "no results of 7.2/small with a ring of 256 and 4 queues"),
        (fleet(vcpus=4, ring=512), "with a ring of 512"),
        (fleet(vcpus=1, ring=64), "with a ring of 64 and 1 queue; it has"),
        (fleet(vcpus=2), "and 2 queues (or 1); it has 5.10/mergeable with a ring of 256 and 4"),
    ],
)
def test_results_of_another_fleet_are_refused(captures, planned, told):
    results = rxreplay.compare(captures, ["5.10/mergeable"], queues=4)
    with pytest.raises(OptionError) as error:
        plan([results], planned)
    assert told in str(error.value)


def test_captures_replayed_by_different_rules_are_warned_about(captures):
    results = rxreplay.compare(captures[:1], ["5.10/mergeable"], polls=64)
    found = plan([results, captures[1]], fleet())
    [warning] = [each for each in found.warnings if each.code == "rules"]
    assert '"poll": 1' in warning.text
    assert '"poll": 64' in warning.text
    assert [rule["poll"] for rule in found.config["rules"]] == [1, 64]


def test_a_capture_that_cannot_be_read_costs_no_other(captures, tmp_path):
    found = plan([captures[0], tmp_path / "none.pcap"], fleet(vcpus=2))
    assert len(found.memory.nics[0].samples) == 1
    [failure] = found.failed
    assert "none.pcap" in failure
    with pytest.raises(TraceError, match=r"none\.pcap"):
        plan([tmp_path / "none.pcap"], fleet())


@pytest.mark.parametrize("source", ["-", "/dev/null", io.BytesIO(OTHER)])
def test_a_stream_cannot_be_walked_again(source):
    with pytest.raises(OptionError, match="this plan walks a capture 3 times"):
        plan([source], fleet(vcpus=8))


def test_an_open_capture_is_walked_once():
    found = plan([io.BytesIO(OTHER)], fleet(), tries=["strategy=7.2/mergeable"])
    assert len(found.memory.nics[0].samples) == 1


@pytest.mark.parametrize(
    ("tries", "queues", "ring", "name"),
    [
        ("queues=2", 2, 256, "5.10/mergeable"),
        ("ring=64", 8, 64, "5.10/mergeable"),
        ("strategy=6.1/big", 8, 256, "6.1/big"),
        ("hdr_len=12", 8, 256, "5.10/mergeable"),
        ("device_mtu=9000", 8, 256, "5.10/mergeable,device_mtu=9000"),
    ],
)
def test_a_user_says_what_to_try(tries, queues, ring, name):
    [saving] = plan(planned=fleet(vcpus=8), tries=[tries]).savings
    [nic] = saving.change.fleet.nics
    assert (nic.queues, nic.ring, nic.strategy.name) == (queues, ring, name)
    assert saving.change.text == tries


def test_a_knob_is_turned_where_there_is_one():
    kinds = (Nic(rxreplay.fleets.strategy(f"6.18/{mode}")) for mode in ("small", "mergeable"))
    [saving] = plan(planned=Fleet(tuple(kinds)), tries=["max_header=176"]).savings
    assert [nic.strategy.name for nic in saving.change.fleet.nics] == [
        "6.18/small",
        "6.18/mergeable,max_header=176",
    ]


@pytest.mark.parametrize(
    ("tries", "told"),
    [
        ("colour=3", "--try colour=3: there are queues, ring, strategy, copy_len"),
        ("ring", "'ring' is not NAME=VALUE"),
        ("ring=100", "a ring has 2 to"),
        ("queues=0", "queues of a NIC: a whole number from 1 to 32,768, not 0"),
        ("strategy=1.0/huge", "1.0"),
    ],
)
def test_what_cannot_be_tried(tries, told):
    with pytest.raises(OptionError) as error:
        plan(planned=fleet(), tries=[tries])
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("text", "size", "per"),
    [
        ("1", 1, "host"),
        ("64GiB", 64 * GIB, "host"),
        (" 0.5MiB/vm ", 512 * KIB, "vm"),
        ("1.5TiB/host", 3 * 512 * GIB, "host"),
        ("9B", 9, "host"),
    ],
)
def test_budgets(text, size, per):
    assert Budget.parse(text) == Budget(size, per)


@pytest.mark.parametrize("text", ["", "0", "0.1B", "64GB", "-1GiB", "1GiB/rack", "1e3", "٣GiB"])
def test_what_is_no_budget(text):
    with pytest.raises(OptionError, match="write a size as 64GiB"):
        Budget.parse(text)


def test_headroom_of_a_host_and_of_a_vm():
    a_vm = 34_078_720
    planned = {"vcpus": 8, "nics": 10, "vms": 40}
    host = plan(planned=fleet(**planned, budget=Budget(2 * GIB))).headroom()
    assert host == {
        "per": "host",
        "budget_bytes": 2 * GIB,
        "needed_bytes": 40 * a_vm,
        "left_bytes": 2 * GIB - 40 * a_vm,
        "vms_that_fit": 2 * GIB // a_vm,
    }
    short = plan(planned=fleet(**planned, budget=Budget(a_vm - 1, "vm"))).headroom()
    assert (short["left_bytes"], short["vms_that_fit"]) == (-1, None)
    assert plan(planned=EIGHTY).headroom() is None


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ({"vms": 0}, "VMs of a host: a whole number from 1"),
        ({"hosts": 1_000_001}, "hosts: a whole number from 1 to 1,000,000, not 1000001"),
        ({"vcpus": True}, "vCPUs of a VM"),
        ({"nics": 1.5}, "NICs of a VM"),
        ({"queues": 0}, "queues of a NIC"),
        ({"average": -1}, "--average -1: from 0 to 65,549"),
        ({"average": 65_550}, "--average 65550"),
        ({"ring": 100}, "a ring has"),
    ],
)
def test_what_is_no_fleet(how, told):
    with pytest.raises(OptionError) as error:
        fleet(**how)
    assert told in str(error.value)


def test_a_fleet_has_nics():
    with pytest.raises(OptionError, match="a VM without a NIC"):
        Fleet(())


def test_nics_that_are_alike_are_one_kind():
    small, big = (Nic(rxreplay.fleets.strategy(f"5.10/{mode}")) for mode in ("small", "big"))
    kinds = grouped({"a": small, "b": big, "c": small})
    assert [(kind.names, kind.count) for kind in kinds] == [(("a", "c"), 2), (("b",), 1)]


def test_what_a_capture_is_of():
    with pytest.raises(OptionError, match="--capture-of cable: there are nic, queue"):
        plan([], fleet(), capture_of="cable")


def test_the_api_knows_it():
    assert rxreplay.plan(planned=rxreplay.fleet(vcpus=8, nics=10)).memory.fresh.asked_bytes == (
        30 * MIB
    )
    assert rxreplay.Fleet is Fleet
    assert issubclass(OptionError, RxReplayError)
