"""The commands: parse, call the library, render; each in a file of its own."""

import gc
import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from typing import Any

import click
from rxreplay._version import __version__
from rxreplay.errors import OptionError, RxReplayError

from .saying import complain, complain_of_usage, prepare_streams

COMMANDS = {
    "info": "What a capture holds, and what that means for a replay.",
    "replay": "All figures of one strategy.",
    "compare": "Strategies side by side, with a verdict.",
    "corpus": "Every capture of an archive, with many workers.",
    "merge": "One result of several that corpus has written.",
    "report": "A page to read and to mail: verdict, pictures, all numbers.",
    "plan": "What receive memory a fleet takes, and what would save some.",
    "ring": "How large a ring has to be, by the clock.",
    "explain": "The story of a packet: buffers, skb, truesize, chunks.",
    "sockets": "What sockets can take of a capture, and what they would need.",
    "pinning": "What packets that nobody has read yet pin in memory.",
    "strategies": "The receive strategies, one line each.",
    "sweep": "One number over a range: curves, and where they step.",
    "diff": "What changed from one result to another.",
    "verify": "Hold the emulator against recordings and traces of real kernels.",
}

WRONG_USAGE = 2
INTERRUPTED = 130

EPILOG = """\b
Exit status: 0 done; 1 error (in verify: a difference); 2 wrong usage;
3 a limit of --fail-on is crossed; 4 finished, but some inputs failed; 130 interrupted."""


def start_quickly() -> None:
    """Spare the libraries some work while they start; no figure depends on it."""
    gc.set_threshold(50_000)  # what numba's import makes stays: do not look through it so often
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy would start threads for nothing


class LazyGroup(click.Group):
    """Commands that are imported when they run, so that --help answers at once."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run a command; what goes wrong before it begins is told like all else."""
        run: Callable[[], Any] = partial(
            super().main, args, prog_name, complete_var, standalone_mode=False, **extra
        )
        if not standalone_mode:
            return run()
        prepare_streams()
        try:
            status = run()
        except click.ClickException as error:
            complain_of_usage(error)
            status = error.exit_code
        except click.Abort:
            complain("rxreplay: interrupted")
            status = INTERRUPTED
        except BrokenPipeError:
            raise
        except OSError as error:
            complain(f"rxreplay: {error.strerror or error}; nothing was lost")
            status = 1
        sys.exit(status)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """List the commands in the order in which a user meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"{__name__}.{cmd_name}_command").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, and have its defaults from the file."""
        if path := ctx.params["config"]:
            from .configuring import defaults, read_config

            command_of: Any = partial(self.get_command, ctx)
            ctx.default_map = defaults(read_config(path), path, list(COMMANDS), command_of)
        return super().resolve_command(ctx, args)

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
            complain(f"rxreplay: {error}")
            ctx.exit(WRONG_USAGE if isinstance(error, OptionError) else 1)
        except BrokenPipeError:
            raise
        except OSError as error:
            if error.filename is None:  # a standard stream; what has a name can be given another
                raise
            complain(f"rxreplay: {error}; nothing was lost, free some space there")
            ctx.exit(1)
        except KeyboardInterrupt:
            complain("rxreplay: interrupted")
            ctx.exit(INTERRUPTED)


@click.group(
    cls=LazyGroup,
    epilog=EPILOG,
    context_settings={
        "help_option_names": ["-h", "--help"],
        "auto_envvar_prefix": "RXREPLAY",
    },
)
@click.version_option(__version__, prog_name="rxreplay")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.option("--config", metavar="FILE", help="Take defaults of options from a TOML file.")
@click.option("--print-config", is_flag=True, help="Show what a command would run with, as TOML.")
def main(debug: bool, config: str | None, print_config: bool) -> None:
    """What does this traffic cost in receive memory?

    Replays packet captures through an exact emulator of Linux virtio-net's receive path, under
    each of its receive strategies.
    """
