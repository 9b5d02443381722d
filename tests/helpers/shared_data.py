"""Where the data shared by several checkouts are: beside this one, or nowhere."""

import os
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
SHARED = CHECKOUT.parent / "shared"
RECORDINGS = SHARED / "golden"
ABSENT = "no shared/ beside the checkout: its recordings of real kernels are not in the repository"
PLAIN = os.environ.get("NUMBA_DISABLE_JIT") == "1"  # each fifth log then: they are of all kernels
LOGS = sorted(path.name for path in RECORDINGS.glob("*.tsv.gz"))[:: 5 if PLAIN else 1]
