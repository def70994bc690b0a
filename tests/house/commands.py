"""Every command of ours that a file tells somebody to run."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
MARKDOWN = ("README.md", "docs/**/*.md", "bench/**/*.md", "examples/**/*.md")
SHELL_BLOCK = re.compile(r"^```(?:sh|bash|shell|console|text)?\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`((?:\.venv/bin/)?(?:ascolto|python3? -m [a-z.]+|make)\b[^`\n]*)`")
# In prose a command may be shown with what may be left out, or with its variants.
INDENTED = re.compile(r"^(?: {4,}|\t)(.+)$", re.MULTILINE)
OPTIONAL, VARIANTS = re.compile(r"\[[^\]]*\]"), re.compile(r"\||\.\.\.|…|\*")


def commands() -> list[tuple[str, list[str]]]:
    """Pairs of the file and the command's words, which begin with `ascolto`, `python` or `make`."""
    found = [*_compose(), *_containerfile()]
    for pattern in MARKDOWN:
        for path in sorted(ROOT.glob(pattern)):
            found += [(str(path.relative_to(ROOT)), words) for words in markdown_commands(path.read_text("utf-8"))]
    return [(place, words) for place, words in found if _is_ours(words)]


def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
    return loaded


def _compose() -> Iterator[tuple[str, list[str]]]:
    for service in compose()["services"].values():
        if "command" in service:
            yield "compose.yaml", _plain(service["command"])


def _containerfile() -> Iterator[tuple[str, list[str]]]:
    for line in (ROOT / "Containerfile").read_text("utf-8").splitlines():
        if line.startswith(("CMD", "ENTRYPOINT")):
            yield "Containerfile", _plain(json.loads(line.partition(" ")[2]))


def markdown_commands(text: str) -> Iterator[list[str]]:
    """The words of each command in a text's shell blocks and inline code."""
    for block in [*SHELL_BLOCK.findall(text), *INDENTED.findall(SHELL_BLOCK.sub("", text))]:
        for line in block.replace("\\\n", " ").splitlines():
            yield from _split(line.strip().removeprefix("$ "))
    for inline in INLINE.findall(SHELL_BLOCK.sub("", text)):
        if not VARIANTS.search(OPTIONAL.sub("", inline)):
            yield from _split(OPTIONAL.sub("", inline))


def _split(line: str) -> Iterator[list[str]]:
    try:
        words = shlex.split(line, comments=True)
    except ValueError:
        return  # an apostrophe: prose, or output of a program
    if words:
        yield _plain(words)


def _plain(words: list[str]) -> list[str]:
    """Without variables set in front, and without what leads into a container or the environment."""
    while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
        words = words[1:]
    if words[:2] == ["docker", "compose"] and "ascolto" in words:
        # The service may be called like the command: what is run comes last.
        words = words[len(words) - 1 - words[::-1].index("ascolto") :]
    if words:
        words = [words[0].removeprefix(".venv/bin/"), *words[1:]]
    return words


def _is_ours(words: list[str]) -> bool:
    return words[:1] in (["ascolto"], ["make"]) or (words[:1] in (["python"], ["python3"]) and words[1:2] == ["-m"])
