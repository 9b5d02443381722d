"""Results as JSON, whole."""

import json
from typing import TextIO

from ..plan_result import Plan
from ..result import Results
from ..ringing import Rings
from ..stories.story import Stories


def write(results: Results | Stories | Rings | Plan, out: TextIO) -> None:
    """Write the results; bytes and counts are exact, what was not computed is null."""
    json.dump(results.as_dict(), out, indent=2, allow_nan=False)
    out.write("\n")
