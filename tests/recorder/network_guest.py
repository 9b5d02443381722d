"""A guest with programs of this machine, for `scripts/record-vantages`: print kernel and initramfs.

It takes commands on TCP port 2, and serves pages and iperf3.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from guest import MODULES, RecorderError, copy_modules, kernel_of, new_root, pack

INIT = Path(__file__).with_name("network_init")
PROGRAMS = ("tcpdump", "iperf3", "ethtool")


def main(package: str, work: Path, scratch: Path, pages: Path) -> int:
    """Unpack `package` in `work`, where it stays for the next time; pack in `scratch`."""
    try:
        kernel, tree = kernel_of(package, None, work)
        root = new_root(INIT, work, scratch)
        copy_modules(tree, root / "modules", MODULES)
        shutil.copytree(pages, root / "pages")
        for name in PROGRAMS:
            copy_program(name, root)
        print(kernel, pack(root))
    except (RecorderError, OSError) as error:
        print(f"network_guest: {error}", file=sys.stderr)
        return 1
    return 0


def copy_program(name: str, root: Path) -> None:
    """Copy a program and the libraries that it is linked with."""
    path = shutil.which(name)
    if path is None:
        raise RecorderError(f"{name} is missing")
    shutil.copy(path, root / "bin" / name)
    linked = subprocess.run(["ldd", path], capture_output=True, text=True, check=True).stdout
    for library in re.findall(r"(/\S+) \(0x", linked):
        to = root / library.lstrip("/")
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(library, to)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1], *map(Path, sys.argv[2:5])))
