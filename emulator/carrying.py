"""What a receiver carries from one slice of a trace to the next, taken apart and put together.

Named tuples hold records, arrays and sizes that never change; dataclasses hold records, arrays,
numbers and texts that do change, and rows of such numbers. The parts of both are found by their
fields.
"""

from collections.abc import Iterator
from dataclasses import astuple, fields, is_dataclass
from typing import Any, Final, NamedTuple, Protocol, get_args

import numpy as np
from numpy.typing import NDArray
from rxreplay.errors import CheckpointError

Array = NDArray[Any]
Whole = Any  # a named tuple or dataclass, or what is in one: record, array, number, text, rows

REPLAY_ANEW: Final = "replay the slices from the first one on into a new checkpoint"


class Carrier(Protocol):
    """What goes on with the next slice.

    Attributes
    ----------
    configuration : dict of str to what JSON has
        The options with which it was made.
    carried : named tuple or dataclass
        All that it remembers of what it has received.
    """

    configuration: dict[str, Any]

    @property
    def carried(self) -> Whole:
        """Give it; what is under way and can end without a trace does."""

    def resume(self, carried: Whole) -> None:
        """Go on with what another of the same configuration has carried."""


class Contents(NamedTuple):
    """The parts of what is carried, by the names of the fields that lead there.

    Texts are among the numbers.
    """

    numbers: dict[str, int | str]
    arrays: dict[str, Array]


def _parts(whole: Whole) -> Iterator[tuple[str, Any]]:
    named = getattr(whole, "_fields", None)
    names = named or [field.name for field in fields(whole)]
    return ((name, getattr(whole, name)) for name in names)


def take_apart(whole: Whole, name: str, into: Contents) -> None:
    """Put the parts of something that is carried into `into`, their names behind `name`.

    Examples
    --------
    >>> contents = Contents({}, {})
    >>> take_apart(Contents(3, np.array([1, 2])), "slice", contents)
    >>> contents.numbers, list(contents.arrays)
    ({'slice.numbers': 3}, ['slice.arrays'])
    """
    if isinstance(whole, np.ndarray | np.void):
        into.arrays[name] = np.asarray(whole)
    elif isinstance(whole, int | str):
        into.numbers[name] = whole
    elif isinstance(whole, list):
        rows = np.array([astuple(row) for row in whole], np.int64)
        into.arrays[name] = rows.reshape(len(whole), -1 if whole else 0)
    else:
        for part, value in _parts(whole):
            take_apart(value, f"{name}.{part}", into)


def put_together(like: Whole, name: str, found: Contents) -> Whole:
    """Give what was carried, of the types of `like`, which the same configuration has made.

    Raises
    ------
    CheckpointError
        A part is missing, or is not like that.

    Examples
    --------
    >>> fresh = Contents(3, np.zeros(2, np.int64))
    >>> put_together(fresh, "slice", Contents({"slice.numbers": 3}, {"slice.arrays": np.ones(2)}))
    Traceback (most recent call last):
    ...
    rxreplay.errors.CheckpointError: slice.arrays is not as this rxreplay keeps it: ...
    """
    if isinstance(like, np.ndarray):
        return _array(like, name, found)
    if isinstance(like, np.void):
        return _array(np.asarray(like), name, found).reshape(1)[0]
    if isinstance(like, int | str):
        return _plain(like, name, found)
    if is_dataclass(like) and not isinstance(like, type):
        return type(like)(**_values(like, name, found))
    for part, value in _parts(like):
        if isinstance(value, int) and _plain(value, f"{name}.{part}", found) != value:
            raise _unlike(f"{name}.{part}")
    values = {part: put_together(value, f"{name}.{part}", found) for part, value in _parts(like)}
    return like._replace(**values)


def _values(like: Whole, name: str, found: Contents) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for field in fields(like):
        value, where = getattr(like, field.name), f"{name}.{field.name}"
        if isinstance(value, list):
            (row,) = get_args(field.type)
            width = len(fields(row))
            rows = _array(np.zeros((0, 0), np.int64), where, found)
            if rows.size and rows.shape[1] != width:
                raise _unlike(where)
            values[field.name] = [row(*numbers) for numbers in rows.tolist()]
        else:
            values[field.name] = put_together(value, where, found)
    return values


def _plain(like: int | str, name: str, found: Contents) -> int | str:
    """Give a number, a text, or whether something is so."""
    value = found.numbers.get(name)
    if value is None or type(value) is not type(like):
        raise _unlike(name)
    return value


def _array(like: Array, name: str, found: Contents) -> Array:
    """Give an array of the same kind; tables can have grown."""
    array = found.arrays.get(name)
    if (
        array is None
        or array.dtype != like.dtype
        or array.ndim != like.ndim
        or any(size < least for size, least in zip(array.shape, like.shape, strict=True))
    ):
        raise _unlike(name)
    return np.array(array, like.dtype, order="C")


def _unlike(name: str) -> CheckpointError:
    return CheckpointError(f"{name} is not as this rxreplay keeps it: {REPLAY_ANEW}")
