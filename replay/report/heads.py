"""What of a capture counts, in words: the part of a head that all commands share."""

from collections.abc import Iterator, Mapping
from typing import Any


def chosen_text(config: Mapping[str, Any]) -> str:
    """Say which packets count and how they were read; "" where it is all, as it stands there.

    Examples
    --------
    >>> chosen_text({"filter": "tcp", "start": "+1s", "end": None, "packets": None})
    "from +1s, filter 'tcp'"
    """
    return ", ".join(phrases(config))


def phrases(config: Mapping[str, Any]) -> Iterator[str]:
    """Give the parts of it, in the order in which they apply."""
    forms = {
        "linktype": "taken for {}",
        "packets": "packets {}",
        "start": "from {}",
        "end": "before {}",
        "filter": "filter {!r}",
    }
    for name, form in forms.items():
        if config.get(name) is not None:
            yield form.format(config[name])
