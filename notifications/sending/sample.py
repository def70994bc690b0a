"""A mailing as somebody would get it, by mail and in chat: to be looked at, and tried on one's own address.

The links of a sample lead nowhere: who looks at a person's message must not be able to answer for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from notifications.channels.contract import ChatMessage, Mail
from notifications.content.email import Letter, compile_mail, render_mail
from notifications.content.telegram import compile_chat, render_chat
from notifications.content.text import ALL_LINKS
from notifications.sending.compose import NoText
from notifications.sending.context import Voice, load_context

NOWHERE = "#"


@dataclass(frozen=True)
class Reader:
    """Who a sample is for; `address` is where a trial goes."""

    name: str
    language: str
    address: str = "name@example.org"


@dataclass(frozen=True)
class Sample:
    """Subject, page and plain text of the mail, the mail itself, and the chat's message."""

    subject: str
    page: str
    plain: str
    mail: Mail
    chat: ChatMessage


def sample_of(session: Session, mailing_id: int, reader: Reader, voice: Voice, now: datetime) -> Sample:
    """Raises NoText where there is none for the reader, and the errors of content.errors."""
    context = load_context(session, mailing_id, voice, ())
    language = context.language_for(reader.language)
    if not language:
        raise NoText
    text, setting = context.texts[language], context.settings[language]
    values = _values(reader, voice)
    has_name = bool(reader.name.strip())
    skeleton = compile_mail(text, setting, has_name=has_name)
    letter = Letter(reader.address, f"<sample-{mailing_id}@{voice.domain}>", now, values)
    return Sample(
        subject=skeleton.subject.fill(values),
        page=skeleton.html.fill(values),
        plain=skeleton.plain.fill(values),
        mail=render_mail(skeleton, letter),
        chat=render_chat(compile_chat(text, setting, has_name=has_name), "0", values),
    )


def _values(reader: Reader, voice: Voice) -> Mapping[str, str]:
    return {**dict.fromkeys(ALL_LINKS, f"{voice.urls.public}/{NOWHERE}"), "name": reader.name}
