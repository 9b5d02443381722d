"""The file of series over trace time: whether it can be written, and writing it."""

from collections.abc import Sequence

from ..errors import OptionError
from ..options import Options
from ..report.as_series import form_of
from ..result import Results
from ..writing import check_free, output
from .saying import complain


def check_series(
    path: str | None, options: Options, inputs: Sequence[str | None], *, force: bool
) -> None:
    """Refuse, before any work, what cannot be written; `inputs` are files of the command.

    Raises
    ------
    RxReplayError
        There is no clock, the file's name says nothing of its form, or it is another's.
    """
    if path is None:
        return
    form_of(path)
    if options.timing is None:
        raise OptionError("--series is over trace time, and needs a clock: --time recorded")
    if options.gro:
        raise OptionError("--series is of what the driver keeps: leave --gro out")
    if path in inputs:
        raise OptionError(f"--series {path}: the command has that file already; name another one")
    check_free(path, force=force, inputs=[each for each in inputs if each])


def write_series(results: Results, path: str | None, *, quiet: bool) -> None:
    """Write the file, if one is wanted."""
    if path is None:
        return
    with output(path) as out:
        form_of(path)(results, out)
    if not quiet:
        complain(f"Wrote {path}")
