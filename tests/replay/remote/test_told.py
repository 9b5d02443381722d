"""What libraries of stores say, in words of ours and without secrets."""

import pytest
from rxreplay.errors import RxReplayError, TraceError
from rxreplay.remote.told import remote_errors

URL = "https://me:secret@host/a.pcap"


class ReplyError(Exception):
    def __init__(self, status):
        super().__init__(f"{URL} said {status}")
        self.status = status


FileExpired = type("FileExpired", (OSError,), {})  # of s3fs
NoSuchBucket = type("NoSuchBucket", (Exception,), {})  # of botocore, as the next one
NoCredentialsError = type("NoCredentialsError", (Exception,), {})


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (FileNotFoundError(URL), "there is no such object. Check the URL."),
        (ReplyError(404), "there is no such object. Check the URL."),
        (NoSuchBucket(), "there is no such object. Check the URL."),
        (IsADirectoryError(), "is a folder. Name a capture in it."),
        (FileExpired(), "was changed while it was read. Run it again."),
        (
            PermissionError("Access\nDenied."),
            "may not be read (PermissionError: Access Denied). Check the credentials in the "
            "environment.",
        ),
        (
            ReplyError(403),
            "may not be read (ReplyError: https://host/a.pcap said 403). Check the credentials in "
            "the environment.",
        ),
        (
            NoCredentialsError(),
            "may not be read (NoCredentialsError). Check the credentials in the environment.",
        ),
        (ValueError("no host"), "cannot be opened (ValueError: no host). Check the URL."),
        (
            TimeoutError("x" * 1000),
            f"cannot be fetched (TimeoutError: {'x' * 200}). Check the network and the URL, and "
            "run it again.",
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_every_kind_of_error_is_one_line(error, told):
    with pytest.raises(TraceError) as caught, remote_errors(URL):
        raise error
    assert str(caught.value) == f"https://host/a.pcap: {told}"


def test_the_reason_for_which_nothing_was_found_is_what_counts():
    with pytest.raises(TraceError, match="may not be read"), remote_errors(URL):
        raise FileNotFoundError(URL) from ReplyError(401)


def test_errors_of_ours_pass():
    with pytest.raises(RxReplayError, match="as it was"), remote_errors(URL):
        raise RxReplayError("as it was")


def test_what_is_to_be_installed_is_said():
    with pytest.raises(RxReplayError, match=r"rxreplay\[remote\]"), remote_errors(URL):
        raise ImportError("Install x")
