"""What a mailing's messages share: limits, texts, values. Read again every second, compiled once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.addresses import PublicUrls
from core.clock import last_day
from core.days import long_day
from core.i18n import Translator, pick_text, translator
from core.process.event_files import Document, documents_of
from core.process.events import EventFacts, load_event
from core.process.replies import MODES
from core.process.tables import Office, Process
from notifications.content.asking import AskedPoll, asked_poll
from notifications.content.files import MailedFile
from notifications.content.notices import NOTICES, notice_text
from notifications.content.text import Setting, Text, read_buttons
from notifications.content.variables import BY_MODE, DOCUMENTS, OF_EVENT, event_values, mode_values, uses
from notifications.content.why import why_of
from notifications.ledger.events import asked_by, event_of
from notifications.ledger.files import files_of
from notifications.ledger.queue import ASKING
from notifications.ledger.reach import asks_for_answer
from notifications.ledger.result_pictures import moment_in_words
from notifications.ledger.results import wants_vote
from notifications.ledger.sent_texts import Wording, wording_of
from notifications.ledger.states import Kind
from notifications.ledger.tables import Mailing, MailingText
from notifications.planning.planner import send_window, useful_until
from notifications.sending.verdict import Limits
from surveys.polls.kinds import State
from surveys.polls.poll import Poll
from surveys.polls.published import Published, in_words
from surveys.polls.publishing import published_of
from surveys.polls.store import load_poll
from surveys.responses.tables import Round
from surveys.results.protecting import LEAST

LINK_LASTS = timedelta(days=180)
NOTICE = "notice-"


@dataclass(frozen=True)
class Voice:
    """Who speaks: the From header, the addresses of our pages, the mailbox for what comes back ("" for none)."""

    mail_from: str
    urls: PublicUrls
    domain: str
    return_mailbox: str = ""
    small_numbers: int = LEAST  # people behind a number of a result that is told


@dataclass(frozen=True)
class MailingContext:
    """One mailing as its messages need it; `languages` are in the order to fall back."""

    mailing_id: int
    slug: str
    kind: str
    limits: Limits
    texts: Mapping[str, Text]
    wordings: Mapping[str, Wording]  # of the texts, as they are kept when they leave; a notice has none
    settings: Mapping[str, Setting]
    languages: tuple[str, ...]
    office_id: int | None
    round_id: int | None
    closes_at: datetime | None
    event: EventFacts | None = None
    poll_id: int | None = None
    documents: tuple[Document, ...] = ()  # of the event
    # Settings with what mails bring for calendars, by language, reply and whether the link is shown: made when needed.
    with_calendars: dict[tuple[str, str, bool], Setting] = field(default_factory=dict)

    @cached_property
    def notice(self) -> str:
        """The kind of a notice, "" for what staff wrote."""
        return self.slug.removeprefix(NOTICE) if self.kind == Kind.NOTICE else ""

    by_mode: dict[tuple[str, str, bool], Setting] = field(default_factory=dict)  # of an event's mailing, as asked for

    def setting_for(self, language: str, reply: str, now: datetime) -> Setting:
        """The setting for somebody who has replied so to the mailing's event; the same one for all of a mode."""
        if self.event is None:
            return self.settings[language]
        mode = reply if reply in MODES else ""
        key = (language, mode, self.event.shows_link(now))
        if key not in self.by_mode:
            setting = self.settings[language]
            own = mode_values(self.event, mode, now, translator(language))
            is_over = self.event.is_over(now)
            own[DOCUMENTS] = ", ".join(one.name for one in self.documents if is_over or not one.afterwards)
            self.by_mode[key] = replace(setting, fixed={**setting.fixed, **own})
        return self.by_mode[key]

    def sample_setting(self, language: str, reply: str) -> Setting:
        """As `setting_for` when the event begins, so that everything shows; what looks back is written when it ends."""
        if self.event is None:
            return self.settings[language]
        looks_back = self.limits.asked is not None and self.limits.asked.looks_back
        return self.setting_for(language, reply, self.event.ends_at if looks_back else self.event.starts_at)

    def language_for(self, language: str) -> str:
        """The person's language, else the process's first one that there is a text in."""
        return language if language in self.texts else next((one for one in self.languages if one in self.texts), "")


def load_context(session: Session, mailing_id: int, voice: Voice, languages: tuple[str, ...]) -> MailingContext:
    """Reads a mailing with all it takes to write its messages; `languages` are those a notice may need."""
    mailing = session.get_one(Mailing, mailing_id)
    office = session.get(Office, mailing.office_id) if mailing.office_id is not None else None
    process = session.get(Process, mailing.process_id) if mailing.process_id is not None else None
    round_ = session.get(Round, mailing.round_id) if mailing.round_id is not None else None
    rows, files = _texts(session, mailing_id), files_of(session, mailing_id)
    texts = (
        _notice_texts(mailing, languages) if mailing.kind == Kind.NOTICE else {row.language: _text(row) for row in rows}
    )
    window, zone = send_window(session, mailing)
    event = event_of(session, mailing)
    facts = load_event(session, event.id) if event is not None else None
    poll = load_poll(session, mailing.poll_id) if mailing.poll_id is not None else None
    result = None
    if poll is not None and any(uses(f"{one.subject}{one.body}", "result") for one in rows):
        result = published_of(session, poll, voice.small_numbers)
    settings = {
        language: _setting(_Parts(mailing, office, process, round_, facts, files, poll, result), language, voice)
        for language in texts
    }
    return MailingContext(
        mailing_id=mailing_id,
        slug=mailing.slug,
        kind=mailing.kind,
        limits=Limits(
            window,
            zone,
            asks_for_answer(mailing),
            useful_until(session, mailing),
            asked_by(session, mailing),
            mailing.poll_id if wants_vote(session, mailing) else None,
            poll is not None and poll.state is State.DRAFT,
        ),
        texts=texts,
        wordings={row.language: wording_of(row, files) for row in rows},
        settings=settings,
        languages=tuple(process.languages) if process else tuple(sorted(texts)),
        office_id=mailing.office_id,
        round_id=mailing.round_id,
        closes_at=round_.closes_at if round_ else None,
        event=facts,
        poll_id=mailing.poll_id,
        documents=documents_of(session, facts.id) if facts is not None else (),
    )


@dataclass(frozen=True)
class _Parts:
    mailing: Mailing
    office: Office | None
    process: Process | None
    round: Round | None
    event: EventFacts | None
    files: Mapping[str, MailedFile]
    poll: Poll | None = None
    result: Published | None = None


def _setting(parts: _Parts, language: str, voice: Voice) -> Setting:
    office, process, mailing = parts.office, parts.process, parts.mailing
    is_notice = mailing.kind == Kind.NOTICE
    return Setting(
        sender=voice.mail_from,
        office=office.name if office else "",
        office_address=office.address if office else "",
        contact_email=office.contact_email if office else "",
        fixed=_values(parts, language),
        round_id=mailing.round_id,
        event_id=parts.event.id if parts.event else None,
        replies=parts.event.replies if parts.event else (),
        answered_by_mail=bool(voice.return_mailbox),
        poll=_asked(parts, translator(language)),
        list_id="" if is_notice else f"{mailing.slug}.{process.slug if process else 'ascolto'}.{voice.domain}",
        is_notice=is_notice,
        why=why_of(mailing.slug) if is_notice else "",
        is_asking=is_notice and mailing.slug == ASKING,
        has_chat=bool(voice.urls.chat),
        files=parts.files,
    )


def _asked(parts: _Parts, t: Translator) -> AskedPoll | None:
    if parts.poll is None:
        return None
    return asked_poll(parts.poll, t, lent=parts.mailing.office_id != parts.poll.office_id)


def _values(parts: _Parts, language: str) -> dict[str, str]:
    """The variables that are the same for everybody, as a reader of the language expects them."""
    zone = parts.process.time_zone if parts.process else "UTC"
    values = {
        "office": parts.office.name if parts.office else "",
        "process": pick_text(parts.process.title, language) if parts.process else "",
        "round": pick_text(parts.round.title, language) if parts.round else "",
        "closes_on": "",
        "poll": parts.poll.title_in(language) if parts.poll is not None else "",
        "result": _result(parts, language),
        **dict.fromkeys((*OF_EVENT, DOCUMENTS, *BY_MODE), ""),
    }
    if parts.round is not None and parts.round.closes_at is not None:
        values["closes_on"] = long_day(last_day(parts.round.closes_at, zone), language)
    elif parts.round is None and parts.poll is not None:
        values["closes_on"] = moment_in_words(parts.poll, language)
    if parts.event is not None:
        values |= event_values(parts.event, language)
    return values


def _result(parts: _Parts, language: str) -> str:
    """The result of the mailing's poll in words, or that it is not known yet."""
    t = translator(language)
    if parts.poll is None:
        return ""
    if parts.result is None:
        return t("The result will stand here when the poll is closed.")
    return in_words(parts.poll, parts.result, t)


def _texts(session: Session, mailing_id: int) -> Sequence[MailingText]:
    return session.scalars(
        select(MailingText).where(MailingText.mailing_id == mailing_id).order_by(MailingText.id)
    ).all()


def _text(row: MailingText) -> Text:
    buttons = read_buttons(row.buttons or [], row.language)
    return Text(row.language, row.subject, row.body, buttons, tuple(row.attachments or ()))


def _notice_texts(mailing: Mailing, languages: tuple[str, ...]) -> dict[str, Text]:
    kind = mailing.slug.removeprefix(NOTICE)
    return {language: notice_text(kind, language) for language in languages} if kind in NOTICES else {}
