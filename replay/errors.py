"""Every error that a user can meet, in one tree; this module imports nothing."""


class RxReplayError(Exception):
    """Something the user can act on: its text says where, what was found and what to do next.

    Attributes
    ----------
    kind : str
        By which those of many captures are counted; `rxreplay.corpus.failures` says it in words.
    """

    kind = "other"


class TraceError(RxReplayError):
    """A capture cannot be read, or not to its end."""


class UnreadableError(TraceError):
    """The bytes of a capture cannot be had, or not all of them."""

    kind = "unreadable"


class NoCaptureError(TraceError):
    """What was given is no capture."""

    kind = "no_capture"


class DamagedError(TraceError):
    """Something impossible stands in a capture."""

    kind = "damaged"


class LinkTypeError(TraceError):
    """A capture is of a link that no guest receives from."""

    kind = "link_type"


class OptionError(RxReplayError):
    """What was asked for cannot be; the commands end with the status of wrong usage."""


class StrategyError(OptionError):
    """A strategy, a knob or a ring that does not exist or cannot be."""


class LedgerError(RxReplayError):
    """The memory of a run does not balance: a fault of the emulator, never of the capture."""


class CheckpointError(RxReplayError):
    """What a slice left cannot be continued: damaged, or of other options or another model."""
