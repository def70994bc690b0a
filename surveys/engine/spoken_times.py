"""Times of the day as people type them in Italian, English and French."""

from __future__ import annotations

import re
from datetime import time

from surveys.engine.plain import fold
from surveys.engine.spoken_dates import read_date
from surveys.engine.spoken_numbers import spelled

LONGEST = 100  # characters that a time may be wrapped in

_LEAD = re.compile(
    r"^(?:(?:alle|ore|at|a|all|le|les|h|vers|verso|circa|intorno|about|around|dalle|per|by)(?:\s+|(?=\d)))+"
)
_NAMED = {
    "mezzogiorno": 12, "noon": 12, "midday": 12, "midi": 12, "mezzanotte": 0, "midnight": 0, "minuit": 0,
}  # fmt: skip
_AFTERNOON = re.compile(
    r"\s*(?:(?<![a-z])pm|p\.m\.?|del pomeriggio|di pomeriggio|pomeriggio|di sera|della sera|sera|in the afternoon"
    r"|in the evening|de l'apres-midi|du soir)$"
)
_MORNING = re.compile(
    r"\s*(?:(?<![a-z])am|a\.m\.?|del mattino|di mattina|della mattina|in the morning|du matin|di notte)$"
)
_HOUR = r"(\d{1,2})\s*(?:o'clock|heures?|h|ore)?"
_CLOCK = re.compile(
    r"(\d{1,2})\s*(?:(?:[:.,h]|heures?|ore|\s)\s*(\d{2})|(?:e|and|et)\s+(\d{1,2}))?(?::(\d{2}))?"
    r"\s*(?:o'clock|heures?|h|ore|min|minuti|minutes)?"
)
_TOGETHER = re.compile(r"(\d{1,2})(\d{2})")
_PART_PAST = re.compile(rf"{_HOUR}\s*(?:e|and|et)\s+(mezz[oa]|demie?|a half|(?:1 |le )?quart[o]?|3 quarti)")
_PART_TO = re.compile(rf"{_HOUR}\s*(?:meno|moins)\s+(?:le |1 |un )?(quart[o]?|\d{{1,2}})")
_ENGLISH = re.compile(r"(half|(?:a )?quarter|\d{1,2}(?: minutes)?) (past|to) (\d{1,2})(?: o'clock)?")


def read_time(text: str) -> str:
    """The time HH:MM[:SS] that a text means, "" where it means none."""
    said = fold(text).strip(" .,;!?")
    if len(said) > LONGEST:
        return ""
    said, later = _part_of_day(said)
    said = _LEAD.sub("", _in_digits(said))
    found = _spoken(said) or _written(said)
    if found is None:
        return ""
    hour, minute, second = found
    if later is not None and 1 <= hour <= 12:
        hour = hour % 12 + (12 if later else 0)
    try:
        made = time(hour, minute, second or 0)
    except ValueError:
        return ""
    return made.isoformat("minutes" if second is None else "seconds")


def read_datetime(text: str, language: str, today: str) -> str:
    """The ISO date and time of "3/5/2024 14:30", "alle 9 di domani" and the like, "" where there is none."""
    if len(text) > LONGEST or read_date(text, language, today):
        return ""
    parts = [one for one in re.split(r"(?<=\d)T(?=\d)|,\s+|\s+", text.strip()) if one]
    for cut in range(len(parts) - 1, 0, -1):
        before, after = " ".join(parts[:cut]), " ".join(parts[cut:])
        for day, clock in ((before, after), (re.sub(r"^(?:di|del|of|de)\s+", "", after), before)):
            found = read_date(day, language, today), read_time(clock)
            if all(found):
                return "T".join(found)
    return ""


def _part_of_day(said: str) -> tuple[str, bool | None]:
    """A text without "in the evening" and the like; True after noon, False before, None where nothing is said."""
    for pattern, later in ((_AFTERNOON, True), (_MORNING, False)):
        if match := pattern.search(said):
            return said[: match.start()], later
    return said, None


def _in_digits(said: str) -> str:
    words, made = said.replace("-", " ").replace("all'", "alle ").split(), []
    while words:
        number, count = spelled(words)
        made.append(str(number) if count else str(_NAMED.get(words[0], words[0])))
        words = words[count or 1 :]
    return " ".join(made)


def _spoken(said: str) -> tuple[int, int, int | None] | None:
    """Half past, a quarter to."""
    if match := _PART_PAST.fullmatch(said):
        part = match[2]
        return int(match[1]), 45 if part[0] == "3" else 15 if "quart" in part else 30, None
    if match := _PART_TO.fullmatch(said):
        return _earlier(int(match[1]), 15 if "quart" in match[2] else int(match[2]))
    if match := _ENGLISH.fullmatch(said):
        minutes = 30 if match[1] == "half" else 15 if "quarter" in match[1] else int(match[1].split()[0])
        hour = int(match[3])
        return (hour, minutes, None) if match[2] == "past" else _earlier(hour, minutes)
    return None


def _earlier(hour: int, minutes: int) -> tuple[int, int, int | None] | None:
    return ((hour - 1) % 24, 60 - minutes, None) if 0 < minutes < 60 and hour < 25 else None


def _written(said: str) -> tuple[int, int, int | None] | None:
    if match := _TOGETHER.fullmatch(said):
        return int(match[1]), int(match[2]), None
    match = _CLOCK.fullmatch(said)
    if match is None:
        return None
    return int(match[1]), int(match[2] or match[3] or 0), int(match[4]) if match[4] else None
