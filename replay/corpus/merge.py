"""Several results of corpora as one: the library function `merge`."""

import os
from collections.abc import Sequence

from rxreplay.emulator.checkpoint import MODEL
from rxreplay.errors import RxReplayError
from rxreplay.result import ResultWarning

from .outcome import Corpus
from .saved import HOW, SavedCorpus, load_corpus
from .store import Store, opened
from .summing import Kept, summed


def merge(sources: Sequence[str | os.PathLike[str]], folder: str) -> Corpus:
    """Make one result of those of parts of a corpus: the same as of the whole.

    Parameters
    ----------
    sources : sequence of path
        Folders that `corpus` or `merge` has written, or their corpus.json. A trace that is in
        several of them counts once.
    folder : str
        Where the result is to lie, with that of each trace.

    Raises
    ------
    RxReplayError
        They are of different configurations, or of different files of one name.
    """
    found = [load_corpus(source) for source in sources]
    for other in found:
        check_same(found[0], other)
    with opened(folder) as store:
        kept: dict[str, Kept] = {}
        for part in found:
            there = Store(part.folder)
            for each in part.kept:
                check_name(kept.get(each.name), each, part)
                kept[each.name] = each
                copy(each.key, there, store)
        config, warnings = found[0].document["config"], found[0].document["warnings"]
        in_order = [kept[name] for name in sorted(kept)]
        return summed(store, in_order, config, [ResultWarning(**each) for each in warnings])


def copy(key: str, there: Store, here: Store) -> None:
    """Take the result of a trace over; one that failed elsewhere and is done here is done."""
    if here.has(key):
        return
    if there.has(key):
        here.keep(key, there.document(key))
    else:
        here.keep_reason(key, there.failure(key))


def check_same(first: SavedCorpus, other: SavedCorpus) -> None:
    """Refuse results that cannot be added up.

    Raises
    ------
    RxReplayError
        Their configurations or models are not the same; the message says in what.
    """
    if other.document["model"] != MODEL:
        raise RxReplayError(f"{other.folder}: it is of another model of the emulator; {HOW}")
    one, two = first.document["config"], other.document["config"]
    names = [name for name in sorted(one.keys() | two.keys()) if one.get(name) != two.get(name)]
    if names:
        raise RxReplayError(
            f"{other.folder}: {', '.join(names)} not as in {first.folder}; only results of one "
            "configuration can be merged"
        )


def check_name(before: Kept | None, now: Kept, part: SavedCorpus) -> None:
    """Refuse two files of one name: nobody could say which of them counts.

    Raises
    ------
    RxReplayError
        It is so.
    """
    if before and before.key != now.key:
        raise RxReplayError(
            f"{part.folder}: {now.name} is another file there, or was joined from others; "
            "merge results of which each has its own captures"
        )
