"""/preferences: what a person is written to about, where, and from when on; each press is kept at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from bots.participants.calendar import calendar
from bots.participants.callback import IDLE, command
from bots.participants.dialogue import Talk, aside
from bots.participants.screen import Key, Reply, Screen, label, plain
from bots.participants.store import offices_of
from core.clock import local
from core.days import long_day
from core.people.consent import PURPOSE_NAMES, PURPOSES, Proof
from core.people.preferences import (
    PREFERRED,
    WITHOUT_END,
    end_pause,
    pause,
    set_preferred_channel,
    want_purpose,
    wanted_purposes,
)
from core.people.tables import Participant
from core.process.time_zone import HOME_ZONE, time_zone_of

WISH = "wish"
PROOF = Proof("preferences-chat:1", "preferences-chat")


def preferences(talk: Talk) -> Reply:
    """How things stand, with buttons to what can be chosen."""
    if talk.chat.participant_id is None:
        return Reply((Screen(talk.t("We do not write to you here. There is nothing to stop.")),))
    return aside(talk, _overview(talk))


def press_wish(talk: Talk, value: str) -> Reply:
    """A press on one of these buttons; one that fits nothing shows how things stand."""
    what, _, rest = value.partition(":")
    made = STEPS.get(what)
    return Reply((made(talk, rest) if made else _overview(talk),), apart=True)


def _overview(talk: Talk) -> Screen:
    t, person = talk.t, _person(talk)
    lines = [f"<b>{t('Your preferences')}</b>"]
    keys: list[Key] = []
    for office_id, name in offices_of(talk.session, person.id):
        wanted = wanted_purposes(talk.session, person.id, office_id)
        said = ", ".join(t(PURPOSE_NAMES[one]) for one in PURPOSES if one in wanted) or t("nothing")
        lines.append(t("{office} writes to you about: {purposes}.", office=plain(name, 200), purposes=said))
        keys.append(_key(t("What about: {office}", office=name), f"about:{office_id}"))
    lines.append(t("Where we write to you: {channel}.", channel=t(PREFERRED.get(person.preferred_channel, ""))))
    lines.append(_pause_said(talk, person))
    keys.append(_key(t("Where you write to me"), "where"))
    keys.append(_key(t("A pause until a day"), "month"))
    if _paused(talk, person):
        keys.append(_key(t("End the pause"), "end"))
    lines.append(t("Write /language for another language, /stop for no more messages at all."))
    return Screen("\n\n".join(lines), tuple((key,) for key in keys))


def _about(talk: Talk, rest: str) -> Screen:
    """The purposes of an office; `rest` is its id, after a press also a purpose and whether it is wanted."""
    t, person = talk.t, _person(talk)
    number, _, change = rest.partition(":")
    name = next((name for office_id, name in offices_of(talk.session, person.id) if str(office_id) == number), None)
    if name is None:
        return _overview(talk)
    office_id = int(number)
    purpose, _, wish = change.partition(":")
    before = wanted_purposes(talk.session, person.id, office_id)
    if purpose in PURPOSES and (wish == "1") != (purpose in before):
        want_purpose(talk.session, (person.id, office_id), purpose, wish == "1", PROOF, talk.now)
    wanted = wanted_purposes(talk.session, person.id, office_id)
    text = t("What may {office} write to you about? What is not ticked does not come, on any channel.",
             office=plain(name, 200))  # fmt: skip
    boxes = [
        _key(
            f"{'☑' if one in wanted else '☐'} {t(PURPOSE_NAMES[one])}",
            f"about:{office_id}:{one}:{int(one not in wanted)}",
        )
        for one in PURPOSES
    ]
    return Screen(f"<b>{text}</b>", (*((key,) for key in boxes), _back(talk)))


def _where(talk: Talk, rest: str) -> Screen:
    t, person = talk.t, _person(talk)
    keys = [
        _key(f"{'● ' if code == person.preferred_channel else ''}{t(name)}", f"take:{code}")
        for code, name in PREFERRED.items()
    ]
    return Screen(f"<b>{t('Where shall we write to you?')}</b>", (*((key,) for key in keys), _back(talk)))


def _take(talk: Talk, rest: str) -> Screen:
    if rest in PREFERRED:
        set_preferred_channel(talk.session, _person(talk).id, rest)
    return _overview(talk)


def _month(talk: Talk, rest: str) -> Screen:
    """A month's days to choose from; those gone by cannot be."""
    today = _today(talk)
    shown = calendar(rest, today.isoformat(), talk.t.language)
    arrows = (_key("◀", f"month:{shown.before}"), Key(shown.title, IDLE), _key("▶", f"month:{shown.after}"))
    weeks = tuple(tuple(_day_key(day, today) for day in week) for week in shown.weeks)
    text = talk.t("From which day on may messages come again?")
    return Screen(f"<b>{text}</b>", (arrows, *weeks, _back(talk)))


def _until(talk: Talk, rest: str) -> Screen:
    try:
        day = date.fromisoformat(rest)
    except ValueError:
        return _overview(talk)
    if _today(talk) < day < date.max.replace(month=1):
        pause(talk.session, _person(talk).id, datetime.combine(day, time(), ZoneInfo(_zone(talk))))
    return _overview(talk)


def _end(talk: Talk, _: str) -> Screen:
    end_pause(talk.session, _person(talk).id)
    return _overview(talk)


def _day_key(day: date | None, today: date) -> Key:
    return Key("·", IDLE) if day is None or day <= today else _key(str(day.day), f"until:{day.isoformat()}")


def _pause_said(talk: Talk, person: Participant) -> str:
    until = person.paused_until
    if until is None or not _paused(talk, person):
        return talk.t("No pause.")
    if until >= WITHOUT_END:
        return talk.t("A pause without an end")
    day = long_day(local(until, _zone(talk)).date(), talk.t.language)
    return talk.t("No messages before {day}.", day=day)


def _paused(talk: Talk, person: Participant) -> bool:
    return person.paused_until is not None and person.paused_until > talk.now


def _today(talk: Talk) -> date:
    return local(talk.now, _zone(talk)).date()


def _zone(talk: Talk) -> str:
    offices = offices_of(talk.session, _person(talk).id)
    return time_zone_of(talk.session, offices[0][0]) if offices else HOME_ZONE


def _person(talk: Talk) -> Participant:
    found = talk.session.get(Participant, talk.chat.participant_id, populate_existing=True)
    assert found is not None
    return found


def _key(text: str, value: str) -> Key:
    return Key(label(text), command(WISH, value))


def _back(talk: Talk) -> tuple[Key, ...]:
    return (_key(f"⬅️ {talk.t('Your preferences')}", "all"),)


STEPS: dict[str, Callable[[Talk, str], Screen]] = {
    "about": _about,
    "where": _where,
    "take": _take,
    "month": _month,
    "until": _until,
    "end": _end,
}
