"""What notifications adds to a process package: mailings and their texts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert, select, update

from core.errors import Problem
from core.faults import Fault, FileWrong
from core.i18n import N_
from core.people.consent import PURPOSES
from core.people.tables import Audience
from core.process.package.entry import Entry
from core.process.package.items import apply_items, digest, ids_by_slug
from core.process.package.loading import read_text
from core.process.package.section import Change, Item, Load, Package, Section, What
from core.process.tables import Event
from notifications.content.check import Allowed, check_languages, check_text
from notifications.ledger.files import files_of
from notifications.ledger.states import Kind, MailingState
from notifications.ledger.tables import Mailing, MailingText
from notifications.message_texts import read_message
from notifications.package_files import TextFiles, bring_files
from notifications.planning.anchors import AnchorWrong, parse_anchor
from notifications.planning.missed import parse_missed
from notifications.planning.schedule import schedule_occurrences
from notifications.planning.spread import parse_spread
from notifications.planning.writing import may_be_changed
from notifications.ready.pieces import NAMES
from notifications.ready.section import ReadySetSection
from notifications.ready.texts import ready_texts
from surveys.polls.tables import Poll
from surveys.responses.tables import Round

KINDS = (Kind.MAILING.value, Kind.REMINDER.value)

NOBODY = N_("The mailing needs an audience, a round or a poll, so that it is clear to whom it goes.")
HAS_LEFT = N_(
    "The mailing {value} has left or was stopped: what the package says of it now was not taken over. "
    "For a new one choose another short name."
)


def notification_sections(mail_limit_mb: int = 10) -> tuple[Section, ...]:
    """`mail_limit_mb` is what a mail may weigh, with everything that goes with it."""
    return (ReadySetSection(), MailingSection(mail_limit_mb))


class MailingSection:
    """Mailings and reminders with their anchors; a load re-derives what is due but not planned yet."""

    keys: Mapping[str, Mapping[str, str]] = {
        "mailings": {
            "slug": "the mailing's short name",
            "kind": "mailing or reminder",
            "purpose": "what consent it needs: questionnaires, events, polls or results",
            "audience": "to whom; that of the round or the poll if left out",
            "round": "the round it asks for: who has answered is left out",
            "event": "the event it is about; that of its anchor if left out",
            "poll": "the poll it asks for votes in: who has voted is left out of those about polls",
            "text": "the name of its texts: messages/NAME.LANGUAGE.md; its slug if left out",
            "ready": "which of the ready texts it has while the package holds none of its own",
            "anchor": "when: phase, event or poll, at, days, working, time",
            "spread": "over how long it leaves: days, hours or minutes of the send window; at once if left out",
            "missed": "what happens when the time has passed: rule (catch-up, ask or drop) and until",
            "released": "true if it may leave without staff releasing it",
        }
    }

    def __init__(self, mail_limit_mb: int = 10) -> None:
        self._mail_limit_mb = mail_limit_mb

    def check(self, package: Package) -> Sequence[Item]:
        needed = ("slug", "kind", "purpose", "anchor")
        return [self._item(package, one) for one in package.entries("mailings", self.keys["mailings"], needed)]

    def _item(self, package: Package, entry: Entry) -> Item:
        files = TextFiles(package.folder)
        values = {
            "kind": entry.choice("kind", KINDS),
            "purpose": entry.choice("purpose", PURPOSES),
            "audience": entry.reference("audience", "audience", package.slugs_of("audiences")),
            "round": entry.reference("round", "round", package.slugs_of("rounds")),
            "event": _own_event(package, entry),
            "poll": entry.reference("poll", "poll", package.slugs_of("polls")),
            "anchor": self._anchor(package, entry),
            "missed": self._checked(entry, "missed", parse_missed),
            "spread": self._checked(entry, "spread", parse_spread),
            "texts": self._texts(package, entry, files),
            "files": files.digests(),
            "released": entry.truth("released"),
        }
        if not values["audience"] and not values["round"] and not values["poll"]:
            entry.fault(None, NOBODY)
        return Item("mailing", entry.slug(), values)

    def _texts(self, package: Package, entry: Entry, files: TextFiles) -> dict[str, dict[str, Any]]:
        """The texts of a mailing, by language; what they show and have attached goes to `files`."""
        key = "text" if entry.has("text") else "slug"
        name = entry.slug(key)
        ready = entry.choice("ready", NAMES) if entry.has("ready") else ""
        paths = sorted((package.folder / "messages").glob(f"{name}.*.md"))
        if ready in NAMES and not paths:
            return ready_texts(ready, package.languages, with_answer=entry.has("round"))
        texts = {}
        for path in paths:
            language = path.name.removeprefix(f"{name}.").removesuffix(".md")
            if language in package.languages:
                texts[language] = text = _read_text(package, path) or {}
                if text.get("body") and text.get("subject"):
                    has_event = entry.has("event") or bool(_anchor_event(entry))
                    has = entry.has("round"), has_event, entry.has("poll")
                    allowed = Allowed(*has, files.found, self._mail_limit_mb)
                    for wrong in files.look(text) or check_text({"language": language, **text}, allowed):
                        file, line = f"messages/{path.name}", _line(path, str(wrong.values.get("name", "")))
                        package.fault(file, line, wrong.text, **_values(wrong))
        for wrong in check_languages(texts, package.languages):
            entry.fault(key, wrong.text, **_values(wrong))
        return texts

    def _anchor(self, package: Package, entry: Entry) -> dict[str, Any]:
        if not entry.has("anchor"):
            return {}
        anchor = entry.child("anchor")
        try:
            parsed = parse_anchor(anchor.data)
        except AnchorWrong as wrong:
            entry.fault("anchor", wrong.text, **_values(wrong))
            return {}
        anchor.reference(parsed.kind, parsed.kind, package.slugs_of(f"{parsed.kind}s"))
        return anchor.data

    def _checked(self, entry: Entry, key: str, parse: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        """A rule as it is written, {} where there is none; what cannot be read is a fault."""
        if not entry.has(key):
            return {}
        rule = entry.child(key)
        try:
            parse(rule.data)
        except Problem as wrong:
            entry.fault(key, wrong.text, **_values(wrong))
        return rule.data

    def apply(self, load: Load, items: Sequence[Item]) -> list[Change]:
        released = {item.slug for item in items if item.values["released"]}
        # Releasing is an act of its own: in the console it is no edit of the mailing.
        bare = [
            Item(one.kind, one.slug, {key: value for key, value in one.values.items() if key != "released"})
            for one in items
        ]
        rows = _Rows(load, released)
        left = [one for one in bare if rows.has_left(one)]
        changes = apply_items(load, [one for one in bare if one not in left], rows.standing, rows.write)
        rows.release([one.slug for one in changes if one.what is not What.KEPT])
        schedule_occurrences(load.session, rows.ids(), load.now)
        for one in left:
            place = load.package.document.line(("mailings", bare.index(one), "slug"))
            load.package.warnings.append(Fault(load.package.document.file, place, "", HAS_LEFT, {"value": one.slug}))
        return changes + [Change(one.kind, one.slug, What.KEPT) for one in left]


class _Rows:
    """The mailings of one process."""

    def __init__(self, load: Load, released: set[str]) -> None:
        self._load = load
        self._released = released  # those that the package lets leave by itself
        self._audiences = ids_by_slug(load, Audience, Audience.office_id == load.office_id)
        self._rounds = ids_by_slug(load, Round, Round.process_id == load.process_id)
        self._events = ids_by_slug(load, Event, Event.process_id == load.process_id)
        self._polls = ids_by_slug(load, Poll, Poll.process_id == load.process_id)
        mine = select(Mailing).where(Mailing.process_id == load.process_id).order_by(Mailing.id)
        # Held until the commit: what is judged here is neither planned nor changed before it is written.
        mine = mine.with_for_update(key_share=True).execution_options(populate_existing=True)
        self._known = {one.slug: one for one in load.session.scalars(mine)}

    def ids(self) -> list[int]:
        return list(self._load.session.scalars(select(Mailing.id).where(Mailing.process_id == self._load.process_id)))

    def standing(self, item: Item) -> dict[str, Any] | None:
        row = self._known.get(item.slug)
        if row is None:
            return None
        audiences = {row_id: slug for slug, row_id in self._audiences.items()}
        rounds = {row_id: slug for slug, row_id in self._rounds.items()}
        events = {row_id: slug for slug, row_id in self._events.items()}
        polls = {row_id: slug for slug, row_id in self._polls.items()}
        texts = self._load.session.scalars(select(MailingText).where(MailingText.mailing_id == row.id))
        return {
            "kind": row.kind,
            "purpose": row.purpose,
            "audience": audiences.get(row.audience_id or 0, ""),
            "round": rounds.get(row.round_id or 0, ""),
            "event": events.get(row.event_id or 0, ""),
            "poll": polls.get(row.poll_id or 0, ""),
            "anchor": row.anchor,
            "missed": row.missed,
            "spread": row.spread,
            "texts": {one.language: _standing(one) for one in texts},
            "files": {name: file.sha256 for name, file in files_of(self._load.session, row.id).items()},
        }

    def has_left(self, item: Item) -> bool:
        """Whether the package brings something else for a mailing that cannot be changed any more."""
        row, before = self._known.get(item.slug), self.standing(item)
        if row is None or before is None or may_be_changed(self._load.session, row):
            return False
        return digest(before) != digest(item.values)

    def write(self, item: Item, exists: bool) -> None:
        """What changes is a draft again, unless the package lets it leave; what staff paused stays so then."""
        values, session = item.values, self._load.session
        row = {name: values[name] for name in ("kind", "purpose", "anchor", "missed", "spread")}
        row |= {"audience_id": self._audiences.get(values["audience"]), "round_id": self._rounds.get(values["round"])}
        row |= {"event_id": self._events.get(values["event"]), "poll_id": self._polls.get(values["poll"])}
        if exists:
            mailing_id = self._known[item.slug].id
            row |= {"written_by": None}
            if item.slug not in self._released:
                row |= {"state": MailingState.DRAFT.value, "released_at": None}
            session.execute(update(Mailing).where(Mailing.id == mailing_id).values(row))
            session.execute(delete(MailingText).where(MailingText.mailing_id == mailing_id))
        else:
            row |= {"office_id": self._load.office_id, "process_id": self._load.process_id, "slug": item.slug}
            row |= {"state": MailingState.DRAFT.value, "released_at": None}
            mailing_id = session.execute(insert(Mailing).values(row).returning(Mailing.id)).scalar_one()
        fixed = {"mailing_id": mailing_id, "attachments": []}
        texts = [{**fixed, "language": language, **text} for language, text in values["texts"].items()]
        session.execute(insert(MailingText), texts)
        bring_files(session, mailing_id, self._load.package.folder, values["files"])

    def release(self, slugs: Collection[str]) -> None:
        """Drafts only, and none that somebody wrote in the console: another of the office has to read that."""
        self._load.session.execute(
            update(Mailing)
            .where(
                Mailing.process_id == self._load.process_id,
                Mailing.slug.in_(self._released & set(slugs)),
                Mailing.state == MailingState.DRAFT,
                Mailing.written_by.is_(None),
            )
            .values(state=MailingState.RELEASED.value, released_at=self._load.now)
        )


def _anchor_event(entry: Entry) -> str:
    anchor = entry.data.get("anchor")
    return str(anchor.get("event", "")) if isinstance(anchor, dict) else ""


def _own_event(package: Package, entry: Entry) -> str:
    """The event a mailing names beside its anchor, "" where that says it already."""
    event = entry.reference("event", "event", package.slugs_of("events"))
    return "" if event == _anchor_event(entry) else event


def _read_text(package: Package, path: Path) -> dict[str, Any] | None:
    """What one file says; None, and a fault, where its head and its Markdown cannot be told apart."""
    file = f"messages/{path.name}"
    try:
        return read_message(file, read_text(path, file), package.faults)
    except FileWrong as wrong:
        package.faults.extend(wrong.faults)
        return None


def _standing(text: MailingText) -> dict[str, Any]:
    found = {"subject": text.subject, "body": text.body, "buttons": text.buttons}
    return found | ({"attachments": text.attachments} if text.attachments else {})


def _line(path: Path, name: str) -> int:
    """The first line of a text that speaks of a file, 0 for none."""
    lines = path.read_text(encoding="utf-8-sig").splitlines() if name else []
    return next((number for number, line in enumerate(lines, 1) if name in line), 0)


def _values(problem: Problem) -> dict[str, str]:
    return {name: str(value) for name, value in problem.values.items()}
