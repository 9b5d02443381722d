"""The results of a corpus as a plan takes them: a sample of each trace."""

import os
from dataclasses import replace

from rxreplay.errors import RxReplayError
from rxreplay.saved_results import Sample, Saved, saved

from .saved import load_corpus
from .store import Store


def corpus_samples(source: str | os.PathLike[str]) -> Saved:
    """Read the results of all traces of a folder; those that failed are not among them.

    Raises
    ------
    RxReplayError
        The folder holds no sound result, or every trace failed.
    """
    found = load_corpus(source)
    store, name = Store(found.folder), os.fspath(source)
    done = [kept for kept in found.kept if store.has(kept.key)]
    if not done:
        raise RxReplayError(f"{name}: every trace of it failed; there is nothing to plan with")
    parts = [saved(store.document(each.key), store.path(each.key)) for each in done]
    samples: dict[str, list[Sample]] = {}
    for part in parts:
        for strategy, of_trace in part.samples.items():
            samples.setdefault(strategy, []).extend(of_trace)
    return replace(parts[0], name=name, traces=len(parts), samples=samples)
