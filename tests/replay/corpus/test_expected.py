"""What tests/cluster holds S3 and Dask against: the same from files, here."""

import pytest
from helpers.expected_corpus import SAMPLES, corpus, essence, expected


@pytest.mark.compiled
def test_the_bundled_captures_come_to_what_is_expected_of_every_engine(tmp_path):
    done = corpus(SAMPLES, tmp_path, "--workers", "1")
    assert (done.returncode, done.stderr) == (0, "")
    assert essence(tmp_path) == expected()
