"""What a turn touched: how it was at the beginning, and how it was told last."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

Look = Callable[[str], str]
"""What counts, or is held, of a reference now; "" for nothing."""


@dataclass(slots=True)
class _Before:
    counted: str
    held: str
    told: str


class Journal:
    """Only what was touched is compared, so that a turn costs what it changes and not what there is."""

    def __init__(self) -> None:
        self._before: dict[str, _Before] = {}

    def __contains__(self, ref: str) -> bool:
        return ref in self._before

    def note(self, ref: str, counted: str, held: str) -> None:
        """How a value is before it is touched for the first time."""
        self._before[ref] = _Before(counted, held, counted)

    def differing(self, counted: Look) -> Iterator[str]:
        """The references whose counting value is another than was told last."""
        return (ref for ref, before in self._before.items() if counted(ref) != before.told)

    def tell(self, ref: str, counted: str) -> None:
        self._before[ref].told = counted

    def moved(self, counted: Look, held: Look) -> bool:
        return any(held(ref) != before.held or counted(ref) != before.counted for ref, before in self._before.items())
