import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["numba", "dpkt", "zstandard", "click", "rxreplay.emulator"])
def test_the_package_alone_is_light(module):
    modules = "rxreplay.traces, rxreplay.traces.summary, rxreplay.traces.ends"
    program = f"import sys, {modules}; sys.exit({module!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
