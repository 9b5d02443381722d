"""Results as JSON, whole."""

import json
from typing import TextIO

from ..result import Reportable


def write(results: Reportable, out: TextIO) -> None:
    """Write the results; bytes and counts are exact, what was not computed is null."""
    json.dump(results.as_dict(), out, indent=2, allow_nan=False)
    out.write("\n")
