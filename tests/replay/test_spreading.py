"""Threads change no figure, lose no length and hide no error."""

import json

import numpy as np
import pytest
from rxreplay import compare, sources
from rxreplay.emulator import Receiver, strategy, strides
from rxreplay.spreading import Spreader, cores

NAMES = ("4.10/small", "5.10/mergeable", "5.10/big", "7.2/small+xdp")


class Collecting:
    """A receiver that only keeps what it was given, as it was then."""

    counter = None

    def __init__(self):
        self.seen = []

    def receive(self, batch):
        self.seen.append(batch.frames.copy())


@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize(
    "sizes", [[], [0], [1], [65_536], [60_000, 60_000, 1], [300_000, 7], [3] * 9]
)
def test_every_receiver_gets_every_length_in_order(threads, sizes):
    receivers = [Collecting() for _ in range(3)]
    lengths = np.arange(sum(sizes))
    with Spreader(receivers, threads) as spreader:
        lent = [np.zeros(0, np.int64), np.zeros(0, np.int64)]
        for part in np.split(lengths, np.cumsum(sizes)[:-1]) if sizes else []:
            lent.reverse()
            lent[0][:] = -1  # the walk uses its buffers again
            lent[0] = part.copy()
            spreader.add(lent[0])
        spreader.finish()
    for receiver in receivers:
        assert np.array_equal(np.concatenate([*receiver.seen, []]), lengths)


@pytest.mark.parametrize("threads", [1, 2])
def test_an_error_in_a_thread_is_the_callers(threads):
    def spread():
        with Spreader([Receiver(strategy("5.10/small"))], threads) as spreader:
            spreader.add(np.array([-1]))
            spreader.finish()

    with pytest.raises(ValueError, match="packet 0: a frame of -1 bytes cannot be"):
        spread()


def test_figures_do_not_depend_on_threads(monkeypatch):
    monkeypatch.setattr(sources, "PART", 512)
    monkeypatch.setattr(strides, "PAYS_FROM", 700)
    lengths = np.random.default_rng(3).choice([60, 590, 1514, 9014], 3000).tolist()
    whole = [compare([lengths], NAMES, threads=threads).as_dict() for threads in (1, 2, 3)]
    assert [one["run"]["threads"] for one in whole] == [1, 2, 3]
    texts = {json.dumps([one["config"], one["results"]]) for one in whole}
    assert len(texts) == 1


def test_as_many_threads_as_cores_unless_told():
    assert compare([[60]], NAMES[:1]).run["threads"] == cores()
