"""The run record: the hash of the configuration, and which versions of a form are read."""

import hashlib
import json

import pytest
from rxreplay.recorded import NOT_MODELLED, config_sha256

SMALL = ("-s", "5.10/small", "--format", "json")


def canonical(value):
    """Write JSON as docs/digest.md says, without the library."""
    if isinstance(value, dict):
        pairs = (f"{canonical(key)}:{canonical(value[key])}" for key in sorted(value))
        return f"{{{','.join(pairs)}}}"
    if isinstance(value, list):
        return f"[{','.join(map(canonical, value))}]"
    return json.dumps(value)


def document(done):
    return json.loads(done.stdout)


@pytest.fixture
def hashed(rxreplay, capture):
    """Give the hash of a comparison's configuration."""

    def run(*arguments, before=(), env=None):
        done = rxreplay(*before, "compare", capture(), *SMALL, *arguments, env=env)
        return document(done)["run"]["config_sha256"]

    return run


def test_another_program_can_hash_the_configuration(rxreplay, capture):
    whole = document(rxreplay("compare", capture(), *SMALL, "--start", "+1s", "-q"))
    text = canonical(whole["config"])
    assert whole["run"]["config_sha256"] == hashlib.sha256(text.encode("ascii")).hexdigest()
    assert whole["not_modelled"] == list(NOT_MODELLED)


def test_what_is_not_ascii_is_escaped():
    text = '{"a":["\\u00e9\\udc80",1],"b":null}'
    expected = hashlib.sha256(text.encode("ascii")).hexdigest()
    assert config_sha256({"b": None, "a": ["é\udc80", 1]}) == expected


def test_it_does_not_matter_where_a_value_was_given(hashed, tmp_path):
    (file := tmp_path / "a.toml").write_text("[compare]\nring = 512\n")
    given = [
        hashed("--ring", "512"),
        hashed("--ring", "512", "--threads", "1"),
        hashed(env={"RXREPLAY_COMPARE_RING": "512"}),
        hashed(before=("--config", file)),
    ]
    assert set(given) == {given[0]}
    assert hashed() != given[0]
