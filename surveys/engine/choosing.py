"""Which of the choices on offer a typed text names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from surveys.engine.events import Fault
from surveys.engine.plain import plain
from surveys.engine.searching import search
from surveys.engine.spoken_numbers import NAMES
from surveys.engine.values import Refused
from surveys.engine.yes_no import NO, YES

Options = tuple[tuple[str, str], ...]

MOST_NEAR = 3
_ORDINALS = {
    "it": "primo secondo terzo quarto quinto sesto settimo ottavo nono decimo",
    "it feminine": "prima seconda terza quarta quinta sesta settima ottava nona decima",
    "en": "first second third fourth fifth sixth seventh eighth ninth tenth",
    "fr": "premier deuxieme troisieme quatrieme cinquieme sixieme septieme huitieme neuvieme dixieme",
    "fr feminine": "premiere seconde troisieme quatrieme cinquieme sixieme septieme huitieme neuvieme dixieme",
}
_PLACE = {name: place for names in _ORDINALS.values() for place, name in enumerate(names.split(), 1)}
_PLACE |= {"1mo": 1, **{name: number for name, number in NAMES.items() if number}}
_LAST = frozenset({"ultimo", "ultima", "last", "dernier", "derniere"})
_ARTICLE = re.compile(r"^(?:(?:il|lo|la|i|gli|le|the|les|n\.?|nr\.?|numero|number|numero|no\.?|n°)\s+|l')(?=\S)")
_NUMBERED = re.compile(r"(\d{1,4})(?:st|nd|rd|th|er|ere|e|o|a|º|ª|°)?")
_INITIAL = re.compile(r"([a-z]|\d{1,3})\s?[).:\-–]\s*(?=\S)")  # how a label may number itself: "a) ...", "3. ..."


class Choices:
    """The choices on offer, (value, label), looked up by what people call them."""

    def __init__(self, options: Options) -> None:
        self.options = options

    @cached_property
    def _exact(self) -> dict[str, str]:
        made: dict[str, str] = {}
        for value, label in self.options:
            made.setdefault(value, value)
            made.setdefault(label, value)
        return made

    @cached_property
    def _labels(self) -> list[str]:
        return [plain(label) for _, label in self.options]

    @cached_property
    def _named(self) -> dict[str, list[str]]:
        """Values by plain label, plain value, and the initial that labels begin with."""
        made: dict[str, list[str]] = {}
        for (value, _), label in self._shown():
            marked = _INITIAL.match(label)
            for name in {label, plain(value), *((marked[1], label[marked.end() :]) if marked else ())}:
                made.setdefault(name, []).append(value)
        return made

    def choose(self, text: str) -> str | Refused:
        """The choice that a text names, else a refusal with those that are near."""
        found = self.match(text)
        if found is not None:
            return found
        near = self.torn(text) or [self.options[at][0] for at in search(text, self._labels)]
        return Refused(Fault.NOT_UNDERSTOOD, (("near", "\n".join(near[:MOST_NEAR])),) if near else ())

    def match(self, text: str) -> str | None:
        """The one choice that a text names, None where none or several are meant."""
        if self.torn(text):
            return None
        if text in self._exact:
            return self._exact[text]
        wanted = plain(text)
        if not wanted:
            return None
        same = self._named.get(wanted) or self._polar(wanted)
        place = self._place(wanted)
        if not same and not wanted.isdecimal():
            same = [value for (value, _), label in self._shown() if _begins(label, wanted)]
        if not same and place:
            same = [self.options[place - 1][0]]
        return same[0] if len(set(same)) == 1 else None

    def torn(self, text: str) -> list[str]:
        """The two choices that a number may mean: by its place on show, or by a value that nobody sees."""
        said = plain(text)
        place = int(said) if said.isdecimal() and len(said) < 5 else 0
        if not 1 <= place <= len(self.options) or said not in self._exact:
            return []
        by_place, by_name = self.options[place - 1][0], self._exact[said]
        return [] if said in self._labels or by_place == by_name else [by_place, by_name]

    def in_order(self, found: list[str]) -> str:
        """Values joined in the order of the list."""
        chosen = set(found)
        return " ".join(value for value, _ in self.options if value in chosen)

    def _shown(self) -> Iterator[tuple[tuple[str, str], str]]:
        return zip(self.options, self._labels, strict=True)

    def _place(self, wanted: str) -> int:
        """The place that a text names ("3", "third", "il terzo", "last"), 0 for none."""
        bare = _ARTICLE.sub("", wanted)
        numbered = _NUMBERED.fullmatch(bare)
        place = int(numbered[1]) if numbered else _PLACE.get(bare, 0)
        if bare in _LAST:
            place = len(self.options)
        return place if 1 <= place <= len(self.options) else 0

    def _polar(self, wanted: str) -> list[str]:
        """A yes or no in another of our languages than the choice's."""
        for polar in (YES, NO):
            if wanted in polar:
                return [value for (value, _), label in self._shown() if label in polar or plain(value) in polar]
        return []


def _begins(label: str, wanted: str) -> bool:
    """Whether a label begins with a text, its initial or number left out or not."""
    return label.startswith(wanted) or _INITIAL.sub("", label, count=1).startswith(wanted)
