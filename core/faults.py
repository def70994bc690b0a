"""What is wrong in a file that somebody wrote: all of it at once, each with its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from core.errors import Problem
from core.i18n import N_, Translator

MOST = 1000


@dataclass(frozen=True)
class Fault:
    """One error or warning; `line` counts from 1 (0: the whole file), in a spreadsheet it is the row."""

    file: str
    line: int
    column: str
    text: str
    values: dict[str, str] = field(default_factory=dict)

    def say(self, t: Translator) -> str:
        return t.fill(self.text, self.values)

    @property
    def place(self) -> str:
        """`file:line`, with the column's name in a spreadsheet."""
        spot = f"{self.file}:{self.line}" if self.line else self.file
        return f"{spot} [{self.column}]" if self.column else spot

    def to_json(self, t: Translator) -> dict[str, Any]:
        return {"file": self.file, "line": self.line or None, "column": self.column, "text": self.say(t)}


class FileWrong(Problem):
    """Everything found wrong; nothing was changed."""

    text = N_("Nothing was changed. Please correct what is listed and try again.")
    status = 422

    def __init__(self, faults: Iterable[Fault]) -> None:
        super().__init__()
        self.faults = tuple(faults)

    def __str__(self) -> str:
        return "\n".join(f"{one.place}: {one.text.format(**one.values)}" for one in self.faults)


class Faults:
    """Collects faults; after the first thousand it only counts, so that memory stays bounded."""

    def __init__(self) -> None:
        self._kept: list[Fault] = []
        self.count = 0

    def add(self, fault: Fault) -> None:
        self.count += 1
        if self.count <= MOST:
            self._kept.append(fault)

    def extend(self, faults: Iterable[Fault]) -> None:
        for fault in faults:
            self.add(fault)

    def __iter__(self) -> Iterator[Fault]:
        return iter(self._kept)

    def __bool__(self) -> bool:
        return self.count > 0

    def check(self) -> None:
        """Raises FileWrong when there is any."""
        if self:
            raise FileWrong(self)
