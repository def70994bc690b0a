"""What stands above core about a person: shown to them, and taken away when they say so."""

from __future__ import annotations

from dataclasses import dataclass

from core.people.eraser import Eraser
from core.people.my_data import Contributor


@dataclass(frozen=True)
class PersonalData:
    """The parts of a person's data that core does not hold, wired where a process begins."""

    contributors: tuple[Contributor, ...] = ()
    erasers: tuple[Eraser, ...] = ()
