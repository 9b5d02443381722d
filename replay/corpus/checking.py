"""Whether captures still hold what was replayed."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from .engine import Engine
from .store import Store
from .unit import Unit


def changed(store: Store, units: Sequence[Unit], engine: Engine) -> set[str]:
    """Read traces again; give the keys of those whose packets are not those of their results."""
    wholes = {replace(unit, group=()).key: unit.key for unit in units}
    outcomes = engine.run([replace(unit, group=()) for unit in units])
    return {
        wholes[done.key]
        for done in outcomes
        if digest_of(done.document) != digest_of(store.document(wholes[done.key]))
    }


def digest_of(document: dict[str, Any] | None) -> str | None:
    """Give the digest of what was replayed; None where nothing could be read."""
    return None if document is None else document["traces"][0]["digest"]
