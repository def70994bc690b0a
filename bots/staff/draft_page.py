"""A draft of a poll as it is shown before it leaves: what people read, to how many it goes, and what can be changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bots.screen import Key, Screen, plain, shorten
from bots.staff.poll_draft import DRAFT, Draft
from bots.staff.poll_words import options_in, told_of
from bots.staff.polls import NEW
from bots.staff.talk import Talk, fitted, key, moment
from core.i18n import LANGUAGE_NAMES, N_, Translator, pick_text
from core.process.events import EventFacts
from notifications.ledger.report import Count
from notifications.review.asking import WHY, Desk
from notifications.words import CHANNELS, REASONS, word
from surveys.polls.faults import PollFault
from surveys.polls.kinds import Kind, Secrecy
from surveys.polls.poll import Definition
from surveys.polls.secrecy import room_warned
from surveys.polls.store import instant_of

SEND = "ask-send"
BESIDE = "borda"
WORDS_SHOWN = 1800  # UTF-16 units of a message for the options, in all languages
LEAVES, IN_HALL, KEEP = "people", "hall", "keep"
AT_ONCE = N_(
    "The question opens at once and the invitation leaves; after the close the result goes to the same people."
)
BY_ANOTHER = N_(
    "Somebody else of the office reads the texts and releases them: with the invitation the question opens; after the "
    "close the result goes to the same people."
)
MORE_POINTS = N_("Another number of points can be given in the console: make the poll there ({address}).")
FOR_HALL = N_("Whoever is in the room votes, by the code on the screen. Nothing is sent.")


@dataclass(frozen=True)
class Page:
    """`languages` are those in which it has to stand, `halls` the events of the day."""

    draft: Draft
    desk: Desk
    halls: Sequence[EventFacts]
    languages: Sequence[str]
    reach: Sequence[Count]

    @property
    def definition(self) -> Definition:
        return self.draft.definition

    @property
    def faults(self) -> Sequence[PollFault]:
        return self.draft.faults(self.languages)

    @property
    def hall(self) -> EventFacts | None:
        return next((one for one in self.halls if one.id == self.draft.event_id), None)

    @property
    def people(self) -> int:
        return sum(one.people for one in self.reach if not one.reason)


def draft_screen(talk: Talk, shown: Page) -> Screen:
    return Screen(fitted(_lines(talk, shown)), tuple(_keys(talk, shown)))


def sure_screen(talk: Talk, shown: Page) -> Screen:
    """The question before the second tap."""
    t, mark = talk.t, shown.draft.mark
    title = f"<b>{plain(pick_text(dict(shown.definition.title), t.language), 300)}</b>"
    if shown.faults:
        return draft_screen(talk, shown)
    keys: list[tuple[Key, ...]]
    if shown.hall is not None:
        lines = [title, t(FOR_HALL), t("Once it is open, nothing of it can be changed.")]
        keys = [
            (key(f"▶️ {t('Yes: open it in the hall')}", SEND, mark, IN_HALL),),
            (key(f"💾 {t('Keep it for later')}", SEND, mark, KEEP),),
        ]
    else:
        lines = [title, _people(shown, t), t(AT_ONCE if shown.desk.releases else BY_ANOTHER)]
        keys = [(key(f"✅ {t('Yes: ask')}", SEND, mark, LEAVES),)]
    keys.append((key(f"← {t('Back to the draft')}", DRAFT, mark),))
    return Screen("\n\n".join(lines), tuple(keys))


def _lines(talk: Talk, shown: Page) -> Iterator[str]:
    t, new = talk.t, shown.definition
    for code in shown.languages:
        name = f"{LANGUAGE_NAMES.get(code, code)} – " if len(shown.languages) > 1 else ""
        if not new.title.get(code):
            yield f"{name}<i>{t('not written yet')}</i>"
            continue
        title = f"{name}<b>{plain(new.title[code], 300)}</b>"
        yield "\n".join([title, *options_in(new, code, WORDS_SHOWN // len(shown.languages), t)])
    yield "\n".join(told_of(new, t))
    if new.kind is Kind.DOTS:
        yield t(MORE_POINTS, address=f"{talk.urls.public}/console")
    yield t(WHY[new.secrecy.value])
    if shown.hall is not None:
        if warned := room_warned(replace(new, event_id=shown.hall.id), t, talk.judging.rules.small_numbers):
            yield warned
        yield f"🏛 {plain(pick_text(shown.hall.title, t.language), 200)}\n{t(FOR_HALL)}"
    else:
        closes = instant_of(new.closes_local, shown.desk.zone)
        if closes is not None:
            yield t("Closes: {moment}", moment=moment(closes, shown.desk.zone, t.language))
        yield f"{plain(shown.desk.office, 100)} – {_people(shown, t)}"
        yield t(AT_ONCE if shown.desk.releases else BY_ANOTHER)
    for one in _amiss(shown, t):
        yield f"⚠️ {plain(one.say(t))}"


def _amiss(shown: Page, t: Translator) -> Iterator[PollFault]:
    """What is wrong, with options called by what they say; of a language without a question that alone."""
    new = shown.definition
    labels = {one.name: pick_text(dict(one.label), t.language) for one in new.options}
    for one in shown.faults:
        if one.about == "title" or new.title.get(one.values.get("language", ""), "-"):
            named = {"option": labels[one.values["option"]]} if one.values.get("option") in labels else {}
            yield replace(one, values={**one.values, **named})


def _people(shown: Page, t: Translator) -> str:
    """`e-mail 12, Telegram 3 – 2 left out (no address)`."""
    ways = [f"{word(CHANNELS, one.channel, t)} {one.people}" for one in shown.reach if not one.reason]
    left = [
        f"{t.n('{count} left out', '{count} left out', one.people)} ({word(REASONS, one.reason, t)})"
        for one in shown.reach
        if one.reason
    ]
    return " – ".join([", ".join(ways) or t("nobody"), *left])


def _keys(talk: Talk, shown: Page) -> Iterator[tuple[Key, ...]]:
    t, draft = talk.t, shown.draft
    mark = draft.mark
    if not shown.faults:
        if shown.hall is not None:
            yield (key(f"▶️ {t('Open it in the hall, or keep it')}", DRAFT, mark, "sure"),)
        else:
            ask = t.n("Ask {count} person", "Ask {count} people", shown.people)
            yield (key(f"✅ {ask}", DRAFT, mark, "sure"),)
    named = shown.definition.secrecy is Secrecy.NAMED
    yield (
        key(f"✍️ {t('Go on writing') if draft.begun else t('Change the words')}", DRAFT, mark, "words"),
        key(f"🔒 {t('Make it anonymous') if named else t('Make it named')}", DRAFT, mark, "secrecy"),
    )
    if shown.definition.kind is Kind.RANKING:
        also = t("Show points (Borda) beside it") if not draft.beside else t("Show one method only")
        yield (key(f"🔢 {also}", DRAFT, mark, "beside", "" if draft.beside else BESIDE),)
    if shown.hall is None:
        yield (
            key(f"👥 {_audience(shown, t)}", DRAFT, mark, "for"),
            key(f"⏰ {t('When it closes')}", DRAFT, mark, "close"),
        )
        for one in shown.halls:
            title = shorten(pick_text(one.title, t.language), 40)
            yield (key(f"🏛 {t('Only in the hall: {event}', event=title)}", DRAFT, mark, "hall", one.id),)
    else:
        yield (key(f"✉️ {t('Not in the hall: ask the people')}", DRAFT, mark, "hall", 0),)
    yield (key(f"🗑 {t('Throw it away')}", DRAFT, mark, "drop"), key(f"← {t('Start another question')}", NEW))


def _audience(shown: Page, t: Translator) -> str:
    found = next((name for number, name in shown.desk.audiences if number == shown.draft.audience_id), "")
    return shorten(found, 30) or t("Everybody")
