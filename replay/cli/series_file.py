"""The file of series over trace time: whether it can be written, and writing it."""

import os
from collections.abc import Sequence

from ..errors import OptionError
from ..options import Options
from ..report.as_series import form_of
from ..result import Results
from ..writing import check_free, output
from .reporting import run_record
from .saying import complain


def check_series(
    path: str | None, other: str | None, options: Options, inputs: Sequence[str], *, force: bool
) -> None:
    """Refuse, before any work, what cannot be written.

    Parameters
    ----------
    path, other : str or None
        The file, and the one that the results are written to.
    options : Options
        How to replay.
    inputs : sequence of str
        What the command reads.
    force : bool
        Whether a file that is there may be written over.

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
    if other not in (None, "-") and os.path.realpath(path) == os.path.realpath(str(other)):
        raise OptionError(f"--series {path}: -o is the same file; name another one")
    check_free(path, force=force, inputs=inputs)


def write_series(results: Results, path: str | None, *, quiet: bool) -> None:
    """Write the file, if one is wanted."""
    if path is None:
        return
    results.run.update(run_record())
    with output(path) as out:
        form_of(path)(results, out)
    if not quiet:
        complain(f"Wrote {path}")
