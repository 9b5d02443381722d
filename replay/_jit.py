"""The one door to numba, with a cache that cannot lie.

numba keys a cached kernel by its own file only: a constant or a helper changed in another module
leaves the old machine code in use. Here the cache folder is named after everything that kernels
are made from, so that any change of a source compiles anew.
"""

import hashlib
import os
import pickle
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, ParamSpec, TypeVar, cast

import numba
import numba.core.config
from numba.core import caching as numba_caching
from numba.core import event as numba_event

P = ParamSpec("P")
R = TypeVar("R")

config: Any = numba.core.config  # its names are made at run time
event: Any = numba_event  # these two have no types
caching: Any = numba_caching

# What makes a kernel: no reference counting and all that it calls inlined, as kernels allocate
# nothing and call only each other; without both they are eight times slower.
OPTIONS: dict[str, Any] = {
    "error_model": "numpy",
    "nogil": True,
    "_nrt": False,
    "no_cfunc_wrapper": True,
}
# Python's way into a kernel would be one more copy of all of it, for LLVM to optimise
INLINED = {"forceinline": True, "no_cpython_wrapper": True}

CHECKSUM_BYTES = 4

KERNEL_PACKAGES = ("rxreplay.emulator", "rxreplay.traces")


def _sources() -> list[Path]:
    roots = [
        Path(root)
        for package in KERNEL_PACKAGES
        if (spec := find_spec(package)) and spec.submodule_search_locations
        for root in spec.submodule_search_locations
    ]
    here = (Path(__file__), Path(__file__).with_name("_prefetch.py"))
    return [*here, *(source for root in roots for source in sorted(root.rglob("*.py")))]


def _cache_key() -> str:
    digest = hashlib.sha256(f"numba={numba.__version__} boundscheck={config.BOUNDSCHECK}".encode())
    for source in _sources():
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


@cache
def cache_folder() -> Path | None:
    """Give the folder of compiled kernels: beside the package, or the user's where that is shut.

    None where neither can be written to: then every process compiles for itself.

    Examples
    --------
    >>> folder = cache_folder()
    >>> folder is None or folder.name.startswith("kernels-")
    True
    """
    name = f"kernels-{_cache_key()}"
    beside = Path(config.CACHE_DIR or Path(__file__).parent / "__pycache__")
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path(os.path.expanduser("~")) / ".cache")
    for folder in (beside / name, home / "rxreplay" / name):
        if _writable(folder):
            return folder
    return None


class SealedFiles(caching.IndexDataCacheFile):  # type: ignore[misc]
    """Files of a kernel's cache that end with a checksum; without it they are as if not there.

    numba trusts what it finds: a file that a full disk has cut stops it, for good, and so does a
    flipped bit, or it is run.
    """

    def _load_index(self) -> Any:  # noqa: ANN401
        return super()._load_index() if sealed_content(self._index_path) else {}

    def _load_data(self, name: str) -> Any:  # noqa: ANN401
        content = sealed_content(self._data_path(name))
        if not content:
            raise FileNotFoundError(name)  # so it is compiled anew
        return pickle.loads(content)

    @contextmanager
    def _open_for_write(self, filepath: str) -> Iterator[BinaryIO]:
        with super()._open_for_write(filepath) as file:
            content = BytesIO()
            yield content
            file.write(content.getvalue())
            file.write(checksum(content.getvalue()))


def checksum(content: bytes | memoryview) -> bytes:
    """Give what a file of the cache ends with.

    Examples
    --------
    >>> checksum(b"code").hex()
    '77153098'
    """
    return zlib.crc32(content).to_bytes(CHECKSUM_BYTES)


def sealed_content(path: str) -> memoryview | None:
    """Give what a file holds before its checksum; None where it is not as it was written."""
    try:
        whole = memoryview(Path(path).read_bytes())
    except OSError:
        return None
    content, end = whole[:-CHECKSUM_BYTES], whole[-CHECKSUM_BYTES:]
    return content if content and end == checksum(content) else None


class _First(numba_event.Listener):
    """Calls a function when the first compilation begins."""

    def __init__(self, tell: Callable[[], None]) -> None:
        self._tell: Callable[[], None] | None = tell

    def on_start(self, event: object) -> None:  # noqa: ARG002
        tell, self._tell = self._tell, None
        if tell:
            tell()

    def on_end(self, event: object) -> None:
        """Do nothing."""


@contextmanager
def on_compiling(tell: Callable[[], None]) -> Iterator[None]:
    """Call `tell` once, where a kernel is compiled because it is not in the cache."""
    listener = _First(tell)
    event.register("numba:compile", listener)
    try:
        yield
    finally:
        event.unregister("numba:compile", listener)


def _nothing() -> None:
    """Stand in for the filling of numba's registries."""


def _load_lightly(load: Callable[..., Any], signature: object, context: Any) -> Any:  # noqa: ANN401
    """Load a kernel, and leave numba's registries empty: its compiler fills them for itself.

    Numba fills them before it looks into its cache, which is a fifth of a second of every start.
    """
    context.refresh = _nothing  # hides the method
    try:
        return load(signature, context)
    finally:
        vars(context).pop("refresh", None)


def _starts_lightly(compiled: Callable[P, R]) -> Callable[P, R]:
    cache: Any = getattr(compiled, "_cache", None)  # there is none where the JIT is off
    if cache is not None:
        cache.load_overload = partial(_load_lightly, cache.load_overload)
    return compiled


def _seals_its_files(compiled: Callable[P, R], suffix: str = "") -> Callable[P, R]:
    files: Any = getattr(getattr(compiled, "_cache", None), "_cache_file", None)
    if files is not None:  # else it is not cached
        stem = files._index_name.removesuffix(".nbi") + suffix
        sealed = SealedFiles(files._cache_path, stem, files._source_stamp)
        cast(Any, compiled)._cache._cache_file = sealed
    return compiled


def _compiler(function: Callable[P, R], suffix: str = "", **more: Any) -> Callable[P, R]:  # noqa: ANN401
    folder = cache_folder()
    before, config.CACHE_DIR = config.CACHE_DIR, str(folder or "")
    try:
        options: dict[str, Any] = OPTIONS | more | {"cache": folder is not None}
        compiled: Callable[P, R] = numba.njit(**options)(function)
    finally:
        config.CACHE_DIR = before
    return _starts_lightly(_seals_its_files(compiled, suffix))


def _inlined_apart(compiled: Callable[P, R], inlined: Callable[[], Any]) -> Callable[P, R]:
    """Let kernels that call `compiled` take the code of another one, made when it is wanted."""
    called: Any = compiled
    if hasattr(called, "get_call_template"):  # it has none where the JIT is off
        once = cache(inlined)
        called.get_call_template = lambda *types: once().get_call_template(*types)
        called.get_overload = lambda signature: once().get_overload(signature)
    return compiled


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile `function` on its first call; later processes load it from the cache.

    What Python calls and what other kernels inline is compiled apart: most kernels are never
    called from Python, and those that are need not be a part of anything.
    """
    inlined = partial(_compiler, function, "-inlined", **INLINED)
    return _inlined_apart(_compiler(function), inlined)


def is_kept(compiled: Callable[..., Any]) -> bool:
    """Tell whether the cache has a kernel already; true as well where there is no cache to fill."""
    files: Any = getattr(getattr(compiled, "_cache", None), "_cache_file", None)
    return files is None or Path(files._index_path).exists()
