"""Progress on standard error: a bar where a person watches, one line when kernels compile."""

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from .._jit import cache_folder, on_compiling
from ..options import Progress, no_progress
from .saying import complain


def announced() -> AbstractContextManager[None]:
    """Say on standard error that kernels compile, where they do and were not in the cache."""
    return on_compiling(_announce)


def _announce() -> None:
    nowhere = "each time, as no cache folder can be written (NUMBA_CACHE_DIR)"
    once = "once" if cache_folder() else nowhere
    complain(f"rxreplay: compiling the emulator, {once}, some seconds ...")


@contextmanager
def progress_bar(*, quiet: bool) -> Iterator[Progress]:
    """Show a bar with packets, rate and time to go while a capture is walked."""
    if quiet:
        yield no_progress
        return
    with announced(), _bar() as progress:
        yield progress


@contextmanager
def _bar() -> Iterator[Progress]:
    if not sys.stderr.isatty():
        yield no_progress
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        BarColumn(),
        TextColumn("{task.completed:,} packets"),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, rate="")

        def show(done: int, whole: int | None) -> None:
            speed = bar.tasks[0].finished_speed or bar.tasks[0].speed
            rate = f"{speed / 1e6:.1f} M packets/s" if speed else ""
            bar.update(task, completed=done, total=whole, rate=rate)

        yield show


@contextmanager
def corpus_bar(*, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """Show a bar with bytes, rate and time to go while a corpus is replayed."""
    if quiet or not sys.stderr.isatty():
        with nullcontext() if quiet else announced():
            yield no_progress
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TimeRemainingColumn, TransferSpeedColumn
    from rich.progress import Progress as Bar

    columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with announced(), Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, whole: bar.update(task, completed=done, total=whole)
