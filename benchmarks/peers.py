"""What reads captures beside the tool: the C walk, programs, and loops in Python."""

import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from timing import script

PROGRAMS = {
    "cat > /dev/null": ["sh", "-c", 'cat "$0" > /dev/null'],
    "tcpdump -w /dev/null": ["sh", "-c", 'tcpdump -r "$0" -w /dev/null 2> /dev/null'],
    "capinfos -c": ["capinfos", "-c"],
}
LOOPS = ("dpkt", "scapy")


def compiled_walk(folder: Path) -> list[str]:
    """Compile the C walk for this machine; give its command."""
    if not shutil.which("gcc"):
        sys.exit("bench: there is no gcc, which compiles the C walk: apt-get install gcc")
    source, binary = Path(__file__).with_name("walk.c"), folder / "walk"
    flags = ["-O3", "-march=native"]
    subprocess.run(["gcc", *flags, str(source), "-o", str(binary)], check=True)
    return [str(binary)]


def programs() -> dict[str, list[str]]:
    """Give the programs that are installed, by their rows' names."""
    here = {name: do for name, do in PROGRAMS.items() if shutil.which(name.split()[0])}
    left_out(set(PROGRAMS) - set(here))
    return here


def loops() -> dict[str, list[str]]:
    """Give the loops whose library is installed, by their rows' names."""
    here = {name: script("loops.py", name) for name in LOOPS if find_spec(name)}
    left_out(set(LOOPS) - set(here))
    return {f"{name} loop": command for name, command in here.items()}


def left_out(names: set[str]) -> None:
    """Say what is not installed."""
    for name in sorted(names):
        print(f"bench: {name.split()[0]} is not installed: left out", file=sys.stderr)
