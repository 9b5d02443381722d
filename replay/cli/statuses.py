"""What the exit status of every command says."""

from typing import Final

DONE, FAULT, WRONG_USAGE, LIMIT_CROSSED, SOME_FAILED, INTERRUPTED = 0, 1, 2, 3, 4, 130

STATUSES: Final = {
    DONE: "done",
    FAULT: "error (in verify: a difference)",
    WRONG_USAGE: "wrong usage",
    LIMIT_CROSSED: "a limit of --fail-on is crossed",
    SOME_FAILED: "finished, but some inputs failed",
    INTERRUPTED: "interrupted",
}
