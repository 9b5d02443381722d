"""Numbers of any length, files without an end and NUL characters are refused in one line."""

import pytest
from rxreplay.checkpoint_file import contents
from rxreplay.emulator.checkpoint import MAGIC
from rxreplay.errors import OptionError
from rxreplay.options import Options
from rxreplay.spreading import Spreader
from rxreplay.stalls import parse_stalls

LONG = "1" * 5000  # Python reads numbers of up to 4,300 digits
SMALL = ("-s", "5.10/mergeable")
TIMED = ("--time", "recorded")


def refused(run, text):
    assert (run.exit_code, run.stdout) == (2, "")
    assert run.stderr.splitlines()[-1].find(text) >= 0
    assert isinstance(run.exception, SystemExit)


@pytest.mark.parametrize(
    ("option", "text"),
    [
        (("--start", LONG), "write it as"),
        (("--end", f"+{LONG}s"), "write it as"),
        (("--packets", LONG), "not A:B"),
        (("--packets", f"1:{LONG}"), "not A:B"),
        (("--packets", f"{LONG}:"), "not A:B"),
        (("--linktype", LONG), "no link type is known by this name"),
        (("--fcs", LONG), "write auto, or 0 to 15 bytes"),
        (("--gro-timeout", LONG), "write a time span"),
        (("--decap", f"vxlan:{LONG}"), "is no port"),
        (("--mtu", "1" * 20), "write 1 to 65,535 bytes"),
        (("--set", f"min_buf_len={LONG}"), "is not NAME=VALUE with a whole number"),
        (("--set", f"order3=fail:1/{LONG}"), "is not NAME=VALUE with"),
        ((*TIMED, "--service", LONG), "write a time span"),
        (("--time", f"rate:{LONG}"), "write recorded, scale:K"),
        ((*TIMED, "--ring", "0"), "a ring has 2 to 32,768 buffers"),
        ((*TIMED, "--stall", "file:/dev/zero"), "/dev/zero: more than 67,108,864 bytes"),
    ],
)
def test_an_option(rxreplay, capture, option, text):
    refused(rxreplay("compare", *SMALL, *option, capture()), text)


@pytest.mark.parametrize(("mtu", "good"), [(0, False), (1, True), (65_535, True), (65_536, False)])
def test_the_mtu_has_ends(mtu, good):
    if good:
        assert Options(mtu=mtu).mtu == mtu
    else:
        with pytest.raises(OptionError, match=f"--mtu {mtu}: write 1 to 65,535 bytes"):
            Options(mtu=mtu)


@pytest.mark.parametrize("name", ["checkpoint", "output", "series", "filter", "row"])
def test_a_nul_character_in_a_configuration(rxreplay, capture, tmp_path, name):
    (tmp_path / "a.toml").write_text(f'[compare]\n{name} = "a\\u0000b"\n')
    run = rxreplay("--config", tmp_path / "a.toml", "compare", *SMALL, capture())
    refused(run, f"{name} of compare has a NUL character")


@pytest.mark.parametrize(
    ("content", "text"), [(f"ring = {LONG}", "no TOML"), (None, "more than 1,048,576 bytes")]
)
def test_a_configuration(rxreplay, capture, tmp_path, content, text):
    path = "/dev/zero"
    if content:
        path = tmp_path / "a.toml"
        path.write_text(content)
    refused(rxreplay("--config", path, "compare", *SMALL, capture()), text)


def test_a_file_of_stalls_whose_name_has_a_nul_character():
    with pytest.raises(OptionError, match="embedded null byte"):
        parse_stalls("file:\0")


def test_of_what_is_no_checkpoint_only_the_beginning_is_read(tmp_path):
    path = tmp_path / "large.pcap"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    assert contents(str(path)) == bytes(len(MAGIC))
    path.write_bytes(f"{MAGIC} and more".encode())
    assert contents(str(path)) == f"{MAGIC} and more".encode()


def test_there_are_no_more_threads_than_receivers(monkeypatch):
    started = []
    monkeypatch.setattr("rxreplay.spreading.ThreadPoolExecutor", started.append)
    Spreader([object(), object()], 10**20)
    Spreader([object()], 10**20)
    assert started == [2]
