"""Whether two machines have the same rxreplay."""

import hashlib
from functools import cache
from pathlib import Path

import rxreplay
from rxreplay import emulator, traces


@cache
def sources_sha256() -> str:
    """Give a hash of all modules, wherever they are installed and under whatever version.

    Examples
    --------
    >>> len(sources_sha256())
    64
    """
    digest = hashlib.sha256()
    for package in (rxreplay, emulator, traces):
        folder = Path(package.__path__[0])
        for path in sorted(folder.rglob("*.py")):
            name = path.relative_to(folder).as_posix()
            if package is rxreplay and name.startswith(("emulator/", "traces/")):
                continue  # where they are installed inside; their turn comes
            digest.update(f"{package.__name__}/{name}\0".encode() + path.read_bytes())
    return digest.hexdigest()
