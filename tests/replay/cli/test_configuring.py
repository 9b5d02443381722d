"""Options by flag, environment, file and default, in this order; and what is no configuration."""

import tomllib

import click
import pytest
from click.shell_completion import ShellComplete
from helpers.shared_data import CHECKOUT
from rxreplay.cli import COMMANDS, main
from rxreplay.cli.configuring import options_of

MOST = ["info", "replay", "compare", "ring", "explain", "sockets", "diff", "verify"]
NEEDED = {"replay": ["-s", "5.10/small"], "explain": ["-s", "5.10/small"], "diff": ["y"]}


@pytest.fixture
def config(tmp_path):
    def write(text):
        file = tmp_path / "rxreplay.toml"
        file.write_text(text)
        return str(file)

    return write


def resolved(rxreplay, *arguments, **environment):
    """Give what a command would run with, and where it is from."""
    done = rxreplay("--print-config", *arguments, env=environment)
    assert done.exit_code == 0, done.stderr
    [table] = tomllib.loads(done.stdout).values()
    lines = [line for line in done.stdout.splitlines() if "  # " in line]
    return table, {line.split(" = ")[0]: line.rpartition("  # ")[2] for line in lines}


def test_flag_before_environment_before_file_before_default(rxreplay, config):
    file = ("--config", config("ring = 512\n"))
    asked = ("compare", "x.pcap")
    environment = {"RXREPLAY_COMPARE_RING": "1024"}
    for arguments, env, ring, origin in (
        (asked, {}, 256, "default"),
        ((*file, *asked), {}, 512, "file"),
        ((*file, *asked), environment, 1024, "environment"),
        ((*file, *asked, "--ring", "2048"), environment, 2048, "command line"),
    ):
        values, origins = resolved(rxreplay, *arguments, **env)
        assert (values["ring"], origins["ring"]) == (ring, origin)


def test_the_file_itself_can_be_named_by_the_environment(rxreplay, config):
    values, _ = resolved(rxreplay, "compare", "x", RXREPLAY_CONFIG=config("poll = 7"))
    assert values["poll"] == 7


def test_a_commands_own_table_comes_before_what_all_have(rxreplay, config):
    file = config("poll = 5\n[compare]\npoll = 9\n[ring]\nsize = [64, 128]\n")
    assert resolved(rxreplay, "--config", file, "compare", "x")[0]["poll"] == 9
    assert resolved(rxreplay, "--config", file, "sockets", "x")[0]["poll"] == 5
    assert resolved(rxreplay, "--config", file, "ring", "x")[0]["size"] == [64, 128]


@pytest.mark.parametrize("command", MOST)
def test_what_is_printed_is_a_file_that_gives_the_same(rxreplay, config, command):
    asked = (command, "x", *NEEDED.get(command, []))
    text = rxreplay("--print-config", *asked).stdout
    again = rxreplay("--config", config(text), "--print-config", *asked).stdout
    assert [line.split("  # ")[0] for line in again.splitlines()] == [
        line.split("  # ")[0] for line in text.splitlines()
    ]


def test_flags_lists_and_words_reach_the_command(rxreplay, config):
    file = config(
        'quiet = true\nstrategy = "5.10/small"\nrow = ["truesize", "copied"]\njoin = "given"'
    )
    values, _ = resolved(rxreplay, "--config", file, "compare", "x")
    assert values["quiet"] is True
    assert values["strategy"] == ["5.10/small"]
    assert values["row"] == ["truesize", "copied"]
    assert values["join"] == "given"


def test_a_replay_runs_with_the_file(rxreplay, config, capture):
    file = config('format = "csv"\nring = 64\n')
    done = rxreplay("--config", file, "replay", capture(), "-s", "5.10/small", "-q")
    assert done.stdout.startswith("path,trace,strategy")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("ring =", "no TOML"),
        ("\0", "no TOML"),
        ("rign = 1", "no command has an option rign"),
        ("[compare]\nrign = 1", "compare has no option rign"),
        ("[rign]\nx = 1", "no command has an option rign"),
        ("compare = 1", "no command has an option compare"),
        ("ring = [1]", "ring of replay is a text or a number"),
        ("poll = {x = 1}", "poll of replay is a text or a number"),
        ("poll = true", "poll of replay is a text or a number"),
        ("quiet = 1", "quiet of info is true or false"),
        ("row = [[1]]", "row of compare is a text or a number, or a list of them"),
        ("help = true", "no command has an option help"),
        ("poll = 1979-05-27", "poll of replay is a text or a number"),
    ],
)
def test_what_is_no_configuration_is_one_line(rxreplay, config, text, says):
    done = rxreplay("--config", config(text), "compare", "x")
    assert (done.exit_code, done.stdout) == (2, "")
    assert says in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_value_that_the_option_refuses_is_wrong_usage(rxreplay, config):
    done = rxreplay("--config", config('ring = "many"'), "compare", "x")
    assert done.exit_code == 2
    assert "'many' is not a valid integer" in done.stderr


def test_a_file_that_is_not_there_is_one_line(rxreplay, tmp_path):
    done = rxreplay("--config", str(tmp_path / "none"), "compare", "x")
    assert done.exit_code == 2
    assert done.stderr.endswith("none: No such file or directory\n")


@pytest.mark.parametrize("command", COMMANDS)
def test_no_two_options_of_a_command_have_one_name(command):
    found = main.get_command(click.Context(main), command)
    names = [opt for p in found.params if isinstance(p, click.Option) for opt in p.opts]
    assert len(names) == len(set(names))
    assert options_of(found)


def test_a_shell_can_complete_strategies():
    completion = ShellComplete(main, {}, "rxreplay", "_RXREPLAY_COMPLETE")
    found = [item.value for item in completion.get_completions(["compare", "-s"], "4.11/sm")]
    assert found == ["4.11/small", "4.11/small+xdp"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_is_named_in_the_environment_as_on_the_command_line(command):
    found = main.get_command(click.Context(main), command)
    page = (CHECKOUT / "docs" / "environment.md").read_text().splitlines()
    rows = [[cell.strip(" `") for cell in line.split("|")[1:4]] for line in page if "|" in line]
    for name, option in options_of(found).items():
        variable = f"RXREPLAY_{command}_{name}".upper().replace("-", "_")
        value = "1" if option.is_flag else "a b"
        context = click.Context(found, info_name=command, obj=None)
        assert option.resolve_envvar_value(context) is None
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(variable, value)
            assert option.resolve_envvar_value(context) == value
        [row] = [row for row in rows if row[0] == f"--{name}"]
        assert row[1] == variable.replace(f"_{command.upper()}_", "_COMMAND_")
        assert command in row[2].split(", ")


@pytest.mark.parametrize(
    ("variable", "value", "option", "read"),
    [
        ("RXREPLAY_COMPARE_STRATEGY", "7.2/small 5.10/big", "strategy", ["7.2/small", "5.10/big"]),
        ("RXREPLAY_COMPARE_GUEST_MAC", "52:54:00:00:00:01", "guest-mac", ["52:54:00:00:00:01"]),
        ("RXREPLAY_COMPARE_FORMAT", "csv", "format", "csv"),
        ("RXREPLAY_COMPARE_QUIET", "1", "quiet", True),
        ("RXREPLAY_COMPARE_STRATEGIES", "7.2/small", "strategy", ["7.2/small"]),  # as before
        ("RXREPLAY_REPLAY_FORMAT", "csv", "format", "table"),  # another command's
    ],
)
def test_a_variable_is_read(rxreplay, variable, value, option, read):
    values, _ = resolved(rxreplay, "compare", "x.pcap", **{variable: value})
    assert values[option] == read
