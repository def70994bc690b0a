"""Understanding what a person types as the answer to a question.

In order: the choice's number, value or label as it stands; then without case, accents and
punctuation; then a beginning that only one choice has. Something near to a label is never
taken for it: it comes back as a suggestion.
"""

from __future__ import annotations

import re
import unicodedata
from difflib import get_close_matches

from surveys.engine.events import Fault
from surveys.engine.form import Kind, Question
from surveys.engine.spoken_dates import read_date, read_datetime, read_time
from surveys.engine.values import Refused, clean

Options = tuple[tuple[str, str], ...]
Moment = tuple[str, str]

_YES = frozenset({"si", "s", "yes", "y", "oui", "o", "ok", "okay", "va bene", "d'accordo", "certo", "vero", "fatto"})
_NO = frozenset({"no", "n", "non", "falso"})
_SPLIT = re.compile(r"[,;\n]+")


def understand(question: Question, text: str, options: Options, moment: Moment) -> str | Refused:
    """The value that a text means, in XForms spelling.

    `options` are the (value, label) on offer, `moment` the language and today's ISO date.
    """
    text = clean(text)
    match question.kind:
        case Kind.SELECT_ONE:
            return _choose(text, options)
        case Kind.SELECT_MULTIPLE:
            return _several(text, options)
        case Kind.RANK:
            return _rank(text, options)
        case Kind.INTEGER | Kind.DECIMAL | Kind.RANGE:
            return _number(text)
        case Kind.DATE:
            return read_date(text, *moment) or Refused(Fault.NOT_A_DATE)
        case Kind.TIME:
            return read_time(text) or Refused(Fault.NOT_A_DATE)
        case Kind.DATETIME:
            return read_datetime(text, *moment) or Refused(Fault.NOT_A_DATE)
        case Kind.REPEAT:
            polar = next((said for said, words in (("yes", _YES), ("no", _NO)) if plain(text) in words), "")
            return polar or Refused(Fault.NOT_UNDERSTOOD)
        case Kind.ACKNOWLEDGE | Kind.NOTE:
            return "OK" if plain(text) in _YES else Refused(Fault.NOT_UNDERSTOOD)
        case _:
            return text


def plain(text: str) -> str:
    """Small letters without accents and outer punctuation."""
    decomposed = unicodedata.normalize("NFKD", text.replace("’", "'"))
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return " ".join(bare.casefold().split()).strip(" .!?;:,\"'()*_")


def _choose(text: str, options: Options) -> str | Refused:
    found = match_option(text, options)
    if found is not None:
        return found
    near = suggestions(text, options)
    return Refused(Fault.NOT_UNDERSTOOD, (("near", ", ".join(near)),) if near else ())


def match_option(text: str, options: Options) -> str | None:
    """The one choice that a text names, None where none or several are meant."""
    for value, label in options:
        if text in (value, label):
            return value
    wanted = plain(text)
    if wanted.isdecimal() and 1 <= int(wanted) <= len(options):
        return options[int(wanted) - 1][0]
    same = [value for value, label in options if wanted in (plain(value), plain(label))]
    if not same and wanted:
        same = _polar(wanted, options)
    if not same and wanted:
        same = [value for value, label in options if plain(label).startswith(wanted)]
    return same[0] if len(same) == 1 else None


def _polar(wanted: str, options: Options) -> list[str]:
    """A yes or no in another of our languages than the choice's."""
    for polar in (_YES, _NO):
        if wanted in polar:
            return [value for value, label in options if plain(label) in polar or plain(value) in polar]
    return []


def suggestions(text: str, options: Options) -> list[str]:
    """Up to three labels that are near to a text or contain it."""
    wanted = plain(text)
    labels = {plain(label): label for _, label in options}
    within = [plain_label for plain_label in labels if len(wanted) > 2 and wanted in plain_label]
    near = dict.fromkeys([*within, *get_close_matches(wanted, labels, 3, 0.6)])
    return [labels[one] for one in near][:3]


def _several(text: str, options: Options) -> str | Refused:
    whole = match_option(text, options)
    if whole is not None:
        return whole
    found: list[str] = []
    for part in _SPLIT.split(text):
        one = _choose(part.strip(), options)
        if isinstance(one, Refused):
            return one
        found.append(one)
    chosen = set(found)
    return " ".join(value for value, _ in options if value in chosen)


def _rank(text: str, options: Options) -> str | Refused:
    parts = [part.strip() for part in re.split(r"[,;>\n]+", text) if part.strip()]
    if len(parts) == 1 and all(part.isdecimal() for part in text.split()):
        parts = text.split()
    ranked: list[str] = []
    for part in parts:
        one = _choose(part, options)
        if isinstance(one, Refused):
            return one
        ranked.append(one)
    if len(ranked) == len(options) - 1:
        ranked += [value for value, _ in options if value not in ranked]
    return " ".join(ranked)


def _number(text: str) -> str | Refused:
    """A number with a decimal comma or point; blanks and apostrophes may group thousands."""
    bare = re.sub(r"(?<=\d)[\s'’\u00a0\u202f](?=\d{3}(\D|$))", "", text)
    if re.fullmatch(r"[+-]?\d{1,3}(\.\d{3})+(,\d+)?", bare) and (bare.count(".") > 1 or "," in bare):
        bare = bare.replace(".", "")
    bare = bare.replace(",", ".")
    return bare if re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)", bare) else Refused(Fault.NOT_A_NUMBER)
