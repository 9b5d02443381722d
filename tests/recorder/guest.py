"""What boots: a stock kernel out of a Debian package, and an initramfs with its virtio modules."""

import lzma
import re
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

INIT = Path(__file__).with_name("init")
MODULES = ("virtio_pci", "virtio_net")


class RecorderError(Exception):
    """The recording cannot be made; the text says why."""


@dataclass(frozen=True)
class Guest:
    """What QEMU is given to boot."""

    kernel: Path
    initramfs: Path


def unpack(package: str, work: Path) -> Path:
    """Fetch a package (a name that apt knows, or a .deb file) and unpack it; install nothing."""
    folder = work / Path(package).name
    if (folder / "root").is_dir():
        return folder / "root"
    folder.mkdir(parents=True, exist_ok=True)
    deb = Path(package).resolve()
    if not package.endswith(".deb"):
        run("apt-get", "download", package, at=folder)
        deb = next(folder.glob("*.deb"))
    run("dpkg-deb", "-x", str(deb), "unpacking", at=folder)
    (folder / "unpacking").rename(folder / "root")
    return folder / "root"


def run(*command: str, at: Path) -> None:
    done = subprocess.run(command, cwd=at, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RecorderError(f"{' '.join(command[:3])}: {done.stderr.strip()}")


def build(package: str, modules_from: str | None, work: Path, scratch: Path) -> Guest:
    """Unpack the kernel, its modules and busybox in `work`; pack the initramfs in `scratch`."""
    kernel, tree = kernel_of(package, modules_from, work)
    root = new_root(INIT, work, scratch)
    copy_modules(tree, root / "modules", MODULES)
    return Guest(kernel, pack(root))


def kernel_of(package: str, modules_from: str | None, work: Path) -> tuple[Path, Path]:
    """Unpack a kernel, and give it and the folder of its modules."""
    image = unpack(package, work)
    kernel, release = kernel_in(image)
    return kernel, modules_tree(unpack(modules_from, work) if modules_from else image, release)


def new_root(init: Path, work: Path, scratch: Path) -> Path:
    """Make the folder that an initramfs is packed from, with busybox and an init."""
    busybox = next(unpack("busybox-static", work).glob("**/bin/busybox"))
    root = scratch / "root"
    for folder in ("bin", "dev", "modules", "proc", "sys"):
        (root / folder).mkdir(parents=True)
    shutil.copy(busybox, root / "bin" / "busybox")
    shutil.copy(init, root / "init")
    return root


def pack(root: Path) -> Path:
    """Pack the folder, and give the initramfs beside it."""
    run("sh", "-c", "find . | cpio -o -H newc --quiet >../initramfs.cpio", at=root)
    return root.parent / "initramfs.cpio"


def kernel_in(root: Path) -> tuple[Path, str]:
    """Find the kernel and its release: in /boot, or since 7.2 beside the modules."""
    found = [(path, path.name.removeprefix("vmlinuz-")) for path in root.glob("boot/vmlinuz-*")]
    found += [(path, path.parent.name) for path in root.glob("usr/lib/modules/*/vmlinuz")]
    if len(found) != 1:
        raise RecorderError(f"{root.parent.name}: {len(found)} kernels in it, 1 is needed")
    return found[0]


def modules_tree(root: Path, release: str) -> Path:
    for prefix in ("lib", "usr/lib"):
        tree = root / prefix / "modules" / release
        if tree.is_dir():
            return tree
    raise RecorderError(f"no modules of {release} in the package: name theirs with --modules-from")


def copy_modules(tree: Path, to: Path, names: Iterable[str]) -> None:
    """Copy modules and what they depend on, and write down the order to load them in."""
    files = {module_name(path.name): path for path in tree.rglob("*.ko*")}
    order: list[str] = []

    def add(name: str) -> None:
        if name in order or name not in files:  # what has no file is built in
            return
        path = files[name]
        code = lzma.decompress(path.read_bytes()) if path.suffix == ".xz" else path.read_bytes()
        depends = re.search(rb"\0depends=([^\0]*)\0", code)
        for needed in depends[1].decode().split(",") if depends else ():
            add(module_name(needed))
        (to / name).write_bytes(code)
        order.append(name)

    for name in names:
        add(name)
    (to / "order").write_text("".join(f"{name}\n" for name in order))


def module_name(text: str) -> str:
    return text.partition(".")[0].replace("-", "_")
