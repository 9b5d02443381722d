"""The cache of compiled kernels cannot lie: any change of a source is another folder."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from helpers.cold_cache import printed_by
from numba.core.caching import IndexDataCacheFile
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
    assert {package / "_jit.py", package / "_prefetch.py"} <= names
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


def kept_kernel(folder):
    """Run a kernel in a process that keeps it in a folder; give what it printed."""
    code = (
        "import numpy as np\n"
        "from rxreplay.traces.load import u32\n"
        "print(u32(np.array([0, 0, 1, 2], np.uint8), 0, 1))\n"
    )
    return printed_by(code, folder)


def test_kernels_are_kept_where_the_folder_says(tmp_path):
    assert kept_kernel(tmp_path) == ("258\n", "")
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


@pytest.fixture
def files(tmp_path):
    """The cache files of a kernel, with one version of it in them."""
    compiled = SimpleNamespace(
        _cache=SimpleNamespace(_cache_file=IndexDataCacheFile(str(tmp_path), "double-1", "stamp"))
    )
    files = _jit._seals_its_files(compiled)._cache._cache_file
    files.save("int64", b"machine code" * 100)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["double-1.1.nbc", "double-1.nbi"]
    return files


def damaged_at(path, at):
    content = bytearray(path.read_bytes())
    content[at] ^= 0x10
    path.write_bytes(content)


def test_a_cached_kernel_is_found_again(files):
    assert files.load("int64") == b"machine code" * 100
    assert files.load("float64") is None


@pytest.mark.parametrize("name", ["double-1.1.nbc", "double-1.nbi"])
def test_a_file_of_the_cache_with_any_byte_flipped_is_as_if_not_there(files, tmp_path, name):
    path = tmp_path / name
    whole = path.read_bytes()
    for at in {0, 1, len(whole) // 2, len(whole) - 5, len(whole) - 4, len(whole) - 1}:
        damaged_at(path, at)
        assert files.load("int64") is None, at
        path.write_bytes(whole)
    files.save("int64", b"new")
    assert files.load("int64") == b"new"


@pytest.mark.parametrize("name", ["double-1.1.nbc", "double-1.nbi"])
@pytest.mark.parametrize("size", [0, 3, 4, 5, -1])
def test_a_file_of_the_cache_that_a_full_disk_has_cut_is_written_anew(files, tmp_path, name, size):
    path = tmp_path / name
    path.write_bytes(path.read_bytes()[:size])
    assert files.load("int64") is None
    files.save("int64", b"new")
    assert files.load("int64") == b"new"


def test_a_file_of_the_cache_that_is_gone_is_no_error(files, tmp_path):
    (tmp_path / "double-1.1.nbc").unlink()
    assert files.load("int64") is None
    (tmp_path / "double-1.nbi").unlink()
    assert files.load("int64") is None


def test_a_plain_function_has_no_files():
    assert _jit._seals_its_files(_one_more) is _one_more


def test_kernels_inline_another_one_than_python_calls():
    made = []

    def inlined():
        made.append("once")
        return SimpleNamespace(get_call_template=lambda *types: types, get_overload=str)

    compiled = SimpleNamespace(get_call_template=None, get_overload=None)
    called = _jit._inlined_apart(compiled, inlined)
    assert called is compiled
    assert not made
    assert called.get_call_template(1, 2) == (1, 2)
    assert called.get_overload(3) == "3"
    assert made == ["once"]
    assert _jit._inlined_apart(_one_more, inlined) is _one_more


@pytest.mark.compiled
def test_what_is_inlined_has_files_of_its_own(tmp_path):
    code = (
        "import numpy as np\n"
        "from rxreplay.emulator.strategies import small\n"
        "from rxreplay.emulator import Receiver, strategy\n"
        "receiver = Receiver(strategy('5.10/small'))\n"
        "assert small.post.nopython_signatures == []\n"
        "print(len(small.fill.nopython_signatures))\n"
    )
    assert printed_by(code, tmp_path) == ("1\n", "")
    names = {path.name.partition("-")[0] for path in tmp_path.rglob("*.nbi")}
    inlined = {path.name.partition("-")[0] for path in tmp_path.rglob("*-inlined.nbi")}
    assert {"small.fill"} <= names - inlined
    assert {"small.post"} <= inlined


def test_a_damaged_cache_costs_a_process_nothing_but_time(tmp_path):
    outcomes = [kept_kernel(tmp_path)]
    for path in tmp_path.rglob("*.nb[ic]"):
        damaged_at(path, path.stat().st_size // 2)
    outcomes += [kept_kernel(tmp_path), kept_kernel(tmp_path)]
    assert outcomes == [("258\n", "")] * 3
