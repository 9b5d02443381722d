"""The documentation is true: its commands are run, its references made from the code."""

import re
import subprocess
import sys

import pytest
from helpers.shared_data import CHECKOUT

PAGES = [CHECKOUT / "README.md", CHECKOUT / "CONTRIBUTING.md", *(CHECKOUT / "docs").rglob("*.md")]
LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")


@pytest.mark.compiled
def test_commands_print_what_the_pages_show(monkeypatch):
    monkeypatch.delenv("NUMBA_DISABLE_JIT", raising=False)  # the pages are the user's
    command = [sys.executable, str(CHECKOUT / "scripts" / "refresh-docs"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("", 0), done.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    targets = [link for link in LINK.findall(page.read_text()) if "://" not in link]
    assert [t for t in targets if not (page.parent / t).exists()] == []


def test_every_page_is_in_the_navigation_once():
    docs = CHECKOUT / "docs"
    trees = re.findall(r"```{toctree}\n(.*?)```", (docs / "index.md").read_text(), re.DOTALL)
    named = [line for tree in trees for line in tree.splitlines() if line and line[0] != ":"]
    pages = {path.stem for path in docs.glob("*.md")} - {"index"}
    assert sorted(named) == sorted([*pages, "decisions/*"])


def test_every_figure_is_documented():
    from rxreplay.emulator.figures import Figures

    page = (CHECKOUT / "docs" / "figures.md").read_text()
    assert [name for name in Figures.__slots__ if f"`{name}" not in page] == []


def test_every_sample_is_in_the_readme():
    readme = (CHECKOUT / "README.md").read_text()
    samples = (CHECKOUT / "traces" / "samples").glob("*.pcap*")
    assert [s.name for s in samples if f"`{s.name}`" not in readme] == []


def test_the_example_of_a_fleet_is_the_file():
    page, file = (CHECKOUT / "docs" / name for name in ("plan.md", "examples/fleet.toml"))
    assert f"```toml\n{file.read_text()}```" in page.read_text()


def test_python_example_of_slices_runs():
    page = (CHECKOUT / "docs" / "slices.md").read_text()
    code = re.search(r"```python\n(.*?)```", page, re.DOTALL)[1]
    sample = CHECKOUT / "traces" / "samples" / "udp-stream.pcap"
    code = code.replace("udp-stream.pcap", str(sample))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.split()[-1:] == ["True"], done.stderr


def test_python_example_of_the_readme_runs():
    readme = (CHECKOUT / "README.md").read_text()
    code = re.search(r"```python\n(.*?)```", readme, re.DOTALL)[1]
    sample = CHECKOUT / "traces" / "samples" / "udp-stream.pcap"
    code = code.replace("capture.pcap", str(sample))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1] == "13056", done.stderr
