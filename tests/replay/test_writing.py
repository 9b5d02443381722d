import io
import os
import stat
import sys

import pytest
from rxreplay.errors import RxReplayError
from rxreplay.writing import check_folder, check_free, output, write_folder


def write(path, text="new"):
    with output(path and str(path)) as out:
        out.write(text)


def test_a_file_is_there_whole_with_the_rights_of_any_new_file(tmp_path):
    write(tmp_path / "out")
    (tmp_path / "other").touch()
    assert (tmp_path / "out").read_text() == "new"
    assert (tmp_path / "out").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_nothing_of_a_file_is_there_before_all_of_it(tmp_path):
    with output(str(tmp_path / "out")) as out:
        out.write("half")
        out.flush()
        assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_after_an_error_the_old_file_stands_and_nothing_else(tmp_path, error):
    (tmp_path / "out").write_text("old")

    def fail():
        with output(str(tmp_path / "out")) as out:
            out.write("half")
            raise error

    with pytest.raises(error):
        fail()
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("out", "old")]


@pytest.mark.parametrize("path", [None, "-"])
def test_standard_output_is_written_to_and_stays_open(path, capsys):
    check_free(path, force=False)
    write(path)
    assert capsys.readouterr().out == "new"
    assert not sys.stdout.closed


def test_an_existing_file_is_refused_without_force(tmp_path):
    (tmp_path / "out").touch()
    with pytest.raises(RxReplayError, match="out exists already; --force writes over it"):
        check_free(str(tmp_path / "out"), force=False)
    check_free(str(tmp_path / "out"), force=True)


def test_a_dangling_link_counts_as_a_file(tmp_path):
    (tmp_path / "link").symlink_to("target")
    with pytest.raises(RxReplayError, match="exists already"):
        check_free(str(tmp_path / "link"), force=False)
    check_free(str(tmp_path / "link"), force=True)
    write(tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_text() == "new"


@pytest.mark.parametrize("force", [False, True])
def test_a_folder_is_refused(tmp_path, force):
    with pytest.raises(RxReplayError, match="a folder is no file"):
        check_free(str(tmp_path), force=force)
    with pytest.raises(RxReplayError, match="-o: a folder is no file"):
        check_free("", force=force)


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(RxReplayError, match=f"there is no folder {tmp_path}/nowhere"):
        check_free(str(tmp_path / "nowhere" / "out"), force=True)


def test_a_link_stays_and_its_file_is_replaced(tmp_path):
    (tmp_path / "file").write_text("old")
    (tmp_path / "link").symlink_to("file")
    write(tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_text() == "new"


def test_a_device_is_written_to_and_never_replaced():
    check_free("/dev/null", force=False)
    write("/dev/null")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_a_full_disk_is_an_error_of_ours():
    with pytest.raises(RxReplayError, match="/dev/full: No space left on device"):
        write("/dev/full")


def test_a_folder_that_cannot_be_written_is_an_error_of_ours(tmp_path, monkeypatch):
    def refuse(**_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.mkstemp", refuse)  # a test may run as root, whom nothing stops
    with pytest.raises(RxReplayError, match=r"out: Permission denied; name another file$"):
        write(tmp_path / "out")


def test_a_reader_that_has_gone_is_left_to_the_command_line():
    with pytest.raises(BrokenPipeError), output(None):
        raise BrokenPipeError


def test_what_an_encoding_lacks_is_escaped(tmp_path, monkeypatch):
    with open(tmp_path / "ascii", "w", encoding="ascii") as narrow:
        monkeypatch.setattr(sys, "stdout", narrow)
        write(None, "×2")
    assert (tmp_path / "ascii").read_text() == r"\xd72"
    monkeypatch.setattr(sys, "stdout", held := io.StringIO())  # has no encoding
    write(None, "×2")
    assert held.getvalue() == "×2"
    write(tmp_path / "out", "\udcff.pcap")  # a file name that is no UTF-8
    assert (tmp_path / "out").read_text() == r"\udcff.pcap"


def test_a_capture_to_read_is_never_the_output(tmp_path):
    capture, link = tmp_path / "a.pcap", tmp_path / "link"
    capture.touch()
    link.symlink_to(capture)
    for path in (capture, link):
        with pytest.raises(RxReplayError, match="is a file to read; name another one to write"):
            check_free(str(path), force=True, inputs=["-", "missing", str(capture)])
    check_free(str(tmp_path / "b.json"), force=False, inputs=[str(capture)])


def test_a_folder_is_made_or_used_and_its_files_are_whole(tmp_path):
    for folder in (tmp_path, tmp_path / "new"):
        write_folder(str(folder), {"a": "1", "b": "2"})
        assert [(folder / name).read_text() for name in "ab"] == ["1", "2"]


def test_a_folder_that_cannot_be_made_is_an_error_of_one_line(tmp_path):
    (tmp_path / "file").write_text("old")
    with pytest.raises(RxReplayError, match="name another folder with -o"):
        write_folder(str(tmp_path / "file"), {"a": "1"})
    assert (tmp_path / "file").read_text() == "old"


def test_an_empty_folder_is_free(tmp_path):
    check_folder(str(tmp_path), force=False)
    check_folder(str(tmp_path / "new"), force=False)
