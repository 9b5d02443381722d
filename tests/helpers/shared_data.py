"""Where the data shared by several checkouts are: beside this one, or nowhere."""

from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
SHARED = CHECKOUT.parent / "shared"
RECORDINGS = SHARED / "golden"
ABSENT = "no shared/ beside the checkout: its recordings of real kernels are not in the repository"
