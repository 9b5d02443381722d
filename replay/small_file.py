"""A file that an option names, and that is small: a list, a configuration."""

import os

from .errors import OptionError


def small_file(path: str | os.PathLike[str], where: str, most: int) -> bytes:
    """Read all of a file of at most `most` bytes; `where` begins the text of errors.

    Raises
    ------
    OptionError
        It cannot be read, or has more.

    Examples
    --------
    >>> small_file("/dev/zero", "--config /dev/zero", 1000)
    Traceback (most recent call last):
    rxreplay.errors.OptionError: --config /dev/zero: more than 1,000 bytes; name another file
    """
    try:
        with open(path, "rb") as file:
            data = file.read(most + 1)
    except (OSError, ValueError) as error:  # ValueError: NUL in a path
        raise OptionError(f"{where}: {getattr(error, 'strerror', None) or error}") from None
    if len(data) > most:
        raise OptionError(f"{where}: more than {most:,} bytes; name another file")
    return data
