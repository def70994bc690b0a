"""One thing that is wrong with a poll, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.i18n import Translator, name_language
from surveys.polls.tally.methods import TITLES, Method


@dataclass(frozen=True)
class PollFault:
    """`about` is the key of a package or the field of a form; gaps stand in `values`, with the codes that a package
    writes: of a `language`, and of the methods that are `known`."""

    about: str
    text: str
    values: Mapping[str, str] = field(default_factory=dict)

    def say(self, t: Translator) -> str:
        """With the names of languages and methods."""
        return t.fill(self.text, {name: _named(name, value, t) for name, value in self.values.items()})


def _named(gap: str, value: str, t: Translator) -> str:
    if gap == "language":
        return name_language(value, t.language)
    if gap == "known":
        return ", ".join(t(TITLES[Method(one)]) if one in set(Method) else one for one in value.split(", "))
    return value
