"""Results as JSON, whole."""

import json
from typing import TextIO

from ..changing import Differences
from ..result import Results
from ..ringing import Rings
from ..stories.story import Stories
from ..sweeping import Sweep


def write(results: Results | Stories | Rings | Differences | Sweep, out: TextIO) -> None:
    """Write the results; bytes and counts are exact, what was not computed is null."""
    json.dump(results.as_dict(), out, indent=2, allow_nan=False)
    out.write("\n")
