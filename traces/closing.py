"""The `with` statement for what can be closed."""

from types import TracebackType
from typing import Self


class Closing:
    """Base of what is closed at the end of a `with` statement."""

    def close(self) -> None:
        """Close it; a second time does nothing."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        """Give the object itself."""
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()
