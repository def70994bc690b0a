"""What somebody answers to an invitation's mail: one word or number, or nothing that is clear. Pure.

The first line alone speaks; below it may stand what says nothing (thanks, a name, a signature). Whatever else is
written is for people to read: "no, but my colleague comes" is no refusal.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Sequence
from typing import TypeVar

from core.process.replies import MODES, NUMBERS, SAID, Reply
from notifications.intake.phrases import load_lines

T = TypeVar("T")

ANY_MODE = "yes"  # a section of replies.txt: yes, in the way that is offered
SENT_FROM = re.compile(r"^(?:inviato da|sent from|envoye de|envoye depuis|get outlook|scarica outlook)\b")
NUMBER = re.compile(r"^(?:(?:n|nr|numero|number|risposta|opzione|option|reponse) )?([1-9])(?: (.*))?$")
BY_NUMBER = {str(number): reply for reply, number in NUMBERS.items()}
NAME = re.compile(r"[^\W\d_][\w'’.-]*")
MOST_NAMES = 4
LONGEST_OFFICE = 8  # words
RULE = re.compile(r"[-_=*~ ]+")
LONGEST_SIGNATURE = 8  # lines
LONGEST_LINE = 80
DOUBT = re.compile(
    r"\b(?:ma|pero|invece|tuttavia|collega|colleghi|posto|delego|delegato|viene|verra|porto|accompagn\w*|"
    r"anzi|niente|nulla|tutto|mai|neanche|nemmeno|annull\w*|disd\w*|rinunci\w*|impegn\w*|ripens\w*|scus\w*|"
    r"spiac\w*|purtroppo|solo|soltanto|se|magari|dopo|domani|ps|p s|nb|n b|post scriptum|"
    r"but|however|instead|colleague|bring|comes|nothing|never|not|cancel\w*|sorry|only|if|unless|actually|"
    r"mais|cependant|collegue|place|vient|viendra|rien|jamais|annul\w*|desole\w*|sauf|seulement|plutot)\b"
)
# Small words that stand within names and offices, too: "La Rosa", "Comune di Torino".
WITHIN_NAMES = frozenset(
    word
    for word in "a al alla d da dal dalla de dei del della delle dello di du e en et i il in la le lo of".split()  # noqa: SIM905
)
REACHED = re.compile(
    r"(?:(?:tel|telefono|cell|cellulare|fax|phone|mobile|mob|e-?mail|mail|pec|web|sito)\b[.:]*\s*)*"
    r"(?:[+(]?\d[\d\s()/.+-]*|[^\s@<>]+@[^\s@<>]+|(?:https?://|www\.)\S+)",
    re.IGNORECASE,
)


def bare(text: str) -> str:
    """Small letters without accents and punctuation, single spaces."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("’", "'"))
    kept = "".join(char if char.isalnum() or char == "'" else " " for char in plain if not unicodedata.combining(char))
    return " ".join(kept.split())


SECTIONS = {heading: frozenset(map(bare, lines)) for heading, lines in load_lines("replies.txt")}
COURTESY, CLOSING, GREETING = (SECTIONS[name] for name in ("courtesy", "closing", "greeting"))
WORDS = {words: heading for heading in (*SAID, ANY_MODE) for words in SECTIONS[heading]}
SPOKEN = frozenset(word for words in WORDS for word in words.split()) - WITHIN_NAMES


def understand(text: str, offered: Collection[str]) -> Reply | None:
    """The reply that the words above a quotation mean, among those an event offers; None for anything unclear."""
    return said_alone(text, lambda words: _meaning(words, offered))


def said_alone(text: str, meaning: Callable[[str], T | None]) -> T | None:
    """What the first line means, where nothing else is said; `meaning` reads small letters without punctuation."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    while lines and bare(lines[0]) in GREETING:
        lines = lines[1:]
    if not lines or "?" in lines[0] or lines[0].startswith(">"):
        return None
    found = meaning(bare(lines[0]))
    return found if found is not None and _says_nothing_more(lines[1:], found, meaning) else None


def beside(text: str, meaning: Callable[[str], object | None]) -> str:
    """The lines that mean nothing of that kind, "" where they are but greetings and thanks."""
    lines = [line for line in text.splitlines() if bare(line) and meaning(bare(line)) is None]
    said = [one for one in map(bare, lines) if one not in COURTESY | CLOSING | GREETING and not SENT_FROM.match(one)]
    return "\n".join(lines).strip() if said else ""


def says_only_that(text: str) -> bool:
    """Whether beside a reply nothing stands but greetings and thanks: no name, no signature."""
    lines = [bare(line) for line in text.splitlines() if line.strip()]
    said = [line for line in lines if line and line not in COURTESY | CLOSING | GREETING and not SENT_FROM.match(line)]
    return len(set(said)) <= 1


def _meaning(words: str, offered: Collection[str]) -> Reply | None:
    if (number := NUMBER.match(words)) is not None and number[1] in BY_NUMBER:
        meant = BY_NUMBER[number[1]]
        beside = number[2]
        agrees = not beside or beside in COURTESY or _meaning(beside, offered) is meant
        return meant if agrees and meant in offered else None
    meaning = WORDS.get(words) or WORDS.get(without_courtesy(words), "")
    if meaning == ANY_MODE:
        return next((mode for mode in MODES if mode in offered), None)
    return Reply(meaning) if meaning in offered else None


def without_courtesy(words: str) -> str:
    """Without a greeting in front of the reply, and without thanks before or behind it."""
    for greeting in GREETING:
        if words.startswith(f"{greeting} "):
            words = words.removeprefix(greeting).strip()
            break
    for thanks in sorted(COURTESY, key=len, reverse=True):
        if words.endswith(f" {thanks}"):
            return words.removesuffix(thanks).strip()
        if words.startswith(f"{thanks} "):
            return words.removeprefix(thanks).strip()
    return words


def _says_nothing_more(lines: Sequence[str], said: T, meaning: Callable[[str], T | None]) -> bool:
    for at, line in enumerate(lines):
        words = bare(line)
        if words in CLOSING:
            return _is_signature(lines[at + 1 :])
        same = meaning(words) == said  # the same mail once more, as HTML
        if not (same or words in COURTESY or words in GREETING or SENT_FROM.match(words) or _is_name(line)):
            return False
    return True


def _is_name(line: str, most: int = MOST_NAMES) -> bool:
    """A few words that begin with a capital letter, of which none is a word of a reply."""
    words = line.split() if len(line) <= LONGEST_LINE else []
    is_written_so = all(NAME.fullmatch(word) and word[0].isupper() for word in words)
    means_something = DOUBT.search(bare(line)) or not SPOKEN.isdisjoint(bare(line).split())
    return 0 < len(words) <= most and is_written_so and not means_something


def _is_signature(lines: Sequence[str]) -> bool:
    """Lines below "kind regards": names, offices, and by what somebody is reached; nothing that is a sentence."""
    return len(lines) <= LONGEST_SIGNATURE and all(
        len(line) <= LONGEST_LINE
        and (REACHED.fullmatch(line) or SENT_FROM.match(bare(line)) or bare(line) in COURTESY or _names_an_office(line))
        for line in lines
    )


def _names_an_office(line: str) -> bool:
    """A name or an office, also both: "Comune di Moncalieri, Urbanistica"."""
    kept = " ".join(word for word in re.split(r"[\s,;:|/–—()-]+", line) if word.lower() not in WITHIN_NAMES)
    return bool(RULE.fullmatch(line)) or _is_name(kept, LONGEST_OFFICE)
