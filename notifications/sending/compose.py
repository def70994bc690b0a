"""From a delivery to a finished message: skeletons compiled once, filled once a person."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from core.i18n import N_, translator
from core.links import Links
from core.people.channels import EMAIL
from notifications.channels.contract import Message
from notifications.content.email import Letter, MailSkeleton, ReturnPath, compile_mail, draft_mail
from notifications.content.skeleton import one_line
from notifications.content.telegram import ChatSkeleton, compile_chat, render_chat
from notifications.content.text import Setting, Text
from notifications.intake.addresses import ReturnAddresses
from notifications.ledger.candidates import Candidate
from notifications.ledger.queue import message_id
from notifications.sending.calendars import setting_for
from notifications.sending.context import MailingContext, Voice
from notifications.sending.doors import for_the_door
from notifications.sending.encoded import EncodedFiles
from notifications.sending.notice_words import notice_words
from notifications.sending.personal import PersonalValues

MOST_SKELETONS = 200
BY_MAIL = N_(" or by answering this mail with “yes” or “no”")

Skeleton = MailSkeleton | ChatSkeleton


class Skeletons:
    """Compiled texts, the latest used ones. A text that was edited is another text."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[object, ...], Skeleton] = OrderedDict()

    def get(self, channel: str, text: Text, setting: Setting, *, has_name: bool) -> Skeleton:
        key = (channel, text.identity, setting.identity, has_name)
        found = self._kept.pop(key, None)
        if found is None:
            compile_text = compile_mail if channel == EMAIL else compile_chat
            found = compile_text(text, setting, has_name=has_name)
        self._kept[key] = found
        if len(self._kept) > MOST_SKELETONS:
            self._kept.popitem(last=False)
        return found


class NoText(LookupError):
    """The mailing has no text that could be sent to this person."""


@dataclass(frozen=True)
class Composer:
    """Writes messages; the same delivery gives the same links and Message-ID at every try."""

    links: Links
    voice: Voice
    skeletons: Skeletons
    files: EncodedFiles = field(default_factory=EncodedFiles)

    def compose(self, session: Session, candidate: Candidate, context: MailingContext, now: datetime) -> Message:
        """The message, a mail as a draft; raises NoText, HeaderUnsafe and the errors of content.errors."""
        language = context.language_for(candidate.language)
        if not language:
            raise NoText
        assert candidate.address is not None
        text, setting = context.texts[language], setting_for(session, candidate, context, now)
        if setting.is_notice and candidate.values:
            is_answered = candidate.channel == EMAIL and setting.answered_by_mail
            by_mail = translator(language)(BY_MAIL) if is_answered else ""
            words = notice_words(session, candidate.values, language, self.voice.small_numbers)
            own = {**words, "by_mail": by_mail}
            setting = replace(setting, fixed={**setting.fixed, **own})
        has_name = bool(one_line(candidate.name))
        skeleton = self.skeletons.get(candidate.channel, text, setting, has_name=has_name)
        values = PersonalValues(candidate, context, self.links, self.voice, now)
        if isinstance(skeleton, ChatSkeleton):
            message = render_chat(skeleton, candidate.address, values)
            return for_the_door(session, message, (candidate, context), values, now)
        identity = message_id(candidate.id, self.voice.domain)
        letter = Letter(candidate.address, identity, now, values, self._return_path(candidate.id))
        return draft_mail(skeleton, letter, partial(self.files.get, session))

    def _return_path(self, delivery_id: int) -> ReturnPath | None:
        if not self.voice.return_mailbox:
            return None
        addresses = ReturnAddresses(self.voice.return_mailbox, self.links)
        return ReturnPath(addresses.bounces(delivery_id), addresses.replies(delivery_id))
