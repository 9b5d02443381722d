"""Captures by URL: whatever fsspec opens, in large blocks with the next ones on their way."""

from rxreplay.urls import is_url, shown

from .capture import captured, opened
from .listing import listed

__all__ = ["captured", "is_url", "listed", "opened", "shown"]
