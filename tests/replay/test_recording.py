import gzip

import pytest
from rxreplay.recording import RecordingError, read_recording

HEAD = '# {"kernel": "4.11", "mode": "mergeable"}\n'
EVENTS = (
    "refill\t1536\t-\t0\t0\n"
    "chunk\t+\t0\n"
    "refill\t1536\t0\t1536\t32768\n"
    "packet\t0\t60\t46\t0\t768\t0\n"
    "\n"
    "chunk\t-\t0\n"
    "poll\t1\n"
)


@pytest.fixture
def read(tmp_path):
    def read(content):
        path = tmp_path / "log.tsv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_recording(path)

    return read


@pytest.mark.parametrize("pack", [str.encode, lambda text: gzip.compress(text.encode())])
def test_a_recording_is_read_plain_and_gzipped(read, pack):
    recording = read(pack(HEAD + EVENTS))
    assert recording.name.endswith("log.tsv")
    assert recording.head == {"kernel": "4.11", "mode": "mergeable"}
    assert recording.kinds == {"refill", "chunk", "packet", "poll"}
    assert recording.events[0] == ("refill", "1536", "-", "0", "0")
    assert recording.lines == [2, 3, 4, 5, 7, 8]  # line 6 is empty
    assert (recording.frames, recording.polls) == ([60], [1])


def test_a_frame_shorter_than_its_header_has_a_negative_length(read):
    assert read(HEAD + "packet\t0\t13\t-1\t0\t768\t0\n").frames == [13]


def test_events_of_later_kernels_are_read(read):
    assert read(HEAD + "pool\t+\t7\nfrag\t1536\n").events == [("pool", "+", "7"), ("frag", "1536")]


@pytest.mark.parametrize(
    "first",
    ["", "hello", "# {", "# [1]", "# 5", '# {"kernel": "4.11"}', '# {"mode": "small"}', EVENTS],
)
def test_a_first_line_without_kernel_and_mode_is_no_recording(read, first):
    with pytest.raises(RecordingError, match=r"log.tsv: line 1 is not '# ' and a JSON object"):
        read(first)


@pytest.mark.parametrize("brackets", ["[" * 100_000, '# {"kernel":' + '{"a":' * 100_000])
def test_a_first_line_nested_deeper_than_python_reads_is_no_recording(read, brackets):
    with pytest.raises(RecordingError, match="line 1 is not"):
        read(brackets)


def test_the_start_of_a_long_line_is_quoted(read):
    with pytest.raises(RecordingError) as error:
        read(HEAD + "x" * 10_000)
    assert str(error.value).endswith(f"line 2: '{'x' * 80}'... is no event of a recording")


@pytest.mark.parametrize("pack", [str.encode, lambda text: gzip.compress(text.encode())])
def test_a_log_that_is_too_long_to_be_held_is_an_error(read, monkeypatch, pack):
    monkeypatch.setattr("rxreplay.recording.MOST_BYTES", len(HEAD + EVENTS))
    assert read(pack(HEAD + EVENTS)).frames == [60]
    with pytest.raises(RecordingError, match="text, which is held whole; compare the first part"):
        read(pack(HEAD + EVENTS + "\n"))


@pytest.mark.parametrize(
    "line",
    [
        "sent\t1",
        "poll",
        "poll\t",
        "poll\t-",
        "poll\tone",
        "poll\t1.5",
        "poll\t1\t2",
        "poll 1",
        "poll\t" + "9" * 19,  # beyond int64
        "chunk\t*\t1",
        "chunk\t+\t-",
        "pool\t1\t+",
        "refill\t-\t0\t0\t0",
        "refill\t1536\t0\t-\t0",
        "packet\t0\t-\t46\t0\t768\t0",
        "packet\t0\t-5\t-19\t0\t768\t0",
        "packet\t0\t60\t46\t0\t768",
    ],
)
def test_a_line_that_is_no_event_is_quoted_with_its_number(read, line):
    with pytest.raises(RecordingError) as error:
        read(HEAD + EVENTS + line + "\n")
    assert str(error.value).endswith(f"log.tsv: line 9: {line!r} is no event of a recording")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(RecordingError, match=r"nowhere.tsv: No such file or directory"):
        read_recording(tmp_path / "nowhere.tsv")
    with pytest.raises(RecordingError, match="Is a directory"):
        read_recording(tmp_path)


def broken_gzip(change):
    return change(bytearray(gzip.compress((HEAD + EVENTS).encode())))


def flipped(packed):
    packed[20] ^= 0xFF
    return packed


@pytest.mark.parametrize(
    "content",
    [
        broken_gzip(lambda packed: packed[:-12]),
        broken_gzip(lambda packed: packed[:5]),
        broken_gzip(flipped),
        broken_gzip(lambda packed: packed[:-4] + b"\1\2\3\4"),
        b"\x1f\x8b and no more",
        b"# {\xff",
    ],
    ids=["cut", "cut head", "flipped", "length", "magic only", "no UTF-8"],
)
def test_damage_is_an_error_with_the_file_in_it(read, content):
    with pytest.raises(RecordingError, match=r"log.tsv: "):
        read(bytes(content))


@pytest.mark.parametrize(
    ("events", "line"),
    [("", 2), ("poll\t1\n", 2), (EVENTS, 9), (EVENTS + "poll\t1\n", 9), (EVENTS * 2, 16)],
)
def test_a_poll_that_its_packets_do_not_make_up_has_a_line(read, events, line):
    assert read(HEAD + events).miscounted() == line
