"""A poll that somebody is putting together in the chat, from a template or of their own words. Pure.

It stands in their chat's row as JSON, so that any process goes on with it; buttons name it by `mark`, so that a press
never means another one than it was shown with.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from core.errors import Problem
from core.i18n import LANGUAGE_NAMES, N_
from surveys.polls.checking import check
from surveys.polls.faults import PollFault
from surveys.polls.kinds import LONGEST_LINE, METHODS, MOST_OPTIONS, OF_OPTIONS, Counting, Kind, Rules, Secrecy
from surveys.polls.poll import Definition, Option
from surveys.polls.templates import LETTERS, templates

DRAFT = "draft"  # the act of the buttons
SCALE, POINTS = (1, 5), 5
NAMES = (*LETTERS, *(f"A{other}" for other in LETTERS))


class DraftGone(Problem):
    text = N_("This draft was changed or sent meanwhile. /new shows it as it stands now, or begins another.")
    status = 409


class WordsUnfit(Problem):
    text = N_("Please write the question in the first line, and below it at least two options, each in a line.")


class TooLong(Problem):
    text = N_("A line is longer than {most} characters. Please write it shorter.")


class NotAsMany(Problem):
    text = N_("In {language} there are {count} options. Please write as many, in the same order.")


class TooManyLines(Problem):
    text = N_("At most {most} options can be offered; there are {count}.")


@dataclass(frozen=True)
class Draft:
    """`said` are the lines of each language: the question, then the options; "" or {} stands for the template's.

    `begun` are those that are being written, as far as they go: they take the place of `said` once all are there.
    """

    office_id: int
    template: str = ""
    kind: str = ""
    said: Mapping[str, Sequence[str]] = field(default_factory=dict)
    secrecy: str = ""
    audience_id: int = 0
    closes: str = ""
    event_id: int = 0  # in whose hall alone it is asked
    beside: str = ""  # a second method of a ranking, which is shown and decides nothing
    begun: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {
            "office": self.office_id, "template": self.template, "kind": self.kind,
            "said": _listed(self.said), "begun": _listed(self.begun), "secrecy": self.secrecy,
            "audience": self.audience_id, "closes": self.closes, "event": self.event_id,
            "beside": self.beside,
        }  # fmt: skip

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Draft:
        return cls(
            told["office"], told.get("template", ""), told.get("kind", ""), told.get("said", {}),
            told.get("secrecy", ""), told.get("audience", 0), told.get("closes", ""), told.get("event", 0),
            told.get("beside", ""), told.get("begun", {}),
        )  # fmt: skip

    @property
    def mark(self) -> str:
        """Names the draft as it would be sent: 12 letters that a button holds."""
        told = replace(self, begun={} if self._words is not self.begun else self.begun).to_json()
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:12]

    @property
    def definition(self) -> Definition:
        made = self._basis()
        if words := self._words:
            titles = {code: lines[0] for code, lines in words.items()}
            count = min(len(lines) for lines in words.values()) - 1
            texts = [{code: lines[at + 1] for code, lines in words.items()} for at in range(count)]
            options = tuple(Option(name, text) for name, text in zip(NAMES, texts, strict=False))
            made = replace(made, title=titles, options=options if made.kind in OF_OPTIONS else ())
        in_hall = bool(self.event_id)
        return replace(
            made,
            secrecy=Secrecy(self.secrecy) if self.secrecy else made.secrecy,
            audience_id=self.audience_id or None,
            closes_local=None if in_hall else self.closes or None,
            event_id=self.event_id or None,
            walk_ins=in_hall,
            counting=replace(made.counting, beside=self.beside),
        )

    @property
    def _words(self) -> Mapping[str, Sequence[str]]:
        """What people would read, as far as there is anything of its own."""
        return self.said if self.said or self.template else self.begun

    @property
    def has_options(self) -> bool:
        return self._basis().kind in OF_OPTIONS

    def faults(self, languages: Sequence[str]) -> list[PollFault]:
        return check(self.definition, languages)

    def unsaid(self, languages: Sequence[str]) -> str:
        """The first language in which nothing is written yet; "" where there is something in all."""
        return next((code for code in languages if code not in self.begun), "")

    def all_said(self) -> Draft:
        """With the words that were written in place of those before."""
        return replace(self, said=self.begun, begun={})

    def saying(self, language: str, text: str) -> Draft:
        """With what somebody wrote in a language; raises WordsUnfit, TooLong, NotAsMany, TooManyLines."""
        lines = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
        if not lines or (self.has_options and len(lines) < 3):
            raise WordsUnfit
        if not self.has_options:
            lines = [" ".join(lines)]
        if any(len(line) > LONGEST_LINE for line in lines):
            raise TooLong(most=LONGEST_LINE)
        if len(lines) - 1 > MOST_OPTIONS:
            raise TooManyLines(most=MOST_OPTIONS, count=len(lines) - 1)
        for code, others in self.begun.items():
            if code != language and len(others) != len(lines):
                raise NotAsMany(language=LANGUAGE_NAMES.get(code, code), count=len(others) - 1)
        return replace(self, begun={**self.begun, language: lines})

    def _basis(self) -> Definition:
        found = next((one for one in templates() if one.slug == self.template), None)
        return found.definition if found is not None else _of_kind(Kind(self.kind or Kind.SINGLE))


def _listed(words: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    return {code: list(lines) for code, lines in words.items()}


def _of_kind(kind: Kind) -> Definition:
    """The usual poll of a kind, without words."""
    match kind:
        case Kind.SCALE:
            rules = Rules(kind, least=SCALE[0], most=SCALE[1])
        case Kind.DOTS:
            rules = Rules(kind, budget=POINTS)
        case _:
            rules = Rules(kind)
    return Definition(kind, {}, (), rules, Counting(METHODS[kind][0]))
