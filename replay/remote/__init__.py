"""Captures by URL: whatever fsspec opens, in large blocks with the next ones on their way."""

from .capture import captured, opened
from .names import is_url, shown

__all__ = ["captured", "is_url", "opened", "shown"]
