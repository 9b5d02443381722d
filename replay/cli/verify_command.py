"""`rxreplay verify`."""

import sys

import click


@click.command("verify")
@click.argument("logs", metavar="LOG...", nargs=-1, required=True)
def command(logs: tuple[str, ...]) -> None:
    """Replay each LOG, a recording of a real kernel, and compare event for event.

    Status 1 where there is any difference, or a LOG that cannot be compared.
    """
    from ..errors import RxReplayError
    from ..verifying import verify
    from .progress import announce_compiling

    announce_compiling()
    alike = packets = events = 0
    for log in logs:
        try:
            verdict = verify(log)
        except RxReplayError as error:
            click.echo(f"failed     {error}")
            continue
        alike += verdict.ok
        packets, events = packets + verdict.packets, events + verdict.events
        if verdict.ok:
            missing = f"; not traced: {', '.join(verdict.untraced)}" if verdict.untraced else ""
            click.echo(
                f"ok         {log}: {verdict.strategy}, {verdict.packets:,} packets{missing}"
            )
            continue
        click.echo(f"different  {log}: {verdict.strategy}, {verdict.difference}")
        for line in verdict.difference.before if verdict.difference else []:
            click.echo(f"           after '{line}'")
    click.echo(
        f"{alike:,} of {len(logs):,} logs ok; {packets:,} packets and {events:,} events are equal"
    )
    if alike < len(logs):
        sys.exit(1)
