"""From a delivery to a finished message: skeletons compiled once, filled once a person."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from core.links import Links, Purpose
from notifications.channels.contract import Message
from notifications.content.email import Letter, MailSkeleton, ReturnPath, compile_mail, render_mail
from notifications.content.skeleton import one_line
from notifications.content.telegram import ChatSkeleton, compile_chat, render_chat
from notifications.content.text import Setting, Text
from notifications.intake.addresses import ReturnAddresses
from notifications.ledger.candidates import Candidate
from notifications.ledger.queue import message_id
from notifications.ledger.states import EMAIL
from notifications.sending.context import LINK_LASTS, MailingContext, Voice
from notifications.sending.encoded import EncodedFiles

MOST_SKELETONS = 200

Skeleton = MailSkeleton | ChatSkeleton


class Skeletons:
    """Compiled texts, the latest used ones. A text that was edited is another text."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[object, ...], Skeleton] = OrderedDict()

    def get(self, channel: str, text: Text, setting: Setting, *, has_name: bool) -> Skeleton:
        key = (channel, text, has_name, setting.identity)
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
        """The finished message; raises NoText, HeaderUnsafe and the errors of content.errors."""
        language = context.language_for(candidate.language)
        if not language:
            raise NoText
        assert candidate.address is not None
        text, setting = context.texts[language], _with_values(context.settings[language], candidate.values)
        has_name = bool(one_line(candidate.name))
        skeleton = self.skeletons.get(candidate.channel, text, setting, has_name=has_name)
        values = LazyValues(self._makers(candidate, context, now))
        if isinstance(skeleton, ChatSkeleton):
            return render_chat(skeleton, candidate.address, values)
        identity = message_id(candidate.id, self.voice.domain)
        letter = Letter(candidate.address, identity, now, values, self._return_path(candidate.id))
        return render_mail(skeleton, letter, partial(self.files.get, session))

    def _return_path(self, delivery_id: int) -> ReturnPath | None:
        if not self.voice.return_mailbox:
            return None
        addresses = ReturnAddresses(self.voice.return_mailbox, self.links)
        return ReturnPath(addresses.bounces(delivery_id), addresses.replies(delivery_id))

    def _makers(self, candidate: Candidate, context: MailingContext, now: datetime) -> dict[str, Callable[[], str]]:
        urls, person, round_id = self.voice.urls, candidate.participant_id, context.round_id or 0
        office_id = context.office_id or 0
        later = max(now, context.closes_at or now) + LINK_LASTS

        def sign(purpose: Purpose, *numbers: int) -> str:
            return self.links.sign(purpose, *numbers, expires=later)

        return {
            "name": lambda: candidate.name,
            "answer_link": lambda: urls.answer(sign(Purpose.ANSWER, person, round_id)),
            # The delivery is the nonce: one joining for each link that left.
            "rsvp_link": lambda: urls.rsvp(self._sign_rsvp(candidate, context, now)),
            "join_link": lambda: urls.join_chat(sign(Purpose.JOIN_CHAT, person, round_id, candidate.id)),
            "undo_link": lambda: urls.undo_join(sign(Purpose.UNDO_JOIN, int(candidate.values["address_id"]), person)),
            "confirm_link": lambda: urls.confirm_join(self._confirm(candidate.values)),
            "preferences_link": lambda: urls.preferences(sign(Purpose.PREFERENCES, person, office_id)),
            "unsubscribe_link": lambda: urls.unsubscribe(sign(Purpose.UNSUBSCRIBE, candidate.id)),
        }

    def _sign_rsvp(self, candidate: Candidate, context: MailingContext, now: datetime) -> str:
        """For the mailing's event, or the one that a notice is about."""
        event = context.event
        event_id = event.id if event is not None else int(candidate.values["event_id"])
        until = max(now, event.ends_at if event is not None else now) + LINK_LASTS
        return self.links.sign(Purpose.RSVP, candidate.participant_id, event_id, expires=until)

    def _confirm(self, values: Mapping[str, Any]) -> str:
        until = datetime.fromisoformat(values["until"])
        return self.links.sign(Purpose.CONFIRM_JOIN, int(values["nonce"]), expires=until)


class LazyValues(Mapping[str, str]):
    """Values made when a gap asks for them, each once: signing costs more than filling."""

    def __init__(self, makers: Mapping[str, Callable[[], str]]) -> None:
        self._makers = makers
        self._made: dict[str, str] = {}

    def __getitem__(self, name: str) -> str:
        if name not in self._made:
            self._made[name] = self._makers[name]()
        return self._made[name]

    def __iter__(self) -> Any:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


def _with_values(setting: Setting, values: Mapping[str, Any]) -> Setting:
    """A notice's own values ("code") beside the fixed ones."""
    if not setting.is_notice:
        return setting
    own = {name: str(value) for name, value in values.items()}
    return replace(setting, fixed={**setting.fixed, **own})
