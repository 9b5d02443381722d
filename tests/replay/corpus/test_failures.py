"""Why traces failed, by kind: of the classes of the errors, in every form."""

import json
import os

import pytest
import rxreplay
from helpers.archives import run
from oracles import capture_writer as writer
from rxreplay.corpus.failures import KINDS, OTHER, WORKER, failures_text, kind_of
from rxreplay.corpus.merge import merge
from rxreplay.errors import RxReplayError, TraceError

A, B = 0x525400000001, 0x525400000002


def conversation():
    """Give a capture of which nobody can say which end the guest is."""
    frames = [writer.frame(60, *((A, B) if n % 2 else (B, A))) for n in range(20)]
    return writer.pcap_header() + b"".join(map(writer.pcap_record, frames))


BAD = {  # a kind, and captures of it
    "direction": [conversation()],
    "link_type": [writer.pcap((60,), network=105), writer.snoop_header(datalink=99)],
    "damaged": [
        writer.pcap((60,)) + writer.pcap_record(wire_len=60, cap_len=6_553_600) + bytes(99),
        writer.pcap((60,), version=(1, 4)),
        writer.pcap((60,))[:20],
        writer.snoop_header(version=9),
        writer.snoop_header()[:12],
        writer.section(version=(3, 0)),
    ],
    "no_capture": [b"text, no more\n"],
}


@pytest.fixture
def folder(tmp_path):
    """Write one capture that is good, and all that are bad."""
    folder = tmp_path / "a"
    folder.mkdir()
    (folder / "good.pcap").write_bytes(writer.pcap((60,)))
    for kind, captures in BAD.items():
        for number, content in enumerate(captures):
            (folder / f"{kind}-{number}.pcap").write_bytes(content)
    return folder


def kinds(folder, results, **options):
    failed = run(folder, results, names=["5.10/small"], **options).document["failed"]
    return {os.path.basename(each["name"]): each["kind"] for each in failed}


def test_each_bad_capture_is_of_its_kind(folder, tmp_path):
    found = kinds(folder, tmp_path / "r", direction="auto")
    assert found == {name: name.partition("-")[0] for name in found}
    assert len(found) == sum(map(len, BAD.values()))


def test_what_cannot_be_read_is_of_a_kind_of_its_own(tmp_path):
    with pytest.raises(TraceError, match=r"away\.pcap: cannot be read: No such file") as caught:
        rxreplay.info([tmp_path / "away.pcap"])
    assert caught.value.kind == "unreadable"


def test_of_what_each_run_says_it_is_the_last_line(folder, tmp_path, rxreplay):
    said = (
        "10 of 11 traces failed: 6 damaged (--keep-damaged), 2 of link types that no guest "
        "receives, 1 direction not clear (--direction both), 1 no capture at all"
    )
    how = ("-o", tmp_path / "r", "-s", "5.10/small", "-q", "--workers", "1")
    done = rxreplay("corpus", folder, *how)
    assert done.exit_code == 4
    assert done.stderr.splitlines()[-1] == f"rxreplay: {said}"
    assert said in done.stdout.splitlines()
    merged = rxreplay("merge", tmp_path / "r", "-o", tmp_path / "m", "--format", "markdown")
    assert merged.stderr.splitlines()[-1] == f"rxreplay: {said}"
    assert said in merged.stdout.splitlines()
    page = tmp_path / "page.html"
    reported = rxreplay("report", tmp_path / "r", "-o", page)
    assert reported.stderr.splitlines()[-2:] == [f"rxreplay: {said}", f"Wrote {page}"]
    assert f"<p>{said}.</p>" in page.read_text()


@pytest.mark.parametrize("form", ["table", "markdown"])
def test_without_a_failure_nothing_is_said_of_them(tmp_path, rxreplay, capture, form):
    how = ("-o", tmp_path / "r", "-s", "5.10/small", "-q", "--workers", "1", "--format", form)
    done = rxreplay("corpus", capture(), *how)
    assert (done.exit_code, done.stderr, "failed" in done.stdout) == (0, "", False)
    rxreplay("report", tmp_path / "r", "-o", tmp_path / "page.html")
    assert "failed" not in (tmp_path / "page.html").read_text()


def test_what_failed_before_there_were_kinds_failed_for_other_reasons(folder, tmp_path):
    corpus = run(folder, tmp_path / "r", names=["5.10/small"], direction="auto")
    before = corpus.document["failed"]
    for each in before:
        path = tmp_path / "r" / each["result"]
        failure = json.loads(path.read_text())
        del failure["kind"]
        path.write_text(json.dumps(failure))
    merged = merge([tmp_path / "r"], str(tmp_path / "m"))
    assert merged.document["failed"] == [each | {"kind": OTHER} for each in before]
    assert merged.failures == "10 of 11 traces failed: 10 for other reasons"


def test_every_kind_of_error_has_words():
    waiting, found = [RxReplayError], set()
    while waiting:
        error = waiting.pop()
        found.add(error.kind)
        waiting += error.__subclasses__()
    assert found | {WORKER} == set(KINDS)


def test_a_kind_that_a_later_version_has_is_another_one():
    assert kind_of({"kind": "tired"}) == "tired"
    assert failures_text(["tired", "other"], 2) == "2 of 2 traces failed: 2 for other reasons"


def test_of_several_errors_none_has_the_kind(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(b"text")
    with pytest.raises(TraceError, match=r"a: not a capture.*; .*b: not a capture") as caught:
        rxreplay.info([tmp_path / "a", tmp_path / "b"])
    assert caught.value.kind == OTHER
