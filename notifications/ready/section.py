"""`set:` under an event of a package: one entry that stands for the mailings around it, with what they need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.i18n import LANGUAGES, N_, pick_text, translator
from core.process.package.entry import SLUG, Entry
from core.process.package.section import Change, Item, Load, Package
from notifications.ledger.states import EVENTS
from notifications.ready.pieces import (
    AUDIENCE_NAMES,
    INVITED,
    NAMES,
    PIECES,
    ROUND_DAYS,
    ROUND_TITLE,
    SATISFACTION,
    Around,
    Piece,
)

OTHERS = ("event", "meeting")
NOT_AROUND = N_("Only an event of kind event or meeting has a set of mailings.")
NOT_PIECES = N_("Write what is left out as a list of: {known}")
NOBODY_INVITED = N_("Write whom it invites (invite:), or leave the invitation out.")


class ReadySetSection:
    """Writes the mailings, audiences, questionnaire and round of a set into the file's lists before they are checked.

    What the package says itself under one of their slugs stays as it says it.
    """

    keys: Mapping[str, Mapping[str, str]] = {
        "set": {
            "invite": "whom the invitation goes to: an audience",
            "leave_out": "what the set does without: a list of its mailings' names, and satisfaction",
            "released": "true if its mailings may leave without staff releasing them",
        }
    }

    def expand(self, package: Package) -> None:
        for entry in self._events(package):
            _Set(package, entry).write()

    def _events(self, package: Package) -> Iterator[Entry]:
        events = package.document.data.get("events")
        for at, one in enumerate(events if isinstance(events, list) else []):
            if isinstance(one, dict) and "set" in one and SLUG.fullmatch(str(one.get("slug", ""))):
                yield Entry(package.document, package.faults, one, ("events", at))

    def check(self, package: Package) -> Sequence[Item]:
        return []

    def apply(self, load: Load, items: Sequence[Item]) -> list[Change]:
        return []


class _Set:
    """The set of one event."""

    def __init__(self, package: Package, event: Entry) -> None:
        self._package, self._event = package, event
        process = package.document.data.get("process")
        slug = str(process.get("slug", "")) if isinstance(process, dict) else ""
        self._around = Around(slug, str(event.data["slug"]))
        title = event.data.get("title")
        self._title = {key: str(one) for key, one in title.items()} if isinstance(title, dict) else {}
        self._line = package.document.line((*event.path, "set"))

    def write(self) -> None:
        entry = self._event.child("set")
        entry.allow(ReadySetSection.keys["set"])
        if self._event.data.get("kind") not in OTHERS:
            self._event.fault("set", NOT_AROUND)
            return
        left_out = self._left_out(entry)
        known = self._package.slugs_of("audiences")
        invite = entry.reference("invite", "audience", known)
        pieces = [one for one in PIECES if one.name not in left_out]
        if not invite and any(one.audience == INVITED for one in pieces):
            entry.fault(None, NOBODY_INVITED)
        asks = SATISFACTION not in left_out and any(one.asks_how_it_was for one in pieces)
        for audience in dict.fromkeys(one.audience for one in pieces if one.audience != INVITED):
            self._add("audiences", self._audience(audience))
        if asks:
            self._add("questionnaires", {"slug": SATISFACTION, "ready": SATISFACTION})
            self._add("rounds", self._round())
        for piece in (one for one in pieces if one.audience != INVITED or invite in known):  # else it is said already
            self._add("mailings", self._mailing(piece, invite, asks=asks, released=entry.truth("released")))

    def _left_out(self, entry: Entry) -> list[str]:
        known = (*NAMES, SATISFACTION)
        raw = entry.data.get("leave_out") or []
        if not isinstance(raw, list) or any(one not in known for one in raw):
            entry.fault("leave_out", NOT_PIECES, known=", ".join(known))
            return []
        return raw

    def _add(self, name: str, data: dict[str, Any]) -> None:
        self._package.add(name, self._line, data)

    def _audience(self, audience: str) -> dict[str, Any]:
        language = next(iter(self._package.told_languages), LANGUAGES[0])
        name = translator(language)(AUDIENCE_NAMES[audience], event=pick_text(self._title, language))
        return {"slug": self._around.of_office(audience), "name": name, "rule": self._around.rule(audience)}

    def _round(self) -> dict[str, Any]:
        titles = {
            language: translator(language)(ROUND_TITLE, event=pick_text(self._title, language))
            for language in self._package.told_languages
        }
        return {
            "slug": self._around.of_office(SATISFACTION),
            "questionnaire": SATISFACTION,
            "audience": self._around.of_office("present"),
            "title": titles,
            "subject": "participant",
            "opens": {"event": self._around.event, "at": "ends"},
            "closes": {"event": self._around.event, "at": "ends", "days": ROUND_DAYS},
        }

    def _mailing(self, piece: Piece, invite: str, *, asks: bool, released: bool) -> dict[str, Any]:
        audience = invite if piece.audience == INVITED else self._around.of_office(piece.audience)
        found = {
            "slug": self._around.mailing(piece.name),
            "kind": piece.kind.value,
            "purpose": EVENTS,
            "audience": audience,
            "ready": piece.name,
            "anchor": piece.anchor_of(self._around.event),
            "missed": piece.missed,
            "released": released,
        }
        return found | ({"round": self._around.of_office(SATISFACTION)} if piece.asks_how_it_was and asks else {})
