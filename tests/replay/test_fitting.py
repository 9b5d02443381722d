"""`verify --strategy auto`: which kernels a recording fits."""

import pytest
import rxreplay
from helpers.ftrace_text import text_of
from oracles.virtio_net import oracle
from rxreplay import fitting
from rxreplay.emulator import strategy
from rxreplay.errors import StrategyError
from rxreplay.fitting import fit
from rxreplay.recording import NothingToCompareError, Recording, RecordingError

FEW = ("mst-2016/mergeable", "4.11/mergeable", "5.10/mergeable", "6.1/mergeable", "6.12/mergeable")
FEW += ("6.16/mergeable", "6.18/mergeable", "6.1/small", "6.1/mergeable+xdp", "5.10/big")
MIXED = [60, 1514, 300, 129, 128, 9014]


@pytest.fixture(autouse=True)
def _few_strategies(monkeypatch):
    monkeypatch.setattr(fitting, "STRATEGIES", tuple(map(strategy, FEW)))


def recording_of(name, lengths, head=None, start="fill", begin=0, **options):
    model = oracle(name, **{"ring": 64} | options)
    model.run(lengths, [1, 3])
    events = [tuple(map(str, e)) for e in model.events if e[0] in ("packet", "poll")][begin:]
    lines = list(range(2, len(events) + 2))
    return Recording("log", {"ring": 64} | (head or {}), events, lines, start)


def last(verdict):
    return verdict.remarks[-1]


@pytest.mark.parametrize("name", ["4.11/mergeable", "5.10/mergeable", "6.1/mergeable+xdp"])
def test_the_one_that_fits_is_named_with_its_releases(name):
    verdict = fit(recording_of(name, [60, 1514, 300, 129, 128, 1518] * 60))
    assert (verdict.ok, verdict.strategy) == (True, name)
    assert last(verdict) == f"fits {name} ({strategy(name).era.covers})"


def test_all_that_fit_are_named():
    verdict = fit(recording_of("6.16/mergeable", MIXED * 10))
    assert last(verdict).startswith("fits 6.16/mergeable (6.14 to 6.17), 6.18/mergeable (6.18 to ")


def test_a_recording_of_a_mode_is_compared_with_that_mode_only():
    head = {"kernel": "6.1", "mode": "small"}
    verdict = fit(recording_of("6.1/small", [60] * 200, head))
    assert last(verdict).startswith("fits 6.1/small (6.1")
    assert "," not in last(verdict).replace(", 6.2", "")


def test_settings_of_the_first_line_are_kept():
    head = {"kernel": "5.10", "mode": "big", "mtu": 9000}
    verdict = fit(recording_of("5.10/big,guest_gso=0,device_mtu=9000", MIXED * 9, head))
    assert (verdict.ok, verdict.strategy) == (True, "5.10/big,guest_gso=0,device_mtu=9000")


@pytest.mark.parametrize("setting", ["max_header=176", "hdr_len=20", "max_header=176,hdr_len=20"])
def test_what_a_configuration_or_a_device_changes_is_tried(setting):
    verdict = fit(recording_of(f"6.16/mergeable,{setting}", [1514, 60, 1250, 300, 1514, 1518] * 40))
    assert verdict.ok
    assert f"fits 6.16/mergeable,{setting} (6.14 to 6.17), 6.18/mergeable,{setting}" in last(
        verdict
    )


def test_what_fits_only_at_first_is_not_taken():
    changed = recording_of("6.1/mergeable", MIXED * 60)
    events = [(*e[:5], "1", e[6]) if e[:2] == ("packet", "350") else e for e in changed.events]
    recording = Recording("log", changed.head, events, changed.lines)
    verdict = fit(recording)
    assert verdict.difference.recorded.startswith("packet 350 ")
    assert last(verdict) == "fits none; nearest is 6.1/mergeable (6.1, 6.2)"
    assert verdict.explained == len(MIXED) * 60 - 1


def test_from_the_middle_the_past_that_explains_most_decides(monkeypatch):
    pair = (strategy("6.1/mergeable"), strategy("6.13/mergeable"))  # 6.13 has smaller holes
    monkeypatch.setattr(fitting, "STRATEGIES", pair)
    for right, other in (pair, pair[::-1]):
        verdict = fit(recording_of(right.name, [300, 60] * 160, start="middle", begin=62))
        assert verdict.remarks[0].startswith("from the middle ")
        assert verdict.remarks[1:] == (
            f"fits {right.name} ({right.era.covers})",
            f"does not exclude {other.name} ({other.era.covers})",
        )


def test_an_unread_socket_is_full_in_the_first_round_too():
    model = oracle("5.10/mergeable", ring=64, rcvbuf=20_000)
    model.run([300] * 400, [1])
    udp = {"rcvbuf": 20_000, **model.figures()["socket"]}
    head = {"kernel": "5.10", "mode": "mergeable", "udp": udp}
    assert fit(recording_of("5.10/mergeable", [300] * 400, head)).strategy == "5.10/mergeable"


def test_too_little_is_no_fit():
    with pytest.raises(NothingToCompareError, match="from the middle"):
        fit(recording_of("6.1/mergeable", [60] * 20, start="middle"))


def test_a_mode_that_nobody_has_is_named():
    head = {"kernel": "6.1", "mode": "huge"}
    with pytest.raises(RecordingError, match="log: no strategy has its mode"):
        fit(recording_of("6.1/mergeable", [60] * 20, head))


def test_what_no_strategy_can_be_is_its_error():
    head = {"kernel": "6.1", "mode": "mergeable", "vnet_hdr": 11}
    with pytest.raises(StrategyError, match="hdr_len"):
        fit(recording_of("6.1/mergeable", [60] * 20, head))


def test_auto_is_a_strategy_of_verify(tmp_path, monkeypatch):
    three = map(strategy, ("6.1/mergeable", "6.12/mergeable", "6.1/small"))
    monkeypatch.setattr(fitting, "STRATEGIES", tuple(three))
    path = tmp_path / "trace.txt"
    model = oracle("6.1/mergeable", ring=64)
    model.run(MIXED * 20, [1])
    path.write_text(text_of(model.events))
    verdict = rxreplay.verify(path, "auto", ring=64)
    assert verdict.remarks[0] == "all is as from the fill of the ring on"
    assert verdict.remarks[1].startswith("fits 6.1/mergeable (6.1, 6.2), 6.12/mergeable (")


@pytest.mark.parametrize("ring", [0, -4, 1, 48, 2**70])
def test_a_ring_that_cannot_be_is_an_error(ring):
    with pytest.raises(StrategyError, match="a ring has 2 to 32,768 buffers"):
        fit(recording_of("5.10/mergeable", [60] * 4, {"ring": ring}))
