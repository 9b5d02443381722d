"""Results as columns: one row a result, named and typed as JSON has them."""

import json
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

from rxreplay.emulator import Figures
from rxreplay.emulator.at_peak import AtPeak

from .errors import OptionError
from .escaping import escaped
from .flattening import leaf_types, leaves

if TYPE_CHECKING:
    from .result import Result, Results

OF_A_RESULT: Final = {"path": str, "trace": int, "strategy": str, "queue": int, "doubt": str}


def result_row(result: "Result", path: str | None) -> dict[str, Any]:
    """Give a result's fields by their JSON paths, and first of which capture they are."""
    whole = result.as_dict()
    at_peak = leaves(AtPeak, whole.pop("at_peak"), "at_peak")
    figures = leaves(Figures, whole.pop("figures"), "figures")
    return {"path": path} | whole | dict(figures) | dict(at_peak)


def result_rows(results: "Results") -> Iterator[dict[str, Any]]:
    """Give a row for each trace, strategy and queue."""
    for result in results.results:
        path = results.traces[result.trace].path
        yield result_row(result, None if path is None else escaped(path))


def column_types() -> dict[str, type]:
    """Give the columns that every result has, and what is in them unless they are null.

    Examples
    --------
    >>> types = column_types()
    >>> types["strategy"], types["figures.resident_bytes.mean"], types["figures.nr_frags.17"]
    (<class 'str'>, <class 'float'>, <class 'int'>)
    """
    figures, at_peak = leaf_types(Figures, "figures"), leaf_types(AtPeak, "at_peak")
    return OF_A_RESULT | dict(figures) | dict(at_peak)


def needed(module: str, extra: str) -> ModuleType:
    """Import a library that not everybody needs.

    Raises
    ------
    OptionError
        It is not installed.
    """
    try:
        return import_module(module)
    except ImportError:
        raise OptionError(
            f"{module} is not installed here: pip install 'rxreplay[{extra}]'"
        ) from None


def to_arrow(results: "Results") -> Any:  # noqa: ANN401 - pyarrow may not be there
    """Give a pyarrow.Table; its metadata say what decided the figures, and what made them.

    Raises
    ------
    OptionError
        pyarrow is not installed.
    """
    pyarrow = needed("pyarrow", "arrow")
    kinds = {int: pyarrow.int64(), float: pyarrow.float64(), str: pyarrow.string()}
    rows = list(result_rows(results))
    columns = [(name, kinds[kind]) for name, kind in column_types().items()]
    whole = results.as_dict()
    about = {key: json.dumps(part) for key, part in whole.items() if key != "results"}
    schema = pyarrow.schema(columns, {f"rxreplay.{key}": text for key, text in about.items()})
    return pyarrow.Table.from_pylist(rows, schema)
