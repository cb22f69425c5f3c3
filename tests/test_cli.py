"""The command line as a whole: every command explains itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from communique import __version__
from communique.cli import Edge, main


def _commands(
    group: click.Group, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from _commands(command, (*path, name))
        else:
            yield (*path, name), command


COMMANDS = dict(_commands(main))


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_and_option_is_explained(path: tuple[str, ...]) -> None:
    command = COMMANDS[path]
    assert command.help
    options = [one for one in command.params if isinstance(one, click.Option)]
    choices = click.Choice
    unexplained = [one.name for one in options if not (one.help or isinstance(one.type, choices))]
    assert not unexplained
    result = CliRunner().invoke(main, [*path, "--help"])
    assert result.exit_code == 0
    assert "\\b" not in result.output


def test_every_command_that_takes_arguments_shows_an_example() -> None:
    without = [
        " ".join(path)
        for path, command in COMMANDS.items()
        if any(isinstance(one, click.Argument) for one in command.params)
        and f"communique {' '.join(path)}" not in (command.help or "")
    ]
    assert not without


def test_version() -> None:
    assert __version__ in CliRunner().invoke(main, ["--version"]).output


def test_an_unknown_command_is_a_usage_error() -> None:
    assert CliRunner().invoke(main, ["corpus", "destroy"]).exit_code == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_a_full_disk_is_one_line() -> None:
    @click.command()
    def fill() -> None:
        with Path("/dev/full").open("w", encoding="utf-8") as file:
            file.write("x")

    result = CliRunner().invoke(Edge(commands={"fill": fill}), ["fill"])
    assert result.exit_code == 1
    assert result.output == "No space left on device; make room and run the command again\n"
