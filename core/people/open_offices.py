"""Offices that people may join by themselves, and the text that they agree to."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from core.database.inserting import insert_into
from core.i18n import language_read, pick_text
from core.people.errors import JoiningClosed
from core.people.tables import ConsentText
from core.process.tables import Office

LONGEST_TEXT = 2500  # UTF-16 units: whole in one message of Telegram, with what stands around it
MARK = 12  # characters that tell versions of a text apart
START = "join-"  # what a deep link into the chat begins with, before the office
FITS = re.compile(r"[a-z0-9_-]{1,59}")  # a short name that Telegram takes there (64 characters of A-Za-z0-9_-)
LONGEST_START = 64
BETWEEN = "__"  # the office and where somebody came from: no short name has two of them in a row
TAG_FITS = re.compile(r"[A-Za-z0-9-]{1,40}")


@dataclass(frozen=True)
class OpenOffice:
    """An office that people may join by themselves; `text` is what they agree to, by language."""

    id: int
    slug: str
    name: str
    text: Mapping[str, str]

    @property
    def mark(self) -> str:
        """A short stand-in for the text in all its languages."""
        told = json.dumps(dict(self.text), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(told.encode()).hexdigest()[:MARK]

    @property
    def start(self) -> str:
        """What opens the office's joining in the chat, "" where its short name does not fit."""
        return f"{START}{self.slug}" if FITS.fullmatch(self.slug) else ""

    def start_from(self, tag: str) -> str:
        """As `start`, with where somebody came from, where that fits."""
        whole = f"{self.start}{BETWEEN}{tag}"
        return whole if self.start and TAG_FITS.fullmatch(tag) and len(whole) <= LONGEST_START else self.start

    def text_in(self, language: str) -> str:
        """What somebody with a language reads."""
        return pick_text(dict(self.text), language)

    def other_language(self, language: str) -> str:
        """The language that the text is read in where there is none in somebody's own; "" where there is."""
        read = language_read(self.text, language)
        return "" if read == language else read

    def version_in(self, language: str) -> str:
        """Which text that is, as a proof names it: its mark and the language it was read in."""
        return f"{self.mark}/{self.other_language(language) or language}"


def office_in(start: str) -> str:
    """The short name of the office that a deep link is about, "" for any other link."""
    slug = start.removeprefix(START).partition(BETWEEN)[0]
    return slug if start.startswith(START) and FITS.fullmatch(slug) else ""


def came_from(start: str) -> str:
    """Where somebody came from who follows a deep link to join, "" where it does not say so."""
    tag = start.partition(BETWEEN)[2]
    return tag if TAG_FITS.fullmatch(tag) else ""


def open_offices(session: Session) -> list[OpenOffice]:
    """Those that people may join by themselves, in the order of their names."""
    rows = session.execute(select(Office.id, Office.slug, Office.name, Office.joining).order_by(Office.name, Office.id))
    return [OpenOffice(row.id, row.slug, row.name, row.joining["text"]) for row in rows if lets_join(row.joining)]


def find_open_office(session: Session, slug: str) -> OpenOffice:
    """By its short name; raises JoiningClosed, for an unknown one too."""
    found = next((one for one in open_offices(session) if one.slug == slug), None)
    if found is None:
        raise JoiningClosed
    return found


def lets_join(joining: Mapping[str, Any]) -> bool:
    """Whether what an office says about joining allows it."""
    return bool(joining.get("open") and joining.get("text"))


def check_open(session: Session, office_id: int) -> None:
    """Raises JoiningClosed."""
    if not lets_join(session.get_one(Office, office_id).joining):
        raise JoiningClosed


def office_to_ask(session: Session, slug: str = "") -> tuple[str, str]:
    """Whom to ask (name, e-mail address): the office with a short name, else the installation's own."""
    own = Office.parent_id.is_(None)
    asked = select(Office.name, Office.contact_email).where(or_(Office.slug == slug, own))
    found = session.execute(asked.order_by(Office.slug != slug, Office.id).limit(1)).one_or_none()
    return (found.name, found.contact_email) if found else ("", "")


def keep_text(session: Session, office: OpenOffice, now: datetime) -> None:
    """Keeps the text that somebody agrees to: a package may bring another one later."""
    row = {"office_id": office.id, "version": office.mark, "text": dict(office.text), "since": now}
    session.execute(insert_into(session, ConsentText).values(row).on_conflict_do_nothing())


def kept_text(session: Session, office_id: int, version: str) -> str:
    """The text that a version names, as it was read; "" where none was kept."""
    mark, _, language = version.partition("/")
    text = session.scalar(
        select(ConsentText.text).where(ConsentText.office_id == office_id, ConsentText.version == mark)
    )
    return pick_text(text, language) if text else ""
