"""A poll in one message: the question, what to press, and how the vote is treated, told before it is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from functools import lru_cache

from babel.dates import format_time
from babel.numbers import format_decimal

from bots.participants.callback import IDLE, PollAct, poll_press
from bots.participants.poll_draft import after_press, fewer, place_of, write_draft
from bots.participants.screen import LONGEST_LABEL, Key, Rows, Screen, arrange, label, plain
from core.clock import local
from core.days import long_day
from core.i18n import N_, Translator, babel_locale, pick_text
from surveys.polls.ballot import in_words
from surveys.polls.figures import NOT_BY_FIRST_PLACES, Figures, figures_of, is_decided_otherwise
from surveys.polls.glance import Glance
from surveys.polls.kinds import USUAL_WORDS, Kind
from surveys.polls.kinds import Shown as WhenShown
from surveys.polls.poll import Poll
from surveys.polls.published import NOBODY_VOTED

TICK = "✓ "
WAYS = {
    Kind.SINGLE: N_("Choose one option."),
    Kind.SCALE: N_("Choose a number from {least} to {most}."),
    Kind.DOTS: N_("Give up to {budget} points: + gives one, − takes one back."),
    Kind.TEXT: N_("Press the button, then write your text: at most {most} characters."),
}
BESIDE = 6  # numbers in a row
BAR = 10  # characters
MOST_WRITTEN = 2000
MOST_TOLD = 4  # sentences of a result
MOST_SAID = 2000  # characters of one in words


@dataclass(frozen=True)
class Shown:
    """A poll for one reader: `order` of the options, what they have in hand, what was kept of them before."""

    poll: Poll
    t: Translator
    order: tuple[str, ...]
    draft: str = ""
    kept: str = ""  # the ballot of a named poll, as it stands
    told: str = ""  # how the vote is treated

    @property
    def casts_at_once(self) -> bool:
        """One press is a vote where it can be changed; a final one is confirmed."""
        return not self.poll.is_secret and self.poll.kind in {Kind.SINGLE, Kind.SCALE}

    def label_of(self, name: str) -> str:
        """What an option is called, with its number where pictures are numbered too."""
        plain_label = self.poll.label_of(name, self.t)
        if all(one.picture is None for one in self.poll.definition.options):
            return plain_label
        return f"{self.order.index(name) + 1}) {plain_label}"


def voting_screen(shown: Shown) -> Screen:
    """The poll with its buttons; those of a draft carry what would come of it."""
    poll, t = shown.poll, shown.t
    lines = [*_heading(shown), "", plain(_way(shown))]
    lines += _written_out(shown)
    if poll.kind is Kind.DOTS:
        left = poll.rules.budget - len(shown.draft)
        lines.append(t.n("{count} point left.", "{count} points left.", left))
    lines += ["", f"<i>{plain(t(shown.told))}</i>"]
    return Screen("\n".join(lines), (*_rows(shown), *_ends(shown)))


def thanks_screen(shown: Shown, standing: Glance | None) -> Screen:
    """After a vote, and for whoever comes back: of a secret one only that it counts."""
    poll, t = shown.poll, shown.t
    waits = poll.definition.shown is WhenShown.AFTER_CLOSE and poll.kind is not Kind.TEXT
    lines = _question(shown) if waits else _heading(shown)
    rows: Rows = ()
    if poll.is_secret:
        lines += ["", t("Your vote has been counted. Thank you.")]
    else:
        lines += ["", t("Thank you, your vote: {vote}", vote=f"<b>{plain(in_words(poll, shown.kept, t), 700)}</b>")]
        lines.append(t("You can change it until the poll is closed."))
        draft = write_draft(poll, shown.kept)
        change = poll_press(poll.id, PollAct.WRITE if poll.kind is Kind.TEXT else PollAct.DRAFT, draft)
        rows = ((Key(label(t("Change my vote")), change),),)
    if waits:
        lines.append(_when_told(shown))
    return Screen("\n".join([*lines, *result_lines(shown, standing)]), rows)


def over_screen(
    shown: Shown, standing: Glance | None, result: Sequence[str] = (), figures: Figures | None = None
) -> Screen:
    """After the close: what came out first, then the figures; a result in many words is told in part."""
    lines = [plain(line, 500) for line in result[:MOST_TOLD]] if standing is not None and standing.ballots else []
    if lines:
        lines = ["", f"<b>{lines[0]}</b>", *lines[1:]]
    return Screen("\n".join([*_over(shown), *lines, *result_lines(shown, standing, figures, closed=True)]))


def said_screen(shown: Shown, said: str) -> Screen:
    """After the close of a poll of words: what most people said, as everybody may read it; "" before it is known."""
    return Screen("\n".join([*_over(shown), *(["", plain(said, MOST_SAID)] if said else [])]))


def result_lines(
    shown: Shown, standing: Glance | None, figures: Figures | None = None, *, closed: bool = False
) -> list[str]:
    """How it stands, a bar an option; nothing where it is not shown, or nothing counts yet, and of no votes that.

    By `figures` once it is counted: a ranking stands in its order then.
    """
    t, poll = shown.t, shown.poll
    if standing is None or not standing.ballots:
        return ["", t(NOBODY_VOTED)] if standing is not None and poll.settled_at is not None else []
    if poll.kind is Kind.TEXT:
        return ["", t.n("{count} text so far.", "{count} texts so far.", standing.ballots)]
    counts = figures or figures_of(poll, standing, None, works=False)
    what, most = t(counts.unit), max(counts.by_name.values(), default=Fraction())
    lines = ["", t("The figures ({what}):", what=what) if closed else t("How it stands ({what}):", what=what)]
    for name, number in counts.by_name.items():
        place = f"{counts.places[name]}. " if name in counts.places else ""
        bar = "▪" * round(BAR * number / most) if most else ""
        figure = format_decimal(float(number), format="#,##0.#", locale=babel_locale(t.language))
        count = t("not published") if name in standing.hidden else figure
        lines.append(f"{place}{plain(poll.label_of(name, t), 60)}: {count} {bar}".rstrip())
    if is_decided_otherwise(poll) and counts.of_first_places:
        lines.append(t(NOT_BY_FIRST_PLACES))
    return lines


def _over(shown: Shown) -> list[str]:
    t, told = shown.t, _question(shown)
    told += ["", t("This poll is closed: votes are not taken any more.")]
    if shown.poll.settled_at is None:
        told += ["", t("The votes are being counted: the result follows shortly.")]
    return told


def _heading(shown: Shown) -> list[str]:
    """What is asked, and until when."""
    poll, t = shown.poll, shown.t
    if poll.closes_at is None:
        return _question(shown)
    day, hour = _close(poll.closes_at, poll.time_zone, t.language)
    return [*_question(shown), t("Votes are taken until {day}, {hour}.", day=day, hour=hour)]


def _when_told(shown: Shown) -> str:
    """When the result comes that nobody sees before the close."""
    poll, t = shown.poll, shown.t
    if poll.closes_at is None:
        return t("The result comes once the poll is closed.")
    day, hour = _close(poll.closes_at, poll.time_zone, t.language)
    return t("The result comes after the close: {day}, {hour}.", day=day, hour=hour)


@lru_cache(64)
def _close(at: datetime, zone: str, language: str) -> tuple[str, str]:
    """Its day and hour, written once for a whole hall that votes."""
    ends = local(at, zone)
    return long_day(ends, language), str(format_time(ends, "short", locale=babel_locale(language)))


def _question(shown: Shown) -> list[str]:
    poll, t = shown.poll, shown.t
    lines = [f"<b>{plain(poll.title_in(t.language), 300)}</b>"]
    if summary := pick_text(dict(poll.definition.summary), t.language):
        lines.append(plain(summary))
    return lines


def _written_out(shown: Shown) -> list[str]:
    """The options whose text is too long for a button, as far as they fit."""
    labels = [shown.label_of(name) for name in shown.order]
    if all(len(one) <= LONGEST_LABEL for one in labels):
        return []
    room, lines = MOST_WRITTEN, [""]
    for one in labels:
        line = f"• {plain(one, 400)}"
        room -= len(line)
        lines += [line] if room > 0 else []
    return lines


def _way(shown: Shown) -> str:
    poll, t, rules = shown.poll, shown.t, shown.poll.rules
    most = rules.most or (USUAL_WORDS if poll.kind is Kind.TEXT else len(poll.definition.options))
    if poll.kind not in {Kind.MULTIPLE, Kind.RANKING}:
        way = t.fill(WAYS[poll.kind], {"least": rules.least, "most": most, "budget": rules.budget})
        limited = poll.kind is Kind.DOTS and rules.most
        return f"{way} {t('At most {most} for an option.', most=rules.most)}" if limited else way
    if poll.kind is Kind.RANKING:
        if rules.least == most:
            return t("Press all options in order, the best one first.")
        return t("Press up to {most} options in order, the best one first.", most=most)
    return t("Choose from {least} to {most} options.", least=rules.least, most=most)


def _rows(shown: Shown) -> Rows:
    poll = shown.poll
    match poll.kind:
        case Kind.SCALE:
            return _scale(shown)
        case Kind.TEXT:
            return ((Key(label(shown.t("Write my text")), poll_press(poll.id, PollAct.WRITE)),),)
        case Kind.DOTS:
            return tuple(row for name in shown.order for row in _dots(shown, name))
    return arrange([_option(shown, name) for name in shown.order])


def _option(shown: Shown, name: str) -> Key:
    poll, draft, place = shown.poll, shown.draft, place_of(shown.poll, name)
    mark = TICK if place in draft else ""
    if poll.kind is Kind.RANKING and place in draft:
        mark = f"{draft.index(place) + 1}. "
    after = after_press(poll, draft, name)
    return Key(label(f"{mark}{shown.label_of(name)}"), poll_press(poll.id, _act(shown), after))


def _scale(shown: Shown) -> Rows:
    poll, t = shown.poll, shown.t
    keys = [
        Key(f"{TICK if str(one) == shown.draft else ''}{one}", poll_press(poll.id, _act(shown), str(one)))
        for one in range(poll.rules.least, poll.rules.most + 1)
    ]
    rows = [tuple(keys[at : at + BESIDE]) for at in range(0, len(keys), BESIDE)]
    ends = [(poll.rules.least, poll.rules.low), (poll.rules.most, poll.rules.high)]
    named = [f"{number} = {pick_text(dict(text), t.language)}" for number, text in ends if text]
    return ((Key(label(", ".join(named)), IDLE),), *rows) if named else tuple(rows)


def _dots(shown: Shown, name: str) -> Rows:
    """The option with what it has, and below it a point less and a point more, where these can be."""
    poll, draft, place = shown.poll, shown.draft, place_of(shown.poll, name)
    has, rules = draft.count(place), poll.rules
    less = Key("−", poll_press(poll.id, PollAct.DRAFT, fewer(draft, place))) if has else Key("·", IDLE)
    can_more = len(draft) < rules.budget and not (rules.most and has >= rules.most)
    more = Key("+", poll_press(poll.id, PollAct.DRAFT, draft + place)) if can_more else Key("·", IDLE)
    return ((Key(label(f"{has} – {shown.label_of(name)}"), IDLE),), (less, more))


def _ends(shown: Shown) -> Rows:
    """What ends a draft: the vote itself, and in a ranking a step back."""
    poll, t, draft = shown.poll, shown.t, shown.draft
    if not draft or shown.casts_at_once:
        return ()
    keys = [(Key(label(t("Cast my vote")), poll_press(poll.id, PollAct.CAST, draft)),)]
    if poll.kind is Kind.RANKING:
        keys.append((Key(label(t("Undo")), poll_press(poll.id, PollAct.DRAFT, draft[:-1])),))
    return tuple(keys)


def _act(shown: Shown) -> PollAct:
    return PollAct.CAST if shown.casts_at_once else PollAct.DRAFT
