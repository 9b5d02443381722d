"""Kernels that no cache has yet, compiled by several processes at once: LLVM holds one lock.

`python -m rxreplay.compiling STRATEGY...` is what such a process runs.
"""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np
from rxreplay.emulator import Receiver, Strategy, strategy

from ._jit import is_kept
from .options import Options
from .spreading import cores

ENOUGH = np.full(300, 60)  # frames: more than a ring, so every kernel of a strategy is called


def compile_together(strategies: Sequence[Strategy], options: Options) -> None:
    """Compile the kernels of strategies that no cache has, on all cores.

    Other processes leave theirs in the cache, where this one finds them. What is already there, or
    where there is one core or one way to receive, is left to the first call.
    """
    missing = {each.path: each for each in strategies if not is_kept(each.load().receive)}
    processes = min(len(missing), options.threads or cores())
    if processes < 2:
        return
    names = [each.name for each in missing.values()]
    own, *others = (names[first::processes] for first in range(processes))
    with ExitStack() as all_done:
        for each in others:
            all_done.enter_context(compiling(each))
        compile_kernels(own)


@contextmanager
def compiling(names: Sequence[str]) -> Iterator[None]:
    """Let another process compile; wait for it. If it cannot, the first call will."""
    nothing_here = "-P"  # is imported: the working folder is anybody's
    command = [sys.executable, nothing_here, "-m", __name__, *names]
    quiet: Any = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
    try:
        process = subprocess.Popen(command, **quiet)
    except OSError:  # an interpreter inside another program has no file to run
        yield
        return
    with process:
        try:
            yield
            process.wait()
        finally:
            process.kill()


def compile_kernels(names: Sequence[str]) -> None:
    """Call the kernels of strategies, so that the cache has them."""
    for name in names:
        receiver = Receiver(strategy(name))
        receiver.receive(ENOUGH)
        receiver.finish(int(ENOUGH.sum()))


if __name__ == "__main__":
    compile_kernels(sys.argv[1:])
