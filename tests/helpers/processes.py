"""Processes of this machine by their parents, as /proc has them."""

import os
import time
from contextlib import suppress
from pathlib import Path


def children(parent):
    """Give the processes that have this parent, without those that have ended."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, ppid = stat.read_text().rpartition(")")[2].split()[:2]
            if int(ppid) == parent and state != "Z":
                found.append(int(stat.parent.name))
    return sorted(found)


def grandchildren(parent):
    return [pid for child in children(parent) for pid in children(child)]


def alive(pid):
    """Say whether a process runs; one that nobody has waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def until(condition, seconds=120):
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it does not come to it"
        time.sleep(0.001)
    return found


def results_in(folder):
    """Count the results that are there, also of what failed."""
    with suppress(FileNotFoundError):
        return sum(len(os.listdir(folder / name)) for name in ("units", "errors"))
    return 0
