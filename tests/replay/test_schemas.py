"""The published schemas are made from the code; what is written agrees, and nothing else does."""

import copy
import json
import runpy
import subprocess
import sys

import pytest
from helpers.shared_data import CHECKOUT
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

SCHEMAS = CHECKOUT / "docs" / "schema"
SMALL = ("-s", "5.10/small", "-q")
CLOCK = ("--time", "rate:1000000")
COMMANDS = {  # the name of a schema, and what is written by it
    "compare": [
        ("compare", "CAPTURE", "-s", "5.10/mergeable", *SMALL),
        ("compare", "CAPTURE", *SMALL, "--gro", "on", "--filter", "ip or not ip"),
        ("replay", "CAPTURE", "-s", "7.2/mergeable", "-q", *CLOCK, "--stall", "1ms@+1us"),
        ("replay", "CAPTURE", *SMALL, *CLOCK, "--consumer", "unread", "--queues", "2"),
        ("compare", "EMPTY", *SMALL),
    ],
    "info": [("info", "CAPTURE", "EMPTY", "-q")],
    "ring": [("ring", "CAPTURE", *SMALL, "--size", "64", *CLOCK)],
    "sockets": [("sockets", "CAPTURE", *SMALL, "--hold", "10ms")],
    "pinning": [("pinning", "CAPTURE", *SMALL, *CLOCK)],
    "sweep": [
        ("sweep", "CAPTURE", *SMALL, "--knob", "ring=64:128:x2"),
        ("sweep", "CAPTURE", "-s", "mst-2016/mergeable", "-q", "--knob", "min_avg=256:512:x2"),
    ],
    "explain": [("explain", "CAPTURE", "--packet", "1", "--packet", "2", *SMALL)],
    "plan": [
        ("plan", "-s", "5.10/mergeable", "--vms", "3", "-q"),
        ("plan", "CAPTURE", "-s", "5.10/mergeable", "--vms", "3", "--budget", "1GiB", "-q"),
    ],
}
CASES = [(name, command) for name, commands in COMMANDS.items() for command in commands]


def validator(name):
    schema = json.loads((SCHEMAS / f"{name}.json").read_text())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


@pytest.fixture
def written(rxreplay, capture):
    """Run a command on captures; give what it writes."""

    def run(*command, form="json"):
        paths = {"CAPTURE": capture(), "EMPTY": capture("empty.pcap", lengths=())}
        arguments = [paths.get(each, each) for each in command]
        done = rxreplay(*arguments, *(("--format", form) if form else ()))
        assert done.exit_code == 0, done.output
        return done.stdout

    return run


def test_the_files_are_what_is_made_of_the_code():
    make = runpy.run_path(str(CHECKOUT / "scripts" / "make-schemas"))["made"]
    there = {path.name: path.read_text() for path in SCHEMAS.glob("*.json")}
    assert there == make()


def test_the_script_says_what_is_stale_and_writes_nothing():
    script = CHECKOUT / "scripts" / "make-schemas"
    done = subprocess.run([sys.executable, script, "--check"], capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (0, b""), done.stderr


@pytest.mark.parametrize(("name", "command"), CASES, ids=[" ".join(c) for _, c in CASES])
def test_what_a_command_writes_agrees_with_its_schema(written, name, command):
    validator(name).validate(json.loads(written(*command)))


def test_a_diff_agrees_with_its_schema(written, tmp_path):
    paths = []
    for ring in ("256", "512"):
        paths.append(tmp_path / f"{ring}.json")
        paths[-1].write_text(written("compare", "CAPTURE", *SMALL, "--ring", ring))
    validator("diff").validate(json.loads(written("diff", *paths)))


def test_a_corpus_agrees_with_its_schema(rxreplay, capture, tmp_path):
    (tmp_path / "bad.pcap").write_text("no capture")
    sources = (capture(), capture("empty.pcap", lengths=()), tmp_path / "bad.pcap")
    done = rxreplay("corpus", *sources, "-o", tmp_path / "r", *SMALL, "--workers", "1")
    assert done.exit_code == 4
    document = json.loads((tmp_path / "r" / "corpus.json").read_text())
    validator("corpus").validate(document)
    for trace in document["traces"]:
        validator("compare").validate(json.loads((tmp_path / "r" / trace["result"]).read_text()))


def test_json_lines_agree_with_their_schema(written):
    lines = written("compare", "CAPTURE", "EMPTY", *SMALL, form="jsonl").splitlines()
    for line in lines:
        validator("jsonl").validate(json.loads(line))
    assert {json.loads(line)["type"] for line in lines} == {"run", "trace", "result", "warning"}


def test_series_agree_with_their_schemas(written, tmp_path):
    for suffix in ("json", "jsonl"):
        path = tmp_path / f"series.{suffix}"
        written("compare", "CAPTURE", *SMALL, *CLOCK, "--ring", "16", "--series", path)
    whole = json.loads((tmp_path / "series.json").read_text())
    validator("series").validate(whole)
    assert "version" in whole["run"]
    for line in (tmp_path / "series.jsonl").read_text().splitlines():
        validator("series-jsonl").validate(json.loads(line))


def test_catalogues_agree_with_their_schema(written):
    for command in (("strategies",), ("strategies", "--for", "6.1.0-50-cloud-amd64")):
        validator("strategies").validate(json.loads(written(*command)))


def more(document):
    document["results"][0]["figures"]["drops"]["eaten"] = 0


def less(document):
    del document["traces"][0]["digest"]


def inexact(document):
    document["results"][0]["figures"]["truesize_bytes"] += 0.5


def worded(document):
    document["results"][0]["figures"]["packets"] = "3"


def older(document):
    document["schema"] = "rxreplay/1"


@pytest.mark.parametrize("spoil", [more, less, inexact, worded, older])
def test_what_is_not_the_form_is_refused(written, spoil):
    document = json.loads(written("compare", "CAPTURE", *SMALL))
    spoiled = copy.deepcopy(document)
    spoil(spoiled)
    validator("compare").validate(document)
    with pytest.raises(ValidationError):
        validator("compare").validate(spoiled)
