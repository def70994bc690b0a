"""Polls to begin with, as data files beside this one: a question with everything around it, in every language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from core.errors import Problem
from core.i18n import N_
from surveys.polls.kinds import METHODS, Counting, Kind, Rules, Secrecy
from surveys.polls.poll import Definition, Option

FOLDER = Path(__file__).parent
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class TemplateUnknown(Problem):
    text = N_("There is no such template. Please choose one of the list.")
    status = 404


@dataclass(frozen=True)
class Template:
    """`slug` is the file's name without its number; `name` says in a word or two what is asked."""

    slug: str
    name: Mapping[str, str]
    definition: Definition


@cache
def templates() -> tuple[Template, ...]:
    """In the order of their files' numbers."""
    return tuple(_read(path) for path in sorted(FOLDER.glob("*.yaml")))


def find_template(slug: str) -> Template:
    """Raises TemplateUnknown."""
    found = next((one for one in templates() if one.slug == slug), None)
    if found is None:
        raise TemplateUnknown
    return found


def _read(path: Path) -> Template:
    told: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    kind = Kind(told["kind"])
    rules = Rules(
        kind,
        least=told.get("least", 1),
        most=told.get("most", 0),
        low=told.get("low", {}),
        high=told.get("high", {}),
        none=told.get("none", False),
    )
    options = tuple(Option(letter, texts) for letter, texts in zip(LETTERS, told.get("options", ()), strict=False))
    definition = Definition(
        kind, told["title"], options, rules, Counting(METHODS[kind][0]), secrecy=Secrecy(told["secrecy"])
    )
    return Template(path.stem.partition("-")[2], told["name"], definition)
