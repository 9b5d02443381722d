"""Defaults of options from a TOML file, under the environment and the command line."""

import json
import tomllib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import click
from rxreplay.errors import OptionError

from ..small_file import small_file

LARGEST: Final = 1 << 20  # bytes of a configuration: they have some hundreds
NOT_FOR_A_FILE: Final = ("help",)
Commands = Callable[[str], click.Command]
ORIGINS: Final = {
    click.core.ParameterSource.COMMANDLINE: "command line",
    click.core.ParameterSource.ENVIRONMENT: "environment",
    click.core.ParameterSource.DEFAULT_MAP: "file",
    click.core.ParameterSource.DEFAULT: "default",
}


def read_config(path: str) -> dict[str, Any]:
    """Read a TOML file.

    Raises
    ------
    OptionError
        It cannot be read, or is none.
    """
    try:
        return tomllib.loads(small_file(path, f"--config {path}", LARGEST).decode())
    except (ValueError, RecursionError) as error:  # no TOML, no UTF-8, a number of 5,000 digits
        raise OptionError(f"--config {path}: no TOML: {error}") from None


def options_of(command: click.Command) -> dict[str, click.Option]:
    """Give the options of a command by their long names, without dashes in front.

    Examples
    --------
    >>> command = click.Command("x", params=[click.Option(["--strategy", "-s", "names"])])
    >>> options_of(command)["strategy"].name
    'names'
    """
    return {
        opt.removeprefix("--"): option
        for option in command.params
        if isinstance(option, click.Option)
        for opt in option.opts
        if opt.startswith("--") and option.name not in NOT_FOR_A_FILE
    }


def defaults(
    config: Mapping[str, Any], path: str, names: list[str], command_of: Commands
) -> dict[str, dict[str, Any]]:
    """Give the defaults of each command, as click has them.

    Parameters
    ----------
    config : dict
        Options of all commands that have them, and a table for each command.
    path : str
        Of the file, for errors.
    names : list of str
        Of the commands.
    command_of : callable
        From a command's name to the command.

    Raises
    ------
    OptionError
        There is no such option, or it cannot have that value.
    """
    known = {name: options_of(command_of(name)) for name in names}
    found: dict[str, dict[str, Any]] = {name: {} for name in names}
    for name, value in config.items():
        if name in known and isinstance(value, dict):
            continue  # a command's own table; `ring` is an option as well
        having = [command for command in names if name in known[command]]
        if not having:
            raise OptionError(f"--config {path}: no command has an option {name}")
        for command in having:
            found[command] |= setting(known[command][name], f"{name} of {command}", value, path)
    for command in names:
        table = config.get(command)
        for name, value in table.items() if isinstance(table, dict) else ():
            if name not in known[command]:
                raise OptionError(f"--config {path}: {command} has no option {name}")
            found[command] |= setting(known[command][name], f"{name} of {command}", value, path)
    return found


def setting(option: click.Option, name: str, value: object, path: str) -> dict[str, object]:
    """Give an option's value as the command line would give it, by the option's own name.

    Raises
    ------
    OptionError
        It is of another kind: a table, a list where there is one value, a word for a flag.
    """
    several = value if isinstance(value, list) else [value]
    plain = all(isinstance(each, bool) == option.is_flag for each in several)
    plain = plain and all(isinstance(each, bool | str | int | float) for each in several)
    if not plain or (isinstance(value, list) and not option.multiple):
        wanted = "true or false" if option.is_flag else "a text or a number"
        more = ", or a list of them" if option.multiple else ""
        raise OptionError(f"--config {path}: {name} is {wanted}{more}")
    texts = several if option.is_flag else [str(each) for each in several]
    if any("\0" in str(text) for text in texts):  # which no command line can have
        raise OptionError(f"--config {path}: {name} has a NUL character")
    return {str(option.name): texts if option.multiple else texts[0]}


def config_lines(ctx: click.Context) -> Iterator[str]:
    """Write what a command would run with as TOML, and where each value is from.

    Examples
    --------
    >>> command = click.Command("x", params=[click.Option(["--ring"], type=int)])
    >>> print(*config_lines(command.make_context("x", ["--ring", "64"])), sep="\\n")
    [x]
    ring = 64  # command line
    """
    yield f"[{ctx.command.name}]"
    for name, option in options_of(ctx.command).items():
        value = ctx.params[str(option.name)]
        source = ctx.get_parameter_source(str(option.name))
        origin = ORIGINS.get(source, "default") if source else "default"
        if value is None:
            yield f"# {name}: not set"
        else:
            yield f"{name} = {toml_text(value)}  # {origin}"


def toml_text(value: object) -> str:
    """Write a value as TOML has it: JSON's text, numbers and lists are TOML's as well."""
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=True)
