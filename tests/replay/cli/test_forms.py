"""Every form goes where the user wants it."""

import io

import pytest
from pyarrow import parquet
from rxreplay.report import MORE_FORMATS


@pytest.mark.parametrize("form", MORE_FORMATS)
@pytest.mark.parametrize("command", ["replay", "compare"])
def test_a_file_holds_what_standard_output_shows(rxreplay, capture, tmp_path, form, command):
    file = tmp_path / "out"
    asked = (command, capture(), "-s", "5.10/mergeable", "-q", "--format", form)
    shown = rxreplay(*asked)
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert rxreplay(*asked, "-o", str(file)).exit_code == 0
    run = b'"command": ['  # the one thing that differs
    strip = [part.split(run)[0] for part in (shown.stdout_bytes, file.read_bytes())]
    if form == "parquet":
        tables = [
            parquet.read_table(io.BytesIO(d)) for d in (shown.stdout_bytes, file.read_bytes())
        ]
        assert tables[0].equals(tables[1])
        assert tables[0].num_rows == 1
    else:
        assert strip[0] == strip[1]
        assert strip[0]


def test_bytes_go_to_a_device(rxreplay, capture):
    asked = ("replay", capture(), "-s", "5.10/mergeable", "-q", "--format", "parquet")
    assert rxreplay(*asked, "-o", "/dev/null").exit_code == 0
