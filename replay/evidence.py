"""What captures make of the NICs of a plan: replays of captures, and results that are there."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from .comparing import collect
from .corpus.samples import corpus_samples
from .corpus.saved import is_corpus
from .errors import OptionError
from .fleets import Nic
from .options import Options, Progress
from .result import Results, ResultWarning
from .saved_results import Sample, Saved, is_saved, load_saved, saved
from .sources import Source

Planned = Source | Results
OF_NIC, OF_QUEUE = CAPTURE_OF = ("nic", "queue")


@dataclass(slots=True)
class Evidence:
    """Results by what made them.

    Attributes
    ----------
    results : list of Saved
        What was read.
    captures : list
        What is replayed; each walk is for one ring and one number of queues.
    warnings : list of ResultWarning
        Of the first walk: the others would repeat them.
    failed : list of str
        Captures that could not be replayed.
    walks : dict
        What the captures came to, by the ring and the queues that they were replayed with.
    """

    results: list[Saved]
    captures: list[Source]
    warnings: list[ResultWarning] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    walks: dict[tuple[int, int], Saved] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to look at."""
        return not (self.results or self.captures)

    def replay(
        self, nics: Iterable[Nic], options: Options, capture_of: str, progress: Progress
    ) -> None:
        """Replay the captures for all these NICs: one walk for each ring and number of queues."""
        wanted: dict[tuple[int, int], dict[str, Nic]] = {}
        for nic in nics if self.captures else ():
            queues = nic.queues if capture_of == OF_NIC else 1
            wanted.setdefault((nic.ring, queues), {})[nic.strategy.name] = nic
        for name in filter(None, map(once, self.captures) if len(wanted) > 1 else ()):
            walks = f"this plan walks a capture {len(wanted)} times"
            raise OptionError(f"{name}: {walks}; give the name of a file")
        for (ring, queues), found in wanted.items():
            chosen = [nic.strategy for nic in found.values()]
            how = replace(options, ring=ring, queues=queues)
            config = how.as_config(chosen, chosen[0].name)
            results = collect(self.captures, chosen, how, progress, config)
            if not self.walks:
                self.warnings, self.failed = results.warnings, results.failed
            self.walks[ring, queues] = saved(results.as_dict(), "replay")

    def of(self, nic: Nic) -> list[Sample]:
        """Give the samples of a NIC, one of each capture.

        Raises
        ------
        OptionError
            A file of results has none of such a NIC.
        """
        name, ring, queues = nic.strategy.name, nic.ring, nic.queues
        walk = self.walks.get((ring, queues)) or self.walks.get((ring, 1))
        found = list(walk.of(name, ring, queues) or ()) if walk else []
        for each in self.results:
            samples = each.of(name, ring, queues)
            if samples is None:
                raise OptionError(
                    f"{each.name}: no results of {name} with a ring of {ring} and "
                    f"{queues_text(queues)}; it has {each.holds}"
                )
            found.extend(samples)
        return found


def queues_text(queues: int) -> str:
    """Say of how many queues results would do.

    Examples
    --------
    >>> queues_text(1), queues_text(4)
    ('1 queue', '4 queues (or 1)')
    """
    return "1 queue" if queues == 1 else f"{queues} queues (or 1)"


def once(source: Source) -> str:
    """Name a source that can be walked only once, "" for others.

    Examples
    --------
    >>> once("-"), once([60, 1514])
    ('-', '')
    """
    if isinstance(source, str | os.PathLike):
        name = os.fspath(source)
        return name if name == "-" or (os.path.exists(name) and not os.path.isfile(name)) else ""
    return "" if isinstance(source, Sequence | np.ndarray) else "an open trace"


def evidence(sources: Sequence[Planned]) -> Evidence:
    """Tell results, at hand or in files, from what is to be replayed.

    Raises
    ------
    RxReplayError
        A file of results is not sound.
    """
    results: list[Saved] = []
    captures: list[Source] = []
    for source in sources:
        if isinstance(source, Results):
            results.append(saved(source.as_dict(), "results"))
        elif is_corpus(source):
            results.append(corpus_samples(source))  # type: ignore[arg-type]
        elif is_saved(source):
            results.append(load_saved(source))  # type: ignore[arg-type]
        else:
            captures.append(source)
    return Evidence(results, captures)
