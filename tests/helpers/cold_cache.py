"""Compiled code in a process that has a cache of its own."""

import os
import subprocess
import sys


def printed_by(code, folder):
    """Run compiled code with its cache in a folder; give what it wrote to both streams."""
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(folder), "NUMBA_DISABLE_JIT": "0"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env=environment,
        timeout=300,
        check=False,
    )
    return done.stdout, done.stderr
