"""rxreplay: what does this traffic cost in receive memory?"""

from rxreplay._version import __version__

__all__ = ["__version__"]
