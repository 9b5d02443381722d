"""The hash of the sources is of every module, and of what is in it."""

import shutil

from helpers.shared_data import CHECKOUT
from rxreplay.corpus import alike


def installed(folder, monkeypatch):
    """Lay the packages out as a wheel does; give the hash there."""
    packages = (
        (alike.rxreplay, "replay", ""),
        (alike.emulator, "emulator", "emulator"),
        (alike.traces, "traces", "traces"),
    )
    for package, name, where in packages:
        shutil.copytree(CHECKOUT / name, folder / where, dirs_exist_ok=True)
        monkeypatch.setattr(package, "__path__", [str(folder / where)])
    return alike.sources_sha256.__wrapped__()


def test_an_installed_copy_is_like_a_checkout_until_a_byte_differs(tmp_path, monkeypatch):
    here = alike.sources_sha256()
    with monkeypatch.context() as patch:
        assert installed(tmp_path, patch) == here
        changed = tmp_path / "emulator" / "abi.py"
        changed.write_text(changed.read_text() + "\n")
        assert alike.sources_sha256.__wrapped__() != here
