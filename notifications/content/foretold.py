"""What people will read of what a series opens later: the texts as they stand, with what is not known yet in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from core.i18n import N_, translator
from notifications.content.markdown import to_plain
from notifications.content.variables import GAP, expand

SOMEBODY = "Maria Rossi"
LATER = {"closes_on": N_("[the day of the close]"), "result": N_("[the result]")}
PART_NAMES = {
    "invitation": N_("Invitation"),
    "reminder": N_("Reminder"),
    "result": N_("Message with the result"),
}


@dataclass(frozen=True)
class Foretold:
    """One text in one language, as plain text."""

    language: str
    subject: str
    body: str


def foretell(
    texts: Mapping[str, Mapping[str, Any]], values_in: Callable[[str], Mapping[str, str]]
) -> tuple[Foretold, ...]:
    """`values_in` says for a language what the variables of these texts say that are known already."""
    return tuple(_foretold(language, text, values_in(language)) for language, text in texts.items())


def _foretold(language: str, text: Mapping[str, Any], known: Mapping[str, str]) -> Foretold:
    t = translator(language)
    values = {"name": SOMEBODY, **{name: t(words) for name, words in LATER.items()}, **known}

    def filled(source: str) -> str:
        marked = expand(source, language, dict.fromkeys(values, True))
        return GAP.sub(lambda found: values[found[1]], to_plain(marked))

    return Foretold(language, filled(str(text["subject"])), filled(str(text["body"])))
