"""One thing that is wrong with a poll, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.i18n import Translator


@dataclass(frozen=True)
class PollFault:
    """`about` is the key of a package or the field of a form; gaps stand in `values`."""

    about: str
    text: str
    values: Mapping[str, str] = field(default_factory=dict)

    def say(self, t: Translator) -> str:
        return t.fill(self.text, self.values)
