"""Which kernels a recording fits: `verify --strategy auto`."""

from dataclasses import replace

from rxreplay.emulator import STRATEGIES
from rxreplay.emulator.queue import checked_ring
from rxreplay.errors import RxReplayError, StrategyError

from .recording import NothingToCompareError, Recording, RecordingError
from .verifying import Verdict, compare_recording, head_numbers, mode_of, settings_of, strategy_of

TURNS = 3  # of the ring, that the first round looks at
PROTOTYPE = "mst-2016"  # no kernel had it
# What a guest may have that no trace shows, in the order in which it is met.
SETTINGS = (",max_header=176", ",hdr_len=20", ",max_header=176,hdr_len=20", ",hdr_len=10")


def fit(recording: Recording) -> Verdict:
    """Compare a recording with every strategy; give the verdict on what fits best, and name all.

    A first round looks at some turns of the ring; what differs least there is compared whole.
    Where no strategy fits as it is, other headers and heads are tried.

    Raises
    ------
    RecordingError
        There is nothing to compare.
    """
    begin, names = beginning(recording), candidates(recording)
    first = best(begin, names)
    if not first[0].ok:
        first = best(begin, [name + settings for settings in ("", *SETTINGS) for name in names])
    found = best(recording, [verdict.strategy for verdict in first])
    most = max(verdict.explained for verdict in found)
    nearest = [verdict for verdict in found if verdict.explained == most]
    text = [f"{'fits' if nearest[0].ok else 'fits none; nearest is'} {listed(nearest)}"]
    if others := [verdict for verdict in found if verdict.explained < most]:
        text.append(f"does not exclude {listed(others)}")
    return replace(nearest[0], remarks=(*nearest[0].remarks, *text))


def candidates(recording: Recording) -> list[str]:
    """Name the strategies that a recording may be of: of its mode, where it names one."""
    head = recording.head
    known = [each.base for each in STRATEGIES if each.kernel != PROTOTYPE]
    if "mode" in head:
        known = [name for name in known if name.partition("/")[2] == mode_of(head)]
    return [name + settings_of(head) for name in known]


def beginning(recording: Recording) -> Recording:
    """Give the polls of the first turns of the ring."""
    ring, rcvbuf = head_numbers(recording)
    head = {"ring": ring} | ({"udp": {"rcvbuf": rcvbuf}} if rcvbuf else {})
    packets = 0
    for index, event in enumerate(recording.events, 1):
        packets += event[0] == "packet"
        if packets > TURNS * ring and event[0] == "poll":
            events, lines = recording.events[:index], recording.lines[:index]
            return replace(recording, head=head, events=events, lines=lines)
    return recording


def best(recording: Recording, names: list[str]) -> list[Verdict]:
    """Compare with each; give those that fit, or else the one that is equal for longest.

    Raises
    ------
    RxReplayError
        It can be compared with none.
    """
    ring, _ = head_numbers(recording)
    alike: dict[object, Verdict] = {}  # by what decides: the kernels and the sizes
    verdicts = []
    failed: RxReplayError = RecordingError(f"{recording.name}: no strategy has its mode")
    for name in names:
        try:
            chosen = strategy_of(recording, name)
            key = chosen.behaviour(checked_ring(ring))
            if key not in alike:
                alike[key] = compare_recording(recording, chosen)
            verdicts.append(replace(alike[key], strategy=name))
        except (NothingToCompareError, StrategyError) as error:
            failed = error
    if not verdicts:
        raise failed
    fitting = [verdict for verdict in verdicts if verdict.ok]
    return fitting or [max(verdicts, key=lambda verdict: (verdict.explained, verdict.events))]


def listed(verdicts: list[Verdict]) -> str:
    """Name strategies, and the releases that receive like them."""
    return ", ".join(f"{verdict.strategy} ({covers(verdict.strategy)})" for verdict in verdicts)


def covers(name: str) -> str:
    """Name the releases that receive like a strategy."""
    return next(each.era.covers for each in STRATEGIES if each.base == name.partition(",")[0])
