"""One target under atheris, in a process of its own.

    PYTHONPATH=tests python -m fuzz.drive TARGET [options of libFuzzer, files or a corpus]

With NUMBA_DISABLE_JIT=1 all of the package is watched for coverage. With compiled kernels, whose
array accesses NUMBA_BOUNDSCHECK=1 checks, only the modules without kernels are: numba cannot
compile what has been instrumented.
"""

import os
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from random import Random

import atheris

PLAIN = os.environ.get("NUMBA_DISABLE_JIT") == "1"


def modules():
    """Give the modules of the package, and whether each has kernels."""
    [root] = find_spec("rxreplay").submodule_search_locations
    folders = {"rxreplay": Path(root)}
    folders |= {f"rxreplay.{name}": Path(root).parent / name for name in ("emulator", "traces")}
    for package, folder in folders.items():
        for path in sorted(folder.rglob("*.py")):
            parts = path.relative_to(folder).with_suffix("").parts
            if parts[-1] not in ("__init__", "__main__", "_jit", "_prefetch"):
                yield ".".join([package, *parts]), "@kernel" in path.read_text(encoding="utf-8")


def mutate(target, data, most, seed):
    """Change bytes with care half of the time."""
    random = Random(seed)
    if random.random() < 0.5:
        return target.mutate(data, random, most)
    return atheris.Mutate(data, most)


def main():
    name, *options = sys.argv[1:]
    compiled = [module for module, kernels in modules() if kernels and not PLAIN]
    left_out = [*compiled, "rxreplay._jit", "rxreplay._prefetch"]
    with atheris.instrument_imports(["rxreplay"], left_out):
        for module, _ in modules():
            import_module(module)  # those that are imported late as well
        from fuzz.targets import TARGETS
    target = TARGETS[name]
    for seed in target.seeds():
        target.run(seed)  # compiles most kernels, before any time is taken
    more = {}
    if target.mutate:
        more["custom_mutator"] = lambda data, most, seed: mutate(target, data, most, seed)
    atheris.Setup([sys.argv[0], *options], target.run, **more)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
