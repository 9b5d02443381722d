"""What machine the figures are of."""

import os
import platform
import time
from importlib.metadata import version
from pathlib import Path


def machine() -> dict:
    """Name the processor, the cores, the kernel and what the tool runs on."""
    return {
        "cpu": cpu_model(Path("/proc/cpuinfo").read_text()),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "numba": version("numba"),
        "numpy": version("numpy"),
        "rxreplay": version("rxreplay"),
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
    }


def cpu_model(cpuinfo: str) -> str:
    """Give the name of the first processor, its family and model where the name is short."""
    facts = dict(
        (part.strip() for part in line.split(":", 1))
        for line in cpuinfo.split("\n\n")[0].splitlines()
        if ":" in line
    )
    name = facts.get("model name", platform.machine())
    family, model = facts.get("cpu family"), facts.get("model")
    return f"{name} (family {family}, model {model})" if family and model else name
