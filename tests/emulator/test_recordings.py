"""What real kernels did, event for event: by the oracle and by the emulator."""

import pytest
from helpers.replaying import events, run
from helpers.shared_data import ABSENT, LOGS
from oracles.recordings import named, read_recording
from oracles.virtio_net import oracle
from rxreplay.emulator.strategies.mergeable import get_mergeable_buf_len

pytestmark = pytest.mark.skipif(not LOGS, reason=ABSENT)


class Recording:
    """A log, and what it takes to replay it."""

    def __init__(self, path):
        self.facts, logged = read_recording(path)
        self.events = list(named(logged))
        self.kinds = {event[0] for event in logged}
        self.lengths = [event[2] for event in logged if event[0] == "packet"]
        self.polls = [event[1] for event in logged if event[0] == "poll"]
        program = "+xdp" if "xdp" in self.facts else ""
        self.strategy = f"{self.facts['kernel']}/{self.facts['mode']}{program}"
        self.big = self.facts["mode"] == "big"
        self.ring = self.facts.get("ring", 256)
        self.udp = self.facts.get("udp", {})

    def logged(self, seen):
        """Give the events of the kinds that the log has."""
        return list(named(event for event in seen if event[0] in self.kinds))

    def socket(self):
        return {name: self.udp.get(name, 0) for name in ("accepted", "drops", "rmem_alloc")}


MTU_9000 = ",guest_gso=0,device_mtu=9000"  # the only one recorded


@pytest.fixture(scope="module", params=LOGS or [None])
def recording(request, recordings):
    return Recording(recordings / request.param)


def test_a_recording_counts_its_packets_in_its_polls(recording):
    assert len(recording.lengths) == sum(recording.polls) == recording.facts["seen"]


def test_the_oracle_does_what_the_kernel_did(recording):
    model = oracle(
        recording.strategy + (MTU_9000 if recording.big else ""),
        ring=recording.ring,
        rcvbuf=recording.udp.get("rcvbuf"),
    )
    model.run(recording.lengths, recording.polls)
    assert recording.logged(model.events) == recording.events
    assert model.figures()["socket"] == recording.socket()


def test_the_emulator_does_what_the_kernel_did(recording):
    socket = {"rcvbuf": recording.udp["rcvbuf"], "unread": True} if recording.udp else {}
    name = recording.strategy + (MTU_9000 if recording.big else "")
    queue = run(name, recording.lengths, ring=recording.ring, polls=recording.polls, **socket)
    assert recording.logged(events(queue)) == recording.events
    assert queue.socket == recording.socket()
    shown = recording.facts.get("mergeable_rx_buffer_size")
    if shown:
        room = queue._queue.layout.headroom + queue._queue.layout.shared_info
        assert get_mergeable_buf_len(queue._queue) - room == shown[1]
