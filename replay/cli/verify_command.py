"""`rxreplay verify`."""

import sys
from typing import TYPE_CHECKING, Any

import click

from .saying import say
from .shared import Command
from .statuses import FAULT

if TYPE_CHECKING:
    from ..verifying import Verdict


@click.command("verify", cls=Command)
@click.argument("logs", metavar="LOG...", nargs=-1, required=True)
@click.option(
    "--strategy",
    metavar="NAME",
    help="Compare with this one, whatever a LOG says; 'auto' finds what fits best.",
)
@click.option("--ring", type=int, metavar="N", help="Buffers in the ring, whatever a LOG says.")
@click.option("--dev", metavar="IF", help="Interface, in a trace of several.")
@click.option("--from-start", is_flag=True, help="A trace begins with the fill of an empty ring.")
def command(logs: tuple[str, ...], strategy: str | None, **asked: Any) -> None:
    """Replay each LOG and compare event for event.

    A LOG is a recording of a real kernel, or the text of ftrace with napi_gro_receive_entry and
    napi_poll; docs/verify.md has the commands that record one.  Status 1 where there is any
    difference, or a LOG that cannot be compared.
    """
    from ..errors import RxReplayError
    from ..verifying import check_strategy, verify
    from .progress import announced

    check_strategy(strategy)
    verdicts = []
    with announced():
        for log in logs:
            try:
                verdicts.append(verify(log, strategy, **asked))
            except RxReplayError as error:
                say(f"failed     {error}")
            else:
                show(verdicts[-1])
    alike = sum(verdict.ok for verdict in verdicts)
    packets, events = (sum(getattr(v, name) for v in verdicts) for name in ("packets", "events"))
    say(f"{alike:,} of {len(logs):,} logs ok; {packets:,} packets and {events:,} events are equal")
    if alike < len(logs):
        sys.exit(FAULT)


def show(verdict: "Verdict") -> None:
    """Write the outcome of a log: a line, and what belongs to it below."""
    if verdict.difference is None:
        missing = f"; not traced: {', '.join(verdict.untraced)}" if verdict.untraced else ""
        outcome, text = "ok", f"{verdict.packets:,} packets{missing}"
        below = []
    else:
        outcome, text = "different", str(verdict.difference)
        below = [f"after '{event}'" for event in verdict.difference.before]
    say(f"{outcome:<10} {verdict.name}: {verdict.strategy}, {text}")
    for line in (*below, *verdict.remarks):
        say(f"           {line}")
