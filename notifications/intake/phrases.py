"""The tables of phrases beside this file: sections of regular expressions, or of plain words, one a line."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

PACKAGE = "notifications.intake"
FLAGS = re.IGNORECASE | re.DOTALL


@cache
def load_phrases(name: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The sections of a table in its order, each as one pattern; a heading may come more than once."""
    return tuple((heading, re.compile("|".join(lines), FLAGS)) for heading, lines in load_lines(name))


def load_lines(name: str) -> tuple[tuple[str, list[str]], ...]:
    """The sections of a table with their lines, as they are written."""
    sections: list[tuple[str, list[str]]] = []
    for line in files(PACKAGE).joinpath(name).read_text("utf-8").splitlines():
        if line.startswith("[") and line.endswith("]"):
            sections.append((line[1:-1], []))
        elif line and not line.startswith("#"):
            sections[-1][1].append(line)
    return tuple((heading, lines) for heading, lines in sections)


def sign(heading: str) -> re.Pattern[str]:
    """One section of the signs by which a mail is known that no person wrote."""
    return next(pattern for name, pattern in load_phrases("signs.txt") if name == heading)
