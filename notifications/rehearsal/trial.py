"""A mail that staff send to themselves: marked as a trial, and its links lead nowhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from core.file_contents import read_content
from core.i18n import N_, translator
from notifications.channels.contract import Mail
from notifications.content.email import Letter, compile_mail, draft_mail
from notifications.content.multipart import encode
from notifications.content.text import ALL_LINKS, Text
from notifications.sending.compose import NoText
from notifications.sending.context import Voice, load_context
from notifications.sending.sample import NOWHERE, Reader

MARK = N_("[Test]")
FIRST_LINE = N_("This is a test message: its links and buttons lead nowhere, and nothing that you do with it counts.")


def as_trial(text: Text) -> Text:
    """A text that says so in its subject and, in mail and chat alike, in its first line."""
    t = translator(text.language)
    return replace(text, subject=f"{t(MARK)} {text.subject}", body=f"**{t(FIRST_LINE)}**\n\n{text.body}")


def trial_mail(session: Session, mailing_id: int, reader: Reader, voice: Voice, now: datetime) -> Mail:
    """The mail with everything that goes with it, to the reader's address; raises NoText."""
    context = load_context(session, mailing_id, voice, ())
    language = context.language_for(reader.language)
    if not language:
        raise NoText
    reply = reader.reply or (context.event.modes[0] if context.event else "")
    setting = context.sample_setting(language, reply)
    skeleton = compile_mail(as_trial(context.texts[language]), setting, has_name=bool(reader.name.strip()))
    values = {**dict.fromkeys(ALL_LINKS, f"{voice.urls.public}/{NOWHERE}"), "name": reader.name}
    letter = Letter(reader.address, f"<test-{mailing_id}@{voice.domain}>", now, values)
    return draft_mail(skeleton, letter, lambda sha256: encode(read_content(session, sha256))).finish()
