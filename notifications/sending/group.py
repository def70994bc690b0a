"""What a group of claimed deliveries becomes at the moment of sending: judged, written, handed over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from core.clock import Clock
from core.errors import Problem
from core.i18n import LANGUAGES
from core.people.channels import TELEGRAM
from core.process.appointments.who import booked_among
from core.process.came import came_among
from notifications.channels.contract import ChatMessage, Message
from notifications.content.mime import HeaderUnsafe
from notifications.ledger.candidates import CHAT_PAUSE, Candidate, candidates, other_address
from notifications.ledger.events import replies_to
from notifications.ledger.queue import Claimer, Leaving, Moment, hand_over, put_back, reroute, skip
from notifications.ledger.sent_texts import Wording, keep_wording
from notifications.ledger.states import Reason
from notifications.planning.windows import next_open
from notifications.sending.compose import Composer, NoText
from notifications.sending.context import MailingContext, load_context
from notifications.sending.notice_words import notice_is_true
from notifications.sending.permits import Line, reserve
from notifications.sending.retry import OTHER, UNWRITTEN_WAIT
from notifications.sending.scopes import key_for, scope_of, take
from notifications.sending.verdict import Go, OtherWay, Skip, Verdict, Wait, judge
from surveys.polls.predicates import voted_among

log = structlog.get_logger()

FRESH = timedelta(seconds=1)
HEAVIEST_GROUP = (
    20 * 1024 * 1024
)  # bytes of mails that leave together: with large files fewer at a time, as a pause needs


class Ready(NamedTuple):
    """A message that has been noted as handed over and may leave."""

    delivery_id: int
    attempt: int  # of all
    tries: int  # by this channel, with this one
    channel: str
    address_id: int | None
    message: Message


@dataclass
class Contexts:
    """Mailings' contexts, read again after a second; shared by the workers of a process."""

    machine: Clock
    kept: dict[int, tuple[datetime, MailingContext]] = field(default_factory=dict)

    def get(self, session: Session, mailing_id: int, composer: Composer) -> MailingContext:
        now = self.machine.now()
        read_at, context = self.kept.get(mailing_id, (None, None))
        if context is None or read_at is None or abs(now - read_at) > FRESH:
            context = load_context(session, mailing_id, composer.voice, LANGUAGES)
            self.kept[mailing_id] = (now, context)
        return context


@dataclass(frozen=True)
class Desk:
    """Prepares groups for one sender."""

    claimer: Claimer
    composer: Composer
    contexts: Contexts
    contact_budget: int = 0
    domain_rates: Mapping[str, float] = field(default_factory=dict)

    def key(self, channel: str) -> str:
        """The key under which groups of a channel are prepared."""
        return key_for(channel, self.domain_rates)

    def prepare(self, session: Session, ids: Sequence[int], moment: Moment) -> list[Ready]:
        """Judges claimed deliveries anew, makes their messages and notes them as handed over.

        Nothing may leave before the transaction is committed. Those that do not leave now
        are skipped, put back or sent another way.
        """
        found = candidates(session, ids, moment.now, self.contact_budget)
        loaded = self._load(session, found, moment)
        found = [candidate for candidate in found if candidate.mailing_id in loaded]
        found = _with_votes(session, _with_replies(session, found, loaded), loaded)
        verdicts = self._judge(session, found, loaded, moment)
        going: dict[int, tuple[Candidate, Message]] = {}
        weight = 0
        for candidate in found:
            verdict = verdicts[candidate.id] if weight < HEAVIEST_GROUP else Wait(None)
            if not isinstance(verdict, Go):
                self._keep(session, candidate, verdict, moment)
                continue
            message = self._write(session, candidate, loaded, moment)
            if message is not None:
                going[candidate.id] = (candidate, message)
                weight += 0 if isinstance(message, ChatMessage) else message.size
        self._take_further(session, list(going.values()), moment)
        ours = self._hand_over(session, [taken for taken, _ in going.values()], loaded, moment)
        return [_ready(*taken) for one, taken in going.items() if one in ours]

    def _hand_over(
        self, session: Session, going: Sequence[Candidate], loaded: Mapping[int, MailingContext], moment: Moment
    ) -> set[int]:
        """Those that are still ours; what they will have read is kept."""
        by_text: dict[Wording | None, list[int]] = {}
        for one in going:
            context = loaded[one.mailing_id]
            by_text.setdefault(context.wordings.get(context.language_for(one.language)), []).append(one.id)
        ours: set[int] = set()
        for wording, ids in sorted(by_text.items(), key=lambda one: one[0].digest if one[0] else ""):
            if wording is not None:
                keep_wording(session, wording)
            digest = wording.digest if wording is not None else ""
            ours.update(hand_over(session, self.claimer, Leaving(ids, digest, self.composer.voice.domain), moment))
        return ours

    def _judge(
        self, session: Session, found: Sequence[Candidate], loaded: Mapping[int, MailingContext], moment: Moment
    ) -> dict[int, Verdict]:
        """A verdict for each; those that may go also need a permit of what they are written to."""
        verdicts: dict[int, Verdict] = {}
        chats: set[int] = set()
        scoped: list[tuple[Line, Candidate]] = []
        opens = {mailing_id: _opening(context, moment.now) for mailing_id, context in loaded.items()}
        for candidate in found:
            one = candidate.mailing_id
            verdict = judge(candidate, loaded[one].limits, moment.now, opens[one])
            if isinstance(verdict, Go) and not notice_is_true(session, candidate, loaded[one].slug, moment.now):
                verdict = Skip(Reason.NOT_TRUE)
            if isinstance(verdict, Go) and candidate.channel == TELEGRAM and candidate.participant_id in chats:
                verdict = Wait(moment.now + CHAT_PAUSE)
            if isinstance(verdict, Go):
                chats.add(candidate.participant_id)
                scope = scope_of(candidate, self.domain_rates)
                scoped += [(scope, candidate)] if scope is not None else []
            verdicts[candidate.id] = verdict
        for scope, candidate in sorted(scoped, key=lambda one: one[0].name):  # two senders lock them in one order
            wait = take(session, scope, moment.machine)
            if wait is not None:
                verdicts[candidate.id] = Wait(moment.now + wait)
        return verdicts

    def _take_further(self, session: Session, going: Sequence[tuple[Candidate, Message]], moment: Moment) -> None:
        """A group's chat counts every part of a message."""
        for candidate, message in going:
            further = sum(part.messages for part in message.parts) - 1 if isinstance(message, ChatMessage) else 0
            scope = scope_of(candidate, {}) if further else None
            if scope is not None:
                reserve(session, scope, further, moment.machine)

    def _load(self, session: Session, found: Sequence[Candidate], moment: Moment) -> dict[int, MailingContext]:
        """The contexts of the mailings; one that is badly written waits and holds up no other."""
        loaded = {}
        for mailing_id in {candidate.mailing_id for candidate in found}:
            try:
                loaded[mailing_id] = self.contexts.get(session, mailing_id, self.composer)
                continue
            except Problem as problem:
                log.warning("mailing cannot be sent", mailing=mailing_id, reason=str(problem))
            except DBAPIError:
                raise
            except Exception:  # a mistake of ours in one mailing must not stop all others
                log.exception("mailing failed", mailing=mailing_id)
            ids = [candidate.id for candidate in found if candidate.mailing_id == mailing_id]
            put_back(session, self.claimer, ids, moment.now + UNWRITTEN_WAIT)
        return loaded

    def _keep(self, session: Session, candidate: Candidate, verdict: Verdict, moment: Moment) -> None:
        match verdict:
            case Skip(reason):
                skip(session, self.claimer, [candidate.id], reason, moment.now)
            case Wait(until):
                put_back(session, self.claimer, [candidate.id], until)
            case OtherWay(reason):
                channel = OTHER[candidate.channel]
                address_id = other_address(session, candidate.id, channel)
                if address_id is None:
                    skip(session, self.claimer, [candidate.id], reason, moment.now)
                else:
                    reroute(session, self.claimer, candidate.id, channel, address_id)

    def _write(
        self, session: Session, candidate: Candidate, loaded: Mapping[int, MailingContext], moment: Moment
    ) -> Message | None:
        try:
            return self.composer.compose(session, candidate, loaded[candidate.mailing_id], moment.now)
        except HeaderUnsafe:
            skip(session, self.claimer, [candidate.id], Reason.BAD_ADDRESS, moment.now)
        except (Problem, NoText, KeyError) as error:  # staff can put a text right: it is tried again
            log.warning("text cannot be sent", mailing=candidate.mailing_id, error=type(error).__name__)
            put_back(session, self.claimer, [candidate.id], moment.now + UNWRITTEN_WAIT)
        except Exception:  # a mistake of ours in one message must not stop all others
            log.exception("message failed", mailing=candidate.mailing_id, delivery=candidate.id)
            put_back(session, self.claimer, [candidate.id], moment.now + UNWRITTEN_WAIT)
        return None


def _with_replies(
    session: Session, found: Sequence[Candidate], loaded: Mapping[int, MailingContext]
) -> list[Candidate]:
    """With what those have replied whom a mailing tells about an event."""
    events = {one: context.limits.asked.event_id for one, context in loaded.items() if context.limits.asked}
    said: dict[tuple[int, int], str] = {}
    for mailing_id, event_id in events.items():
        people = [one.participant_id for one in found if one.mailing_id == mailing_id]
        said |= {(mailing_id, person): reply for person, reply in replies_to(session, event_id, people).items()}
    replies = [said.get((one.mailing_id, one.participant_id), "") for one in found]
    with_replies = [one._replace(reply=reply) if reply else one for one, reply in zip(found, replies, strict=True)]
    return _with_came(session, with_replies, loaded)


def _with_came(session: Session, found: list[Candidate], loaded: Mapping[int, MailingContext]) -> list[Candidate]:
    """With who came after all of those whom a mailing tells that they were missed; who has what another offers."""
    for mailing_id, context in loaded.items():
        asked = context.limits.asked
        if asked is None or not (asked.regrets or asked.offers):
            continue
        people = [one.participant_id for one in found if one.mailing_id == mailing_id]
        came = came_among(session, asked.event_id, people) if asked.regrets else set()
        booked = booked_among(session, asked.event_id, people) if asked.offers else set()
        found = [
            one._replace(came=one.participant_id in came, booked=one.participant_id in booked)
            if one.mailing_id == mailing_id
            else one
            for one in found
        ]
    return found


def _with_votes(session: Session, found: Sequence[Candidate], loaded: Mapping[int, MailingContext]) -> list[Candidate]:
    """With who has voted meanwhile in the poll that a mailing asks about."""
    polls = {one: context.limits.poll_id for one, context in loaded.items() if context.limits.poll_id is not None}
    voted = {
        one: voted_among(session, poll_id, [each.participant_id for each in found if each.mailing_id == one])
        for one, poll_id in polls.items()
    }
    return [
        one._replace(has_voted=True) if one.participant_id in voted.get(one.mailing_id, ()) else one for one in found
    ]


def _opening(context: MailingContext, now: datetime) -> datetime:
    """When a mailing may leave next: `now` if it may."""
    if context.limits.of_a_draft:  # until the poll is opened or planned: looked at again
        return now + UNWRITTEN_WAIT
    try:
        return next_open(context.limits.window, now, context.limits.zone)
    except Problem as problem:  # a send window that never opens: staff can put it right
        log.warning("mailing cannot be sent", mailing=context.mailing_id, reason=str(problem))
        return now + UNWRITTEN_WAIT


def _ready(candidate: Candidate, message: Message) -> Ready:
    one = candidate
    return Ready(one.id, one.attempts + 1, one.tries + 1, one.channel, one.address_id, message)
