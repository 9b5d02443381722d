"""The cache of compiled kernels cannot lie: any change of a source is another folder."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from rxreplay import _jit


@pytest.fixture
def sources(tmp_path, monkeypatch):
    """Stand in for the packages of kernels."""
    constants, kernels = tmp_path / "abi.py", tmp_path / "kernels.py"
    constants.write_text("COPY_LEN = 128\n")
    kernels.write_text("def copy(): ...\n")
    monkeypatch.setattr(_jit, "_sources", lambda: [constants, kernels])
    return constants, kernels


@pytest.mark.parametrize("which", [0, 1], ids=["a constant", "a kernel"])
def test_the_key_changes_with_a_source_and_comes_back(sources, which):
    before, text = _jit._cache_key(), sources[which].read_text()
    sources[which].write_text(text.replace("128", "256").replace("copy", "move"))
    assert _jit._cache_key() != before
    sources[which].write_text(text)
    assert _jit._cache_key() == before


@pytest.mark.usefixtures("sources")
def test_the_key_changes_with_bounds_checks_and_with_numba(monkeypatch):
    keys = {_jit._cache_key()}
    monkeypatch.setattr(_jit.config, "BOUNDSCHECK", not _jit.config.BOUNDSCHECK)
    keys.add(_jit._cache_key())
    monkeypatch.setattr(_jit.numba, "__version__", "0.0")
    keys.add(_jit._cache_key())
    assert len(keys) == 3


def test_every_source_of_a_kernel_is_in_the_key():
    package = Path(_jit.__file__).resolve().parent
    names = {source.resolve() for source in _jit._sources()}
    assert package / "_jit.py" in names
    for module in ("emulator.abi", "emulator.strategies.small", "traces.scan_pcap"):
        __import__(f"rxreplay.{module}")
        assert Path(sys.modules[f"rxreplay.{module}"].__file__).resolve() in names


def test_kernels_lie_beside_the_package(monkeypatch):
    monkeypatch.setattr(_jit.config, "CACHE_DIR", "")
    folder = _jit.cache_folder.__wrapped__()
    assert folder.parent == Path(_jit.__file__).parent / "__pycache__"
    assert folder.name == f"kernels-{_jit._cache_key()}"


def test_a_folder_of_numbas_own_setting_is_taken(monkeypatch, tmp_path):
    monkeypatch.setattr(_jit.config, "CACHE_DIR", str(tmp_path))
    assert _jit.cache_folder.__wrapped__() == tmp_path / f"kernels-{_jit._cache_key()}"


@pytest.mark.parametrize("variable", ["XDG_CACHE_HOME", None])
def test_a_package_that_cannot_be_written_uses_the_users_cache(monkeypatch, tmp_path, variable):
    (tmp_path / "file").touch()  # a folder cannot be made below a file, even by root
    monkeypatch.setattr(_jit.config, "CACHE_DIR", str(tmp_path / "file"))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv(variable or "HOME", str(tmp_path))
    above = tmp_path if variable else tmp_path / ".cache"
    assert _jit.cache_folder.__wrapped__() == above / "rxreplay" / f"kernels-{_jit._cache_key()}"


def test_a_kernel_leaves_numbas_settings_as_they_were(monkeypatch):
    monkeypatch.setattr(_jit.config, "CACHE_DIR", "before")

    @_jit.kernel
    def double(number: int) -> int:
        return 2 * number

    assert double(4) == 8
    assert _jit.config.CACHE_DIR == "before"


def test_kernels_are_kept_where_the_folder_says(tmp_path):
    code = (
        "import numpy as np\n"
        "from rxreplay.traces.load import u32\n"
        "print(u32(np.array([0, 0, 1, 2], np.uint8), 0, 1))\n"
    )
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path), "NUMBA_DISABLE_JIT": "0"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env=environment,
        timeout=300,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("258\n", "")
    [folder] = tmp_path.iterdir()
    assert folder.name.startswith("kernels-")
    assert list(folder.rglob("*.nbi"))


def test_where_no_folder_can_be_written_there_is_no_cache(monkeypatch):
    monkeypatch.setattr(_jit, "_writable", lambda _folder: False)
    assert _jit.cache_folder.__wrapped__() is None
    monkeypatch.setattr(_jit, "cache_folder", lambda: None)
    assert _jit.kernel(_one_more)(1) == 2


def _one_more(number):
    return number + 1


def test_empty_files_of_a_cache_are_removed_and_others_stay(monkeypatch, tmp_path):
    folder = tmp_path / f"kernels-{_jit._cache_key()}" / "emulator"
    folder.mkdir(parents=True)
    for name, content in (("cut.nbi", ""), ("cut.nbc", ""), ("whole.nbi", "index"), ("note", "")):
        (folder / name).write_text(content)
    monkeypatch.setattr(_jit.config, "CACHE_DIR", str(tmp_path))
    _jit.cache_folder.__wrapped__()
    assert sorted(file.name for file in folder.iterdir()) == ["note", "whole.nbi"]
