"""Finds the texts for people in the sources: `t("...")`, `t.n("one", "many", count)`, `N_("...")`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from string import Formatter

from jinja2 import Environment, nodes

from tools.files import PACKAGES, ROOT, repository_files

TEMPLATES = {".html", ".mjml"}
TEMPLATES_IN_FOLDER = {".txt", ".xml"}  # elsewhere such a file may be anything


@dataclass(frozen=True)
class Message:
    """A text and where it stands; `many` is empty unless it counts something."""

    one: str
    many: str = ""
    places: tuple[tuple[str, int], ...] = field(default=(), compare=False)

    @property
    def ids(self) -> tuple[str, ...]:
        return (self.one, self.many) if self.many else (self.one,)


def find_messages() -> dict[str, list[Message]]:
    """The messages of each domain (a top-level package), ordered by file, then by place in it."""
    found: dict[str, dict[str, Message]] = {package: {} for package in PACKAGES}
    for path in repository_files():
        if path.parts[0] not in found:
            continue
        domain = found[path.parts[0]]
        for line, one, many in _in_file(path):
            known = domain.get(one, Message(one))
            domain[one] = Message(one, many or known.many, (*known.places, (str(path), line)))
    return {package: list(messages.values()) for package, messages in found.items()}


def gaps(text: str) -> set[str]:
    """The names in a text's {gaps}; raises ValueError when its braces do not match."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def _in_file(path: Path) -> Iterator[tuple[int, str, str]]:
    if path.suffix == ".py":
        yield from sorted(python_messages((ROOT / path).read_text(encoding="utf-8")))
    elif path.suffix in TEMPLATES or ("templates" in path.parts and path.suffix in TEMPLATES_IN_FOLDER):
        yield from template_messages((ROOT / path).read_text(encoding="utf-8"))


def python_messages(text: str) -> Iterator[tuple[int, str, str]]:
    """Line, text and plural of every message in a Python source."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            literals = [
                argument.value
                for argument in node.args[:2]
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
            ]
            match node.func:
                case ast.Name(id=name):
                    yield from _message(node.lineno, name, literals)
                case ast.Attribute(value=ast.Name(id="t") | ast.Attribute(attr="t"), attr="n"):
                    yield from _message(node.lineno, "t.n", literals)
                case ast.Attribute(attr=name):
                    yield from _message(node.lineno, name, literals)


def template_messages(text: str) -> Iterator[tuple[int, str, str]]:
    """Line, text and plural of every message in a Jinja template."""
    tree = Environment(autoescape=True, extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"]).parse(text)
    for node in tree.find_all(nodes.Call):
        literals = [
            argument.value
            for argument in node.args[:2]
            if isinstance(argument, nodes.Const) and isinstance(argument.value, str)
        ]
        match node.node:
            case nodes.Name(name=name):
                yield from _message(node.lineno, name, literals)
            case nodes.Getattr(node=nodes.Name(name="t"), attr="n"):
                yield from _message(node.lineno, "t.n", literals)


def _message(line: int, called: str, literals: list[str]) -> Iterator[tuple[int, str, str]]:
    match called, literals:
        case "t" | "N_", [one, *_] if one:
            yield line, one, ""
        case "t.n", [one, many]:
            yield line, one, many
