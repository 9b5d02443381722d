"""The commands: parse, call the library, render; each in a file of its own."""

import gc
import os
from importlib import import_module
from typing import Any

import click
from rxreplay._version import __version__
from rxreplay.errors import OptionError, RxReplayError

COMMANDS = {
    "info": "What a capture holds, and what that means for a replay.",
    "replay": "All figures of one strategy.",
    "compare": "Strategies side by side, with a verdict.",
    "ring": "How large a ring has to be, by the clock.",
    "explain": "The story of a packet: buffers, skb, truesize, chunks.",
    "sockets": "What sockets can take of a capture, and what they would need.",
    "strategies": "The receive strategies, one line each.",
    "verify": "Hold the emulator against recordings and traces of real kernels.",
}

WRONG_USAGE = 2
INTERRUPTED = 130

EPILOG = """\b
Exit status: 0 done; 1 error (in verify: a difference); 2 wrong usage;
4 finished, but some inputs failed; 130 interrupted."""


def start_quickly() -> None:
    """Spare the libraries some work while they start; no figure depends on it."""
    gc.set_threshold(50_000)  # what numba's import makes stays: do not look through it so often
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy would start threads for nothing


class LazyGroup(click.Group):
    """Commands that are imported when they run, so that --help answers at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """List the commands in the order in which a user meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"{__name__}.{cmd_name}_command").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; an error of ours is one line and status 1 or 2, Ctrl-C is 130."""
        start_quickly()
        try:
            return super().invoke(ctx)
        except RxReplayError as error:
            if ctx.params["debug"]:
                raise
            click.echo(f"rxreplay: {error}", err=True)
            ctx.exit(WRONG_USAGE if isinstance(error, OptionError) else 1)
        except BrokenPipeError:
            raise
        except OSError as error:
            click.echo(f"rxreplay: {error}; nothing was lost, free some space there", err=True)
            ctx.exit(1)
        except KeyboardInterrupt:
            click.echo("rxreplay: interrupted", err=True)
            ctx.exit(INTERRUPTED)


@click.group(cls=LazyGroup, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="rxreplay")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def main(debug: bool) -> None:
    """What does this traffic cost in receive memory?

    Replays packet captures through an exact emulator of Linux virtio-net's receive path, under
    each of its receive strategies.
    """
