"""The commands in the runbooks exist, with the options that they are given there."""

import re
import shlex
from pathlib import Path
from typing import Final

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from hub.cli import cli

RUNBOOKS: Final = sorted((Path(__file__).parents[2] / "deploy" / "runbooks").glob("*.md"))
_BLOCK: Final = re.compile(r"```console\n(.*?)```", re.DOTALL)
_INLINE: Final = re.compile(r"`(hub [a-z][^`]*)`")


def commands(page: Path) -> list[str]:
    """Return every call of the program that a page asks for."""
    text = page.read_text(encoding="utf-8")
    lines = [line.strip() for block in _BLOCK.findall(text) for line in block.splitlines()]
    return [*(line for line in lines if line.startswith("hub ")), *_INLINE.findall(text)]


@pytest.mark.parametrize("page", RUNBOOKS, ids=lambda page: page.name)
def test_every_command_of_a_runbook_can_be_run(page: Path) -> None:
    found = commands(page)

    assert found
    for each in found:
        _, *arguments = shlex.split(each)
        command = get_command(cli)
        while isinstance(command, TyperGroup) and arguments and arguments[0] in command.commands:
            command = command.commands[arguments.pop(0)]
        known = {option for one in command.params for option in one.opts}
        given = {argument for argument in arguments if argument.startswith("--")}
        assert command.name != "hub", each
        assert given <= known, each
