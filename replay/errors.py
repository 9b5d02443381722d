"""Every error that a user can meet, in one tree; this module imports nothing."""


class RxReplayError(Exception):
    """Something the user can act on: its text says where, what was found and what to do next."""


class TraceError(RxReplayError):
    """A capture cannot be read, or not to its end."""


class OptionError(RxReplayError):
    """What was asked for cannot be; the commands end with the status of wrong usage."""


class StrategyError(OptionError):
    """A strategy, a knob or a ring that does not exist or cannot be."""


class LedgerError(RxReplayError):
    """The memory of a run does not balance: a fault of the emulator, never of the capture."""


class CheckpointError(RxReplayError):
    """What a slice left cannot be continued: damaged, or of other options or another model."""
