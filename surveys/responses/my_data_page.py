"""What is known of a person as a page that people read, beside the file that programs read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from html import escape
from typing import Any

from sqlalchemy.orm import Session as Database

from core.clock import local
from core.contributions.kinds import KIND_NAMES, OUTCOME_NAMES, Kind, Outcome
from core.contributions.my_data import contributions_contributor
from core.days import long_day
from core.i18n import LANGUAGE_NAMES, N_, Translator, pick_text
from core.people.channels import CHANNEL_NAMES
from core.people.consent import AT_THE_DOOR, PURPOSE_NAMES
from core.people.my_data import export_person
from core.process.dates.choosing import SUITS
from core.process.replies import STANDS, Reply
from surveys.engine.show import review_items
from surveys.polls.my_data import votes_in_words
from surveys.responses.my_data import kept_responses
from surveys.responses.service import current, in_language
from surveys.responses.shelf import FormShelf
from surveys.responses.store import usual_zone

Row = tuple[str, str]  # a label and what is known, both written for people
Part = tuple[str, list[Row]]  # under its heading

BASES = {"consent": N_("your consent"), "public-task": N_("a public task")}
OFFICE = {
    "name": N_("Name"),
    "reference": N_("Reference"),
    "category": N_("Category"),
    "organisation": N_("Organisation"),
    "municipality": N_("Municipality"),
    "zone": N_("Zone"),
    "source": N_("Where the office knows you from"),
}
STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem;color:#17324d}"
    "dt{font-weight:600;margin-top:.5rem}dd{margin:0;white-space:pre-line;overflow-wrap:anywhere}"
)


NOTED = N_("noted on coming in")
CAME = {"in-person": N_("came in person on {day}"), "online": N_("followed online on {day}")}


@dataclass(frozen=True)
class _Writer:
    """Writes for a reader of `t`'s language."""

    t: Translator
    zone: str
    now: datetime

    def day(self, instant: datetime | str | None) -> str:
        if not instant:
            return ""
        moment = datetime.fromisoformat(instant) if isinstance(instant, str) else instant
        if moment.year == date.max.year:
            return self.t("without an end")
        return long_day(local(moment, self.zone).date(), self.t.language)

    def word(self, words: Mapping[str, str], value: str) -> str:
        return self.t(words[value]) if value in words else value


def my_data_page(session: Database, shelf: FormShelf, participant_id: int, t: Translator, now: datetime) -> str:
    """An HTML file in the language of `t`, every text escaped; raises ParticipantUnknown."""
    writer = _Writer(t, usual_zone(session), now)
    told = ("told", lambda found, ids: _told(found, shelf, ids, writer))
    votes = ("votes", lambda found, ids: votes_in_words(found, ids, t))
    known = export_person(session, participant_id, [told, votes, contributions_contributor()])
    title = t("What is known about you")
    parts = [
        _part(title, [_person(writer, known)], "h1"),
        _part(t("Addresses"), [_addresses(writer, known)]),
        _part(t("Offices that know you"), [_office(writer, one) for one in known["offices"]]),
        _part(t("You speak for"), [[("", one) for one in known["speaks_for"]]]),
        _part(t("What you agreed to or refused"), [_consents(writer, known)]),
        _part(t("What you asked for to join"), [_request(writer, one) for one in known["requests_to_join"]]),
        _part(t("What you replied to invitations"), [_replies(writer, known)]),
        _part(t("Your appointments"), [_appointments(writer, known)]),
        _part(t("At events: questions, votes, tables"), [_rooms(writer, known["rooms"])]),
        _part(t("Days that suit you or not"), [_dates(writer, known)]),
        _part(t("Your votes in polls"), [known["votes"]]),
        _part(t("What became of what you said"), [_became(writer, known["contributions"])]),
        *(_part(heading, [rows]) for heading, rows in known["told"]),
    ]
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    return (
        f'<!doctype html><html lang="{t.language}"><head>{head}<title>{escape(title)}</title>'
        f"<style>{STYLE}</style></head><body>{''.join(parts)}</body></html>"
    )


def _part(title: str, blocks: Iterable[Iterable[Row]], level: str = "h2") -> str:
    """A heading with lists below; nothing where nothing is known."""
    lists = [list(block) for block in blocks]
    if not any(lists):
        return ""
    return f"<{level}>{escape(title)}</{level}>" + "".join(f"<dl>{_lines(one)}</dl>" for one in lists)


def _lines(rows: Iterable[Row]) -> str:
    return "".join(f"{f'<dt>{escape(label)}</dt>' if label else ''}<dd>{escape(text)}</dd>" for label, text in rows)


def _person(writer: _Writer, known: Mapping[str, Any]) -> list[Row]:
    t = writer.t
    rows = [
        (t("Language"), LANGUAGE_NAMES.get(known["language"], known["language"])),
        (t("Preferred channel"), writer.word({"": N_("No preference"), **CHANNEL_NAMES}, known["preferred_channel"])),
        (t("No messages until"), writer.day(known["paused_until"])),
        (t("Known since"), writer.day(known["since"])),
    ]
    return [row for row in rows if row[1]]


def _addresses(writer: _Writer, known: Mapping[str, Any]) -> list[Row]:
    return [(writer.word(CHANNEL_NAMES, one["channel"]), str(one["value"])) for one in known["addresses"]]


def _office(writer: _Writer, one: Mapping[str, Any]) -> list[Row]:
    t = writer.t
    rows = [(t("Office"), one["office"])]
    rows += [(t(label), str(one[name] or "")) for name, label in OFFICE.items()]
    rows += [(name, str(value)) for name, value in (one["attributes"] or {}).items()]
    rows.append((t("By which right"), writer.word(BASES, one["legal_basis"])))
    rows += [(t("Since"), writer.day(one["joined_at"])), (t("Until"), writer.day(one["left_at"]))]
    return [row for row in rows if row[1]]


def _consents(writer: _Writer, known: Mapping[str, Any]) -> list[Row]:
    t = writer.t
    rows: list[Row] = []
    for one in known["consents"]:
        by = writer.word({**CHANNEL_NAMES, AT_THE_DOOR: NOTED}, one["channel"])
        subject = f"{writer.word(PURPOSE_NAMES, one['purpose'])}, {by}"
        days = {"day": writer.day(one["stated_at"])}
        said = t("agreed on {day}", **days) if one["granted"] else t("refused on {day}", **days)
        ended = t("replaced on {day}", day=writer.day(one["ended_at"])) if one["ended_at"] else ""
        rows.append((subject, f"{said} – {ended}" if ended else said))
    return rows


def _request(writer: _Writer, one: Mapping[str, Any]) -> list[Row]:
    t = writer.t
    confirmed = (
        t("confirmed on {day}", day=writer.day(one["confirmed_at"])) if one["confirmed_at"] else t("not confirmed")
    )
    rows = [
        (t("Asked on"), f"{writer.day(one['asked_at'])}, {confirmed}"),
        (t("E-mail address"), str(one["email"])),
        (t("Name"), str(one["name"])),
        (t("Language"), LANGUAGE_NAMES.get(one["language"], one["language"])),
        (t("About"), ", ".join(writer.word(PURPOSE_NAMES, purpose) for purpose in one["purposes"])),
    ]
    return [row for row in rows if row[1]]


def _replies(writer: _Writer, known: Mapping[str, Any]) -> list[Row]:
    t = writer.t
    return [(pick_text(one["event"], t.language), " – ".join(_reply(writer, one))) for one in known["events"]]


def _reply(writer: _Writer, one: Mapping[str, Any]) -> list[str]:
    """What was replied and what was said beside it; whether they came."""
    t = writer.t
    told = [t(STANDS[Reply(one["reply"])]), writer.day(one["at"])]
    told += [t.n("with {count} person", "with {count} people", one["companions"])] if one["companions"] else []
    told += [t("instead comes: {name}", name=one["substitute"])] if one["substitute"] else []
    told += [t("needs: {words}", words=one["needs"])] if one["needs"] else []
    return told + ([t(CAME[one["came"]], day=writer.day(one["came_at"]))] if one["came"] else [])


def _rooms(writer: _Writer, rooms: Mapping[str, Any]) -> list[Row]:
    """Questions, votes, wishes for tables and tables, by event."""
    t = writer.t

    def of(one: Mapping[str, Any], label: str) -> str:
        return f"{pick_text(one['event'], t.language)}: {label}"

    def theme(title: dict[str, str] | None) -> str:
        return pick_text(title, t.language) if title else ""

    rows = [(of(one, t("your question")), str(one["text"])) for one in rooms["questions"]]
    rows += [(of(one, t("you voted for")), str(one["question"])) for one in rooms["votes"]]
    rows += [
        (of(one, t("you would like")), ", ".join(filter(None, (theme(one["first"]), theme(one["second"])))))
        for one in rooms["table_wishes"]
    ]
    places = [(one, t("table {number}", number=one["table"])) for one in rooms["tables"]]
    return rows + [(of(one, table), theme(one["theme"])) for one, table in places]


def _became(writer: _Writer, known: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Of what the office has told something about: as what it came and when, and what became of it."""
    t, rows = writer.t, []
    for one in known:
        if one["outcome"]:
            said = ", ".join(filter(None, (t(KIND_NAMES[Kind(one["kind"])]), writer.day(one["said_at"]))))
            words = pick_text(one["words"], t.language)
            rows.append((said, f"{t(OUTCOME_NAMES[Outcome(one['outcome'])])}: {words}"))
    return rows


def _appointments(writer: _Writer, known: Mapping[str, Any]) -> list[Row]:
    t = writer.t
    return [
        (pick_text(one["event"], t.language), writer.day(one["starts"]) if one["starts"] else t("cancelled"))
        for one in known["appointments"]
    ]


def _dates(writer: _Writer, known: Mapping[str, Any]) -> list[Row]:
    t = writer.t
    return [
        (f"{pick_text(one['about'], t.language)}, {one['date'].replace('T', ' ')}", writer.word(SUITS, one["answer"]))
        for one in known["dates"]
        if one["answer"]
    ]


def _told(session: Database, shelf: FormShelf, participant_ids: Sequence[int], reader: _Writer) -> list[Part]:
    """Every response with its questions and answers as the review shows them."""
    t, found = reader.t, []
    for kept in kept_responses(session, participant_ids):
        turn = in_language(current(session, shelf, kept.id, reader.now), t.language)
        sent = t("sent on {day}", day=reader.day(kept.completed_at)) if kept.completed_at else t("begun, not sent")
        sent = f"{sent}; {t('the changes below are not sent yet')}" if turn.changing else sent
        rows = [(t("Begun on"), reader.day(kept.started_at)), (t("State"), sent)]
        items = review_items(turn.form, turn.session, turn.now)
        rows += [(item.label, item.answer or t("no answer")) for item in items]
        found.append((t("Your answers: {title}", title=turn.round.title_in(t.language)), rows))
    return found
