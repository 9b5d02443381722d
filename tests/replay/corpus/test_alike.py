"""The hash of the sources is of every module, and of what is in it."""

import shutil
import subprocess
import sys

from helpers.shared_data import CHECKOUT
from rxreplay.corpus.alike import sources_sha256

HASH = "from rxreplay.corpus.alike import sources_sha256 as s; print(s())"


def hash_of(folder):
    done = subprocess.run(
        [sys.executable, "-c", HASH], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def installed(folder):
    """Lay the packages out as a wheel does."""
    for name, where in (("replay", ""), ("emulator", "emulator"), ("traces", "traces")):
        shutil.copytree(CHECKOUT / name, folder / "rxreplay" / where, dirs_exist_ok=True)


def test_an_installed_copy_is_like_a_checkout_until_a_byte_differs(tmp_path):
    installed(tmp_path)
    assert hash_of(tmp_path) == sources_sha256()
    changed = tmp_path / "rxreplay" / "emulator" / "abi.py"
    changed.write_text(changed.read_text() + "\n")
    assert hash_of(tmp_path) != sources_sha256()
