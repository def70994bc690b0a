from __future__ import annotations

import importlib.util
import re
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from cli.main import app
from tests.house.commands import ROOT, commands, markdown_commands

COMMANDS = sorted({(place, tuple(words)) for place, words in commands()})
NOT_OURS = {"venv", "pip"}


@pytest.mark.parametrize(("place", "words"), COMMANDS, ids=[f"{place}: {' '.join(words)}" for place, words in COMMANDS])
def test_a_command_that_a_file_tells_is_one_that_exists(place: str, words: tuple[str, ...]) -> None:
    match words:
        case ("ascolto", *rest):
            takes(*ask_command(rest))
        case (_, "-m", module, *rest) if module.split(".")[0] not in NOT_OURS:
            takes(ask_module(module, rest), rest)
        case ("make", *targets):
            for target in targets:
                assert "=" in target or re.search(rf"^{target}:", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)


def takes(help_text: str, words: list[str]) -> None:
    """Every option among the words stands in the command's help."""
    for option in (word.partition("=")[0] for word in words if word.startswith("-")):
        assert re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", help_text), f"no {option} in:\n{help_text}"


def ask_command(words: list[str]) -> tuple[str, list[str]]:
    result = CliRunner().invoke(app, [*words, "--help"], env={"COLUMNS": "200", "TERM": "dumb", "NO_COLOR": "1"})
    assert result.exit_code == 0, result.output
    return result.output, words


def ask_module(module: str, words: list[str]) -> str:
    assert importlib.util.find_spec(module), f"there is no module {module}"
    if not any(word.startswith("-") for word in words):
        return ""
    return subprocess.run(
        [sys.executable, "-m", module, "--help"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout


def test_what_does_not_exist_is_noticed() -> None:
    with pytest.raises(AssertionError):
        ask_command(["serves"])
    with pytest.raises(AssertionError):
        takes(*ask_command(["serve", "--rolls", "web"]))


def test_commands_are_found_in_prose_and_blocks() -> None:
    text = (
        "Run `ascolto db upgrade`, or `ascolto form check|trace`, `ascolto serve [--roles web]`.\n"
        "```sh\n$ ASCOLTO_PORT=1 .venv/bin/ascolto load \\\n  examples/x  # twice\n"
        "docker compose run --rm ascolto ascolto doctor\n```\n"
        "Or:\n\n    make demo\n"
    )
    assert list(markdown_commands(text)) == [
        ["ascolto", "load", "examples/x"],
        ["ascolto", "doctor"],
        ["make", "demo"],
        ["ascolto", "db", "upgrade"],
        ["ascolto", "serve"],
    ]
