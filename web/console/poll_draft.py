"""What the form of a poll says, as a definition; and a poll as the form's values."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from core.i18n import N_
from core.ids import read_id
from core.process.horizon import TOO_FAR, YEARS_AHEAD, is_too_far
from surveys.polls.checking import CLOSE_PASSED, NO_OPTIONS_HERE, TOO_MANY, check
from surveys.polls.faults import PollFault
from surveys.polls.kinds import METHODS, MOST_OPTIONS, OF_OPTIONS, Counting, Kind, Rules, Secrecy, Shown, Ties
from surveys.polls.making import slug_for
from surveys.polls.poll import Definition, Option
from surveys.polls.store import instant_of
from web.console.times import LocalClock

FIELDS = {
    "title": N_("Question"),
    "summary": N_("What there is to know before voting"),
    "options": N_("Options"),
    "least": N_("At least; or where a scale begins"),
    "most": N_("At most; or where a scale ends"),
    "budget": N_("Points to give"),
    "low": N_("What the lower end of the scale means"),
    "high": N_("What the upper end of the scale means"),
    "method": N_("How it is counted"),
    "beside": N_("Also shown beside it"),
    "tie_method": N_("If options come out equal, first by another method"),
    "ties": N_("If options come out equal"),
    "quorum": N_("Quorum"),
    "threshold": N_("Share the winner needs more than"),
    "audience": N_("Who may vote"),
    "names_in_groups": N_("In a group in Telegram"),
    "event": N_("Event at which it takes place"),
    "opens": N_("Opens on"),
    "closes": N_("Closes on"),
    "slug": N_("Short name"),
}
NOT_NUMBER = N_("Please write a whole number, or leave it empty.")
NOT_QUORUM = N_("Write how many people, or a percentage: 30, or 30%. Leave it empty for no quorum.")
NOT_MOMENT = N_("Please choose a day and a time.")
NOT_SAME = N_("Please write as many options in each language, one a line, in the same order.")
NOT_IN_LIST = N_("Please choose one of the list.")
NOT_SLUG = N_("Please write small letters, digits and hyphens, at most 60 characters.")
QUORUM = re.compile(r"([0-9]{1,7})\s*(%?)")
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST_SLUG = 60
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
USUAL_SCALE = (1, 5)


@dataclass
class Reading:
    """Reads one field after the other, and notes what cannot be read."""

    typed: Mapping[str, str]
    languages: Sequence[str]
    clock: LocalClock | None = None
    faults: list[PollFault] = field(default_factory=list)

    def text(self, name: str) -> str:
        return self.typed.get(name, "").strip()

    def texts(self, name: str) -> dict[str, str]:
        found = {language: self.text(f"{name}-{language}") for language in self.languages}
        return {language: text for language, text in found.items() if text}

    def number(self, name: str, usual: int) -> int:
        text = self.text(name)
        if not text:
            return usual
        found = read_id(text)
        if found is None:
            self.faults.append(PollFault(name, NOT_NUMBER))
            return usual
        return found

    def choice(self, name: str, known: Sequence[str]) -> str:
        value = self.text(name) or known[0]
        if value not in known:
            self.faults.append(PollFault(name, NOT_IN_LIST))
            return known[0]
        return value

    def row(self, name: str, known: Sequence[int]) -> int | None:
        """What was chosen among rows; None for none."""
        text = self.text(name)
        found = read_id(text)
        if text and found not in known:
            self.faults.append(PollFault(name, NOT_IN_LIST))
            return None
        return found

    def moment(self, name: str) -> str | None:
        day, time = self.text(name), self.text(f"{name}-time")
        if not day and not time:
            return None
        try:
            found = datetime.fromisoformat(f"{day}T{time or '00:00'}")
        except ValueError:
            found = None
        if found is None or found.tzinfo is not None:  # with a zone of its own it would not be local any more
            self.faults.append(PollFault(name, NOT_MOMENT))
            return None
        if self.clock is not None and is_too_far(found, self.clock.now):
            self.faults.append(PollFault(name, TOO_FAR, {"years": str(YEARS_AHEAD)}))
            return None
        return found.isoformat(timespec="minutes")

    def close(self) -> str | None:
        """A moment still to come, where there is a clock to tell."""
        local = self.moment("closes")
        closes = instant_of(local, self.clock.zone) if self.clock is not None else None
        if self.clock is not None and closes is not None and closes <= self.clock.now:
            self.faults.append(PollFault("closes", CLOSE_PASSED))
        return local

    def counting(self, kind: Kind) -> Counting:
        """The usual method of the kind where none was chosen; what does not fit the kind stays, to be told."""
        written = QUORUM.fullmatch(self.text("quorum") or "0")
        if written is None:
            self.faults.append(PollFault("quorum", NOT_QUORUM))
        quorum, of_all = (int(written[1]), bool(written[2])) if written else (0, False)
        ties = Ties(self.choice("ties", [one.value for one in Ties]))
        by = self.choice("tie_method", ["", *METHODS[Kind.RANKING]])
        return Counting(
            self.text("method") or METHODS[kind][0],
            ties,
            quorum,
            of_all,
            self.number("threshold", 0),
            tie_method=by,
            beside=self.text("beside"),
        )

    def options(self, before: Sequence[Option]) -> tuple[Option, ...]:
        """A line an option, in each language; those that were there keep name and picture wherever they stand."""
        lines = {
            language: [line.strip() for line in self.typed.get(f"options-{language}", "").splitlines() if line.strip()]
            for language in self.languages
        }
        counts = {len(found) for found in lines.values()}
        if len(counts) > 1:
            self.faults.append(PollFault("options", NOT_SAME))
            return ()
        count = counts.pop() if counts else 0
        if count > MOST_OPTIONS:
            self.faults.append(PollFault("options", TOO_MANY, {"most": str(MOST_OPTIONS)}))
            return ()
        labels = [{language: found[at] for language, found in lines.items()} for at in range(count)]
        known = _known_again(before, labels)
        fresh = (name for name in _names() if name not in {one.name for one in before})
        return tuple(
            Option(was.name if was else next(fresh), label, was.picture if was else None)
            for label, was in zip(labels, known, strict=True)
        )

    def no_options(self) -> tuple[Option, ...]:
        if any(self.text(f"options-{language}") for language in self.languages):
            self.faults.append(PollFault("options", NO_OPTIONS_HERE))
        return ()


def _known_again(before: Sequence[Option], labels: Sequence[Mapping[str, str]]) -> list[Option | None]:
    """Which option each line was: by its text in all languages, else in one, else by its place."""
    found: list[Option | None] = [None] * len(labels)
    left = list(before)

    def take(is_it: Callable[[int, Option], bool]) -> None:
        for at in range(len(labels)):
            if found[at] is None and (was := next((one for one in left if is_it(at, one)), None)) is not None:
                found[at] = was
                left.remove(was)

    take(lambda at, one: all(one.label.get(language) == text for language, text in labels[at].items()))
    take(lambda at, one: any(one.label.get(language) == text for language, text in labels[at].items()))
    take(lambda at, one: at < len(before) and before[at] is one)
    return found


@dataclass(frozen=True)
class Known:
    """What a form may choose from, the definition that it changes, None for a new one, and when it is."""

    languages: Sequence[str]
    audiences: Sequence[int]
    events: Sequence[int]
    before: Definition | None = None
    clock: LocalClock | None = None


def read_poll(typed: Mapping[str, str], known: Known) -> tuple[Definition, list[PollFault]]:
    """A definition that can be kept, and everything that is wrong with it."""
    reading, before = Reading(typed, known.languages, known.clock), known.before
    kind = Kind(reading.choice("kind", [one.value for one in Kind]))
    usual = USUAL_SCALE if kind is Kind.SCALE else (1, 0)
    rules = Rules(
        kind,
        least=reading.number("least", usual[0]),
        most=reading.number("most", usual[1]),
        budget=reading.number("budget", 0),
        low=reading.texts("low") if kind is Kind.SCALE else {},
        high=reading.texts("high") if kind is Kind.SCALE else {},
        none="none" in typed,
        shuffled="shuffled" in typed,
    )
    secrecy = Secrecy(reading.choice("secrecy", [Secrecy.ANONYMOUS, Secrecy.NAMED]))
    new = Definition(
        kind=kind,
        title=reading.texts("title"),
        options=reading.options(before.options if before else ()) if kind in OF_OPTIONS else reading.no_options(),
        rules=rules,
        counting=reading.counting(kind),
        summary=reading.texts("summary"),
        secrecy=before.secrecy if before else secrecy,
        shown=Shown(reading.choice("shown", [Shown.AFTER_CLOSE, Shown.AFTER_VOTE, Shown.LIVE])),
        walk_ins="walk_ins" in typed,
        names_in_groups="names_in_groups" in typed,
        audience_id=reading.row("audience", known.audiences),
        event_id=reading.row("event", known.events),
        opens_local=reading.moment("opens"),
        closes_local=reading.close(),
    )
    told = {one.about for one in reading.faults}
    return new, [*reading.faults, *(one for one in check(new, known.languages) if one.about not in told)]


def read_close(typed: Mapping[str, str], before: Definition, clock: LocalClock) -> tuple[Definition, list[PollFault]]:
    """A poll that is open, with another close."""
    reading = Reading(typed, (), clock)
    return replace(before, closes_local=reading.close()), reading.faults


def values_of(poll: Definition) -> dict[str, str]:
    """A kept poll as the form's values: all of it, so that to keep them changes nothing."""
    rules, counting = poll.rules, poll.counting
    values = {
        "kind": poll.kind.value,
        "least": str(rules.least),
        "most": str(rules.most or ""),
        "budget": str(rules.budget or ""),
        "method": counting.method if poll.kind is Kind.RANKING else "",
        "beside": counting.beside,
        "tie_method": counting.tie_method,
        "ties": counting.ties.value,
        "quorum": f"{counting.quorum}{'%' if counting.of_all else ''}" if counting.quorum else "",
        "threshold": str(counting.threshold or ""),
        "secrecy": poll.secrecy.value,
        "shown": poll.shown.value,
        "audience": str(poll.audience_id or ""),
        "event": str(poll.event_id or ""),
    }
    for name, at in (("opens", poll.opens_local), ("closes", poll.closes_local)):
        day, _, time = (at or "").partition("T")
        values |= {name: day, f"{name}-time": time}
    for name, texts in (("title", poll.title), ("summary", poll.summary), ("low", rules.low), ("high", rules.high)):
        values |= {f"{name}-{language}": text for language, text in texts.items()}
    for language in {language for one in poll.options for language in one.label}:
        values[f"options-{language}"] = "\n".join(one.label.get(language, "") for one in poll.options)
    return (
        values
        | {name: "yes" for name in ("none", "shuffled") if getattr(rules, name)}
        | {name: "yes" for name in ("walk_ins", "names_in_groups") if getattr(poll, name)}
    )


def slug_of(typed: Mapping[str, str], title: str, taken: Sequence[str]) -> tuple[str, PollFault | None]:
    """The short name that was written, else one made of the question that is free."""
    written = typed.get("slug", "").strip()
    if written:
        fits = SLUG.fullmatch(written) and len(written) <= LONGEST_SLUG
        return written, None if fits else PollFault("slug", NOT_SLUG)
    return slug_for(title, taken), None


def _names() -> Sequence[str]:
    """More than a form takes options, also beside as many names that are in use."""
    return [*LETTERS, *(f"{one}{other}" for one in LETTERS for other in LETTERS)]
