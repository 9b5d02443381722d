"""`rxreplay report`: one file for one capture, a folder for several, never over what is there."""

import pytest
from helpers.pages import Page

STRATEGY = ["-s", "5.10/small", "--size", "64", "--ring", "16"]


pytestmark = pytest.mark.usefixtures("few_lengths")


@pytest.fixture
def here(tmp_path, monkeypatch):
    """Work in a folder of its own."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def test_one_capture_makes_one_page_that_is_named_last(rxreplay, capture, here):
    result = rxreplay("report", capture(), *STRATEGY)
    assert result.exit_code == 0, result.output
    assert result.stderr.splitlines()[-1] == "Wrote report.html"
    assert [each.name for each in here.iterdir()] == ["report.html"]
    assert Page((here / "report.html").read_text()).said("h1") == [str(capture())]


def test_several_captures_make_a_folder_with_an_index(rxreplay, capture, here):
    captures = capture("a.pcap"), capture("b.pcap")
    result = rxreplay("report", *captures, *STRATEGY)
    assert result.stderr.splitlines()[-1] == "Wrote report"
    names = {each.name for each in (here / "report").iterdir()}
    assert names == {"index.html", "1-a.pcap.html", "2-b.pcap.html"}


def test_joined_captures_make_one_page(rxreplay, capture, tmp_path):
    out = tmp_path / "out.html"
    captures = capture("a.pcap"), capture("b.pcap")
    assert rxreplay("report", *captures, "--join", *STRATEGY, "-o", out).exit_code == 0
    assert "6 packets" in out.read_text()


def test_a_capture_that_cannot_be_read_is_named_and_costs_no_other(rxreplay, capture, tmp_path):
    out = tmp_path / "out"
    result = rxreplay("report", capture(), tmp_path / "none", *STRATEGY, "-o", out)
    assert result.exit_code == 4
    assert "Not replayed" in (out / "index.html").read_text()
    assert (out / "1-a.pcap.html").exists()


def test_the_same_command_writes_the_same_bytes(rxreplay, capture, tmp_path):
    out = tmp_path / "out.html"
    texts = set()
    for _ in range(2):
        assert rxreplay("report", capture(), *STRATEGY, "-o", out, "--force").exit_code == 0
        texts.add(out.read_bytes())
    assert len(texts) == 1


def test_a_page_can_go_to_standard_output(rxreplay, capture):
    result = rxreplay("report", capture(), *STRATEGY, "-o", "-", "--quiet")
    assert result.stdout.startswith("<!DOCTYPE html>")
    assert result.stderr == ""


def test_size_0_tries_no_ring(rxreplay, capture):
    result = rxreplay("report", capture(), "-s", "5.10/small", "--size", "0", "-o", "-")
    assert "no ring was asked for" in result.stdout


def test_a_clock_decides_the_figures_and_the_rings(rxreplay, capture):
    clock = ["--time", "recorded", "--service", "7us"]
    result = rxreplay("report", capture(), *STRATEGY, *clock, "-o", "-")
    assert result.stdout.count("7.00 µs a packet") == 2


@pytest.mark.parametrize(
    ("there", "several", "words"),
    [
        ("file", False, "exists already; --force writes over it"),
        ("file", True, "several captures make a folder"),
        ("folder", True, "has something in it; --force writes its files anew"),
        ("folder", False, "a folder is no file"),
        ("nowhere/out", True, "there is no folder"),
    ],
)
def test_what_is_there_stays(rxreplay, capture, here, there, several, words):
    (here / "file").write_text("old")
    (here / "folder").mkdir()
    (here / "folder" / "mine").write_text("old")
    captures = [capture("a.pcap"), capture("b.pcap")][: 1 + several]
    result = rxreplay("report", *captures, *STRATEGY, "-o", there)
    assert result.exit_code == 1
    assert words in result.stderr
    assert sorted(each.name for each in here.rglob("*")) == ["file", "folder", "mine"]


def test_force_writes_into_a_folder_and_leaves_what_else_is_there(rxreplay, capture, here):
    (here / "folder").mkdir()
    (here / "folder" / "mine").write_text("old")
    captures = capture("a.pcap"), capture("b.pcap")
    for _ in range(2):
        assert rxreplay("report", *captures, *STRATEGY, "-o", "folder", "--force").exit_code == 0
    assert (here / "folder" / "mine").read_text() == "old"
    assert len(list((here / "folder").iterdir())) == 4


def test_standard_output_is_no_folder(rxreplay, capture):
    result = rxreplay("report", capture("a.pcap"), capture("b.pcap"), *STRATEGY, "-o", "-")
    assert result.exit_code == 1
    assert "several captures make a folder" in result.stderr
