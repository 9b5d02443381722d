"""What a checkpoint refuses, each in a line; what it holds, and how little."""

import json
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rxreplay.emulator import Receiver, checkpoint, strategy
from rxreplay.emulator.bins import new_bins
from rxreplay.emulator.carrying import Contents, put_together, take_apart
from rxreplay.emulator.checkpoint import load, save
from rxreplay.emulator.clock import Service
from rxreplay.emulator.holding import DELAY, UDP, UNREAD, Consumer
from rxreplay.emulator.kept import Holder, Holders
from rxreplay.emulator.sockets import Sockets
from rxreplay.emulator.timed_receiver import TimedReceiver
from rxreplay.errors import CheckpointError

SMALL = strategy("5.10/small")


def received(**options):
    queue = Receiver(SMALL, **options)
    queue.receive(np.full(300, 60))
    return queue


def timed(service=Service(), **options):  # noqa: B008 - it is a tuple
    return TimedReceiver(SMALL, service, **options)


def told(saved, **carriers):
    with pytest.raises(CheckpointError) as error:
        load(saved, carriers)
    assert "\n" not in str(error.value)
    return str(error.value)


def sealed(body, version=checkpoint.FORMAT):
    line = f"{checkpoint.MAGIC} {version} {sha256(body).hexdigest()}\n"
    return line.encode() + body


def test_some_kilobytes_are_enough_where_nothing_is_alive():
    assert len(save({"rx": received()})) < 16_384
    assert len(save({"rx": timed(consumer=Consumer(DELAY))})) < 16_384


def test_the_same_state_is_the_same_bytes():
    assert save({"rx": received()}) == save({"rx": received()})


def test_several_go_into_one():
    first, second = ({"a": received(), "b": Receiver(strategy("7.2/big"))} for _ in range(2))
    first["b"].receive(np.full(9, 1514))
    load(save(first), second)
    for name, queue in second.items():
        assert queue.finish() == first[name].finish()


@given(st.binary(max_size=99))
def test_any_bytes_are_no_checkpoint(anything):
    assert told(anything, rx=Receiver(SMALL)).startswith("no checkpoint: it does not begin with")


@settings(max_examples=10)
@given(st.integers(0, 10**6), st.sampled_from([1, 128]))
def test_a_bit_that_has_changed_is_found(place, bit):
    saved = bytearray(save({"rx": received()}))
    body = saved.index(b"\n") + 1
    saved[body + place % (len(saved) - body)] ^= bit
    assert told(bytes(saved), rx=Receiver(SMALL)).startswith("the checkpoint is damaged: its ")


def test_one_that_was_cut_is_damaged():
    assert "damaged" in told(save({"rx": received()})[:-1], rx=Receiver(SMALL))


def test_another_format_is_named():
    saved = sealed(b"", version=2)
    assert told(saved, rx=Receiver(SMALL)).startswith("a checkpoint of format 2; this rxreplay has")


def test_another_model_is_named(monkeypatch):
    saved = save({"rx": received()})
    monkeypatch.setattr(checkpoint, "MODEL", checkpoint.MODEL + 1)
    assert told(saved, rx=Receiver(SMALL)).startswith(
        f"a checkpoint of model {checkpoint.MODEL - 1}; this rxreplay has model {checkpoint.MODEL}"
    )


@pytest.mark.parametrize(
    ("option", "was", "now"),
    [
        ("ring", 256, 64),
        ("polls", [1], [4]),
        ("rcvbuf", 212_992, 1000),
        ("unread", False, True),
        ("events", 0, 5),
        ("keep", 0, 900),
    ],
)
def test_an_option_that_differs_is_named(option, was, now):
    said = told(save({"rx": received()}), rx=Receiver(SMALL, **{option: now}))
    assert said.startswith(f"rx: {option} was {was} in the slices before and is {now} here: give")


def test_a_strategy_that_differs_is_named_though_it_behaves_alike():
    said = told(save({"rx": Receiver(strategy("4.11/small"))}), rx=Receiver(strategy("4.13/small")))
    assert said.startswith("rx: strategy was 4.11/small in the slices before and is 4.13/small")


@pytest.mark.parametrize(
    ("option", "other"),
    [
        ("ring", {"ring": 64}),
        ("service_ns", {"service": Service(service_ns=1)}),
        ("backend", {"service": Service(backend=1)}),
        ("rcvbuf", {"rcvbuf": 1000}),
        ("bins", {"bins": new_bins(8)}),
        ("consumer", {"consumer": Consumer(UNREAD)}),
        ("consumer_span_ns", {"consumer": Consumer(span_ns=1)}),
        ("consumer_rcvbuf", {"consumer": Consumer(rcvbuf=1)}),
    ],
)
def test_an_option_of_the_clock_that_differs_is_named(option, other):
    assert told(save({"rx": timed()}), rx=timed(**other)).startswith(f"rx: {option} was ")


def test_an_option_that_there_is_no_more_is_named():
    of_sockets = Sockets(SMALL, [1000], [5])
    assert told(save({"rx": of_sockets}), rx=Receiver(SMALL, keep=8192)).startswith("rx: ")


def test_names_differ():
    said = told(save({"rx": received()}), a=Receiver(SMALL), b=Receiver(SMALL))
    assert said.startswith("the checkpoint is of rx, not of a, b: ")


def test_some_of_several_can_be_taken():
    saved, queue = save({"a": received(), "b": Receiver(strategy("7.2/big"))}), Receiver(SMALL)
    load(saved, {"a": queue}, some=True)
    assert queue.finish() == received().finish()
    with pytest.raises(CheckpointError, match="is of a, b, not of c: "):
        load(saved, {"c": Receiver(SMALL)}, some=True)


def test_an_option_is_named_before_other_receivers_are():
    assert told(save({"a": received()}), a=Receiver(SMALL, ring=64), b=timed()).startswith(
        "a: ring"
    )


def test_what_is_refused_changes_nobody():
    one, other = Receiver(SMALL), Receiver(SMALL, ring=64)
    assert "ring" in told(save({"a": received(), "b": received()}), a=one, b=other)
    assert one.finish() == Receiver(SMALL).finish()


def test_a_loaded_one_shares_nothing_with_the_saved_one():
    first, second = received(), Receiver(SMALL)
    load(save({"rx": first}), {"rx": second})
    second.receive(np.full(9, 1514))
    assert first.finish() == received().finish()


def test_who_holds_what_is_carried():
    def of_flows():
        return timed(consumer=Consumer(UNREAD))

    queue, fresh = of_flows(), of_flows()
    queue.receive(np.full(300, 1514), np.arange(300) * 10**6, np.arange(300) % 3 << 2 | UDP)
    assert queue.holders.highest
    load(save({"rx": queue}), {"rx": fresh})
    assert fresh.holders == queue.holders


@pytest.mark.parametrize("body", [b"", b"not a zip", b"PK\x03\x04"])
def test_a_checksum_alone_makes_no_checkpoint(body):
    assert told(sealed(body), rx=Receiver(SMALL)).startswith("no checkpoint: behind its first line")


@pytest.mark.parametrize(
    "at", range(60, 160, 7)
)  # of the stream that deflate has made of the first
def test_a_checksum_of_damaged_bytes_makes_none_either(at):
    _, _, whole = save({"rx": received()}).partition(b"\n")
    body = bytearray(whole)
    body[at] ^= 0x55
    assert told(sealed(bytes(body)), rx=Receiver(SMALL)).startswith("no checkpoint: behind its")


@pytest.mark.parametrize("header", [b"[]", b"3", b"{"])
def test_a_header_of_another_kind(tmp_path, header):
    np.savez(tmp_path / "it.npz", header=np.frombuffer(header, np.uint8))
    body = (tmp_path / "it.npz").read_bytes()
    assert told(sealed(body), rx=Receiver(SMALL)).startswith("no checkpoint: behind its first line")


def test_nothing_is_ever_unpickled(tmp_path):
    np.savez(tmp_path / "it.npz", header=np.array([print], object))
    body = (tmp_path / "it.npz").read_bytes()
    assert told(sealed(body), rx=Receiver(SMALL)).startswith("no checkpoint: behind its first line")


def test_a_header_without_what_belongs_there(tmp_path):
    text = np.frombuffer(json.dumps({"model": checkpoint.MODEL}).encode(), np.uint8)
    np.savez(tmp_path / "it.npz", header=text)
    body = (tmp_path / "it.npz").read_bytes()
    assert told(sealed(body), rx=Receiver(SMALL)).startswith("no checkpoint: behind its first line")


@dataclass(frozen=True, slots=True)
class Noted:
    """What is no number."""

    text: str
    is_so: bool


@given(st.text(), st.booleans())
def test_texts_come_back(text, is_so):
    contents = Contents({}, {})
    take_apart(Noted(text, is_so), "x", contents)
    assert put_together(Noted("", False), "x", contents) == Noted(text, is_so)
    contents.numbers["x.is_so"] = 1
    with pytest.raises(CheckpointError, match=r"^x\.is_so is not as this rxreplay keeps it"):
        put_together(Noted("", False), "x", contents)


FRESH = Holders(0, 0, [])
ROWS = np.zeros((1, 7), np.int64)
FOUND = Contents({"x.pinned_bytes": 1, "x.flows": 2}, {"x.highest": ROWS})


def test_rows_of_numbers_come_back():
    assert put_together(FRESH, "x", FOUND) == Holders(1, 2, [Holder(0, 0, 0, 0, 0, 0, 0)])


@pytest.mark.parametrize(
    ("numbers", "arrays", "part"),
    [
        ({"x.flows": 2.5}, {}, "x.flows"),
        ({"x.flows": None}, {}, "x.flows"),
        ({}, {"x.highest": None}, "x.highest"),
        ({}, {"x.highest": ROWS[:, :6]}, "x.highest"),
        ({}, {"x.highest": ROWS[0]}, "x.highest"),
        ({}, {"x.highest": ROWS.astype("i4")}, "x.highest"),
    ],
)
def test_a_part_that_is_not_alike_is_named(numbers, arrays, part):
    found = Contents(FOUND.numbers | numbers, FOUND.arrays | arrays)
    with pytest.raises(CheckpointError, match=f"^{part} is not as this rxreplay keeps it: replay"):
        put_together(FRESH, "x", found)


def test_a_table_that_is_too_short_or_a_size_that_has_changed_is_named():
    fresh = Consumer(), np.zeros(4, np.int64)
    with pytest.raises(CheckpointError, match=r"^x is not"):
        put_together(fresh[1], "x", Contents({}, {"x": np.zeros(3, np.int64)}))
    with pytest.raises(CheckpointError, match=r"^x\.span_ns is not"):
        put_together(fresh[0], "x", Contents({"x.kind": 0, "x.span_ns": 1, "x.rcvbuf": 1}, {}))
