"""A YAML file as plain data, with the line of every value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml

from core.faults import Fault
from core.i18n import N_

DEEPEST = 40
MOST_NODES = 100_000
Path = tuple[str | int, ...]

BROKEN = N_("This is no valid YAML: {reason}")
TWICE = N_("The key {key} stands there twice.")
TOO_MUCH = N_("The file holds too much, or refers to itself.")
NO_VALUE = N_("{value} is not what its mark says, or too large a number.")
NO_KEYS = N_("The file must consist of keys and their values.")


@dataclass
class Document:
    """`data` as written, `lines` by the path of keys and positions (from 0) that leads to a value."""

    file: str
    data: dict[str, Any]
    lines: dict[Path, int]
    faults: list[Fault] = field(default_factory=list)

    def line(self, path: Path) -> int:
        """The line of a value, or of what should have held it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_document(file: str, text: str, first_line: int = 1) -> Document:
    """Reads YAML; what is wrong stands in the document's faults. `first_line` is where the text begins."""
    document = Document(file, {}, {}, [])
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        found = {} if root is None else _Builder(document, first_line).build(root, ())
    except yaml.MarkedYAMLError as error:
        line = first_line + (error.problem_mark.line if error.problem_mark else 0)
        document.faults.append(Fault(file, line, "", BROKEN, {"reason": str(error.problem or "")}))
    except yaml.YAMLError as error:
        document.faults.append(Fault(file, first_line, "", BROKEN, {"reason": str(error).splitlines()[0]}))
    except (_TooMuch, RecursionError):
        document.faults.append(Fault(file, first_line, "", TOO_MUCH))
    else:
        if isinstance(found, dict):
            document.data = found
        else:
            document.faults.append(Fault(file, first_line, "", NO_KEYS))
    return document


class _TooMuch(Exception):
    pass


class _Builder:
    def __init__(self, document: Document, first_line: int) -> None:
        self._document, self._first_line, self._count = document, first_line, 0
        self._scalars = yaml.SafeLoader("")

    def build(self, node: yaml.Node, path: Path) -> Any:
        self._count += 1
        if self._count > MOST_NODES or len(path) > DEEPEST:  # aliases of aliases grow without end
            raise _TooMuch
        self._document.lines.setdefault(path, self._first_line + node.start_mark.line)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(one, (*path, at)) for at, one in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value in node.value:
            key = str(key_node.value)
            line = self._first_line + key_node.start_mark.line
            if key in found:
                self._document.faults.append(Fault(self._document.file, line, "", TWICE, {"key": key}))
            self._document.lines[*path, key] = line
            found[key] = self.build(value, (*path, key))
        return found

    def _scalar(self, node: yaml.Node) -> Any:
        """A number, truth or text; times and dates stay as they are written (YAML 1.1 reads 10:00 as 600)."""
        if node.tag.endswith(":timestamp") or (node.tag.endswith((":int", ":float")) and ":" in node.value):
            return str(node.value)
        try:
            return self._scalars.construct_object(node)
        except (ValueError, KeyError, TypeError, OverflowError):  # !!int abc, a number of 5,000 digits, ...
            line = self._first_line + node.start_mark.line
            self._document.faults.append(Fault(self._document.file, line, "", NO_VALUE, {"value": node.value[:40]}))
            return ""
