"""`rxreplay strategies`."""

from collections.abc import Iterable
from typing import Any

import click

from .saying import complain, say
from .shared import Command

MODES = ("small", "mergeable", "big")


@click.command("strategies", cls=Command)
@click.option(
    "--for",
    "release",
    metavar="RELEASE",
    help="Only those of a guest whose 'uname -r' prints RELEASE, and how to choose among them.",
)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
def command(release: str | None, form: str) -> None:
    """List the receive strategies; * marks those that 'compare' shows unless told otherwise."""
    from ..cataloguing import strategies, strategies_for

    found = strategies() if release is None else strategies_for(release)
    if form == "json":
        import json

        say(*json.dumps(found, indent=2).split("\n"))
    elif isinstance(found, dict):
        show_guest(found)
    else:
        show_catalogue(found)


def show_guest(guest: dict[str, Any]) -> None:
    """Print the strategies of a guest and what tells them apart."""
    say(f"{guest['release']}: {guest['kernel']}, which receives like {guest['like']}")
    show_aligned((each["name"], each["summary"]) for each in guest["strategies"])
    say("", "Which of them, and with which options, for an interface IF of the guest:")
    show_aligned((each["of"], each["way"]) for each in guest["ways"])
    for text in guest["warnings"]:
        complain(f"warning: {text}")


def show_aligned(rows: Iterable[tuple[str, str]]) -> None:
    """Print pairs of texts in two columns."""
    pairs = list(rows)
    width = max(len(first) for first, _ in pairs)
    for first, second in pairs:
        say(f"  {first:{width}}  {second}")


def scope(knob: dict[str, Any]) -> str:
    """Say what a knob is, what it can be, and what has it."""
    modes = [] if len(knob["modes"]) == len(MODES) else knob["modes"]
    where = "; ".join(filter(None, [" and ".join(modes), knob["kernels"]]))
    return f"{knob['summary']} ({knob['values']})" + (f" [{where}]" if where else "")


def show_catalogue(known: list[dict[str, Any]]) -> None:
    """Print all strategies, and what can be set."""
    from ..cataloguing import knobs

    width = max(len(each["name"]) for each in known)
    for each in known:
        mark = "*" if each["by_default"] else " "
        say(f"{mark} {each['name']:{width}}  {each['summary']}")
    say("", "Knobs (--set NAME=VALUE):")
    show_aligned((f"{knob['name']}={knob['default']}", scope(knob)) for knob in knobs())
    say(
        "",
        "A release from 3.14 on, or a distribution's name, stands for the kernel that it receives "
        "like:",
        "5.8/mergeable, debian12/mergeable; 'strategies --for RELEASE' names those of a guest.",
    )
