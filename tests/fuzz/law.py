"""The law for any bytes: what is asked for, or an error of ours that is a line."""

from contextlib import contextmanager

from rxreplay.errors import RxReplayError

LONGEST = 20_000


@contextmanager
def or_our_error():
    """Let an error of ours end the block; any other one is a find."""
    try:
        yield
    except RxReplayError as error:
        check_text(str(error))


def check_text(text):
    """Check what is told to a person."""
    assert "\n" not in text, text
    assert len(text) <= LONGEST, len(text)
