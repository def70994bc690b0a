"""A mailing as somebody would get it, by mail and in chat: to be looked at, and tried on one's own address.

The links of a sample lead nowhere: who looks at a person's message must not be able to answer for them.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from core.file_contents import read_content
from notifications.channels.contract import ChatMessage
from notifications.content.email import compile_mail
from notifications.content.files import MailedFile
from notifications.content.multipart import content_id
from notifications.content.telegram import compile_chat, render_chat
from notifications.content.text import ALL_LINKS, Setting, Text
from notifications.sending.compose import NoText
from notifications.sending.context import Voice, load_context

NOWHERE = "#"


@dataclass(frozen=True)
class Reader:
    """Who a sample is for; `address` is where a trial goes, `reply` what they have replied to the mailing's event."""

    name: str
    language: str
    address: str = "name@example.org"
    reply: str = ""


@dataclass(frozen=True)
class Sample:
    """Subject, page and plain text of the mail, its attachments, and the chat's message."""

    subject: str
    page: str
    plain: str
    attachments: tuple[MailedFile, ...]
    chat: ChatMessage


def sample_of(session: Session, mailing_id: int, reader: Reader, voice: Voice) -> Sample:
    """Raises NoText where there is none for the reader, and the errors of content.errors."""
    text, setting = _found(session, mailing_id, reader, voice)
    values, has_name = _values(reader, voice), bool(reader.name.strip())
    skeleton = compile_mail(text, setting, has_name=has_name)
    return Sample(
        subject=skeleton.subject.fill(values),
        page=skeleton.html.fill(values),
        plain=skeleton.plain.fill(values),
        attachments=skeleton.enclosed.attachments,
        chat=render_chat(compile_chat(text, setting, has_name=has_name), "0", values),
    )


def page_of(session: Session, mailing_id: int, reader: Reader, voice: Voice) -> str:
    """The mail's page with its pictures in it, so that it can be shown where nothing may be fetched."""
    text, setting = _found(session, mailing_id, reader, voice)
    skeleton = compile_mail(text, setting, has_name=bool(reader.name.strip()))
    page = skeleton.html.fill(_values(reader, voice))
    for one in skeleton.enclosed.pictures:
        content = base64.b64encode(read_content(session, one.file.sha256)).decode()
        page = page.replace(
            f"cid:{content_id(one.file, skeleton.domain)}", f"data:{one.file.bare_type};base64,{content}"
        )
    return page


def _found(session: Session, mailing_id: int, reader: Reader, voice: Voice) -> tuple[Text, Setting]:
    context = load_context(session, mailing_id, voice, ())
    language = context.language_for(reader.language)
    if not language:
        raise NoText
    return context.texts[language], context.sample_setting(language, reader.reply)


def _values(reader: Reader, voice: Voice) -> Mapping[str, str]:
    return {**dict.fromkeys(ALL_LINKS, f"{voice.urls.public}/{NOWHERE}"), "name": reader.name}
