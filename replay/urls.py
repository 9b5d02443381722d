"""Which sources are URLs, and what of a URL may be shown."""

import re
from typing import Final

URL: Final = re.compile(r"[a-z][a-z0-9+.-]*(://|::.*://)")
USER: Final = re.compile(r"(?<=://)[^/@\s]*@")
QUERY: Final = re.compile(r"\?\S*")
SECRET: Final = re.compile(r"sig|token|key|credential|password|secret", re.IGNORECASE)


def is_url(source: object) -> bool:
    """Say whether a source is a URL, not a path.

    Examples
    --------
    >>> is_url("s3://bucket/a.pcap"), is_url("zip://a.pcap::s3://b/c.zip"), is_url("a.pcap")
    (True, True, False)
    """
    return isinstance(source, str) and URL.match(source) is not None


def shown(text: str) -> str:
    """Give a text with URLs as they may be shown: no user, no password, no query that signs one.

    Examples
    --------
    >>> shown("https://me:secret@host/a.pcap?X-Amz-Signature=12ab")
    'https://host/a.pcap'
    >>> shown("https://host/download?file=7")
    'https://host/download?file=7'
    """
    text = USER.sub("", text)
    return QUERY.sub(lambda query: "" if SECRET.search(query[0]) else query[0], text)
