"""Polls in the chat: opened from a message, a link or /vote, put together in place, cast, and thanked for in place.

Whoever comes by a room's link without being known votes by their Telegram account, once (docs/polls.md).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from html import escape
from typing import NamedTuple

from bots.participants.callback import PollAct, PollPress, poll_press
from bots.participants.dialogue import Talk, aside
from bots.participants.poll_draft import read_draft
from bots.participants.poll_pictures import pictures_of
from bots.participants.poll_screen import TICK, Shown, over_screen, said_screen, thanks_screen, voting_screen
from bots.participants.screen import Key, PollView, Reply, Screen, label
from bots.participants.store import ChatState, change_chat
from core.database.reading import SharedReads
from core.errors import Problem
from core.i18n import Translator
from core.inbound import Incoming
from surveys.polls.asked import polls_for
from surveys.polls.ballot import Choice
from surveys.polls.casting import Booth, Cast, Stand, Vote, cast, check_open, stand_of
from surveys.polls.errors import BallotRefused, PollClosed, PollUnknown, VotedAlready
from surveys.polls.kinds import USUAL_WORDS, Kind, State
from surveys.polls.order import order_for
from surveys.polls.outcome import Result, result_of
from surveys.polls.poll import Poll
from surveys.polls.published import disclose, for_voters, in_words, words_for_voters
from surveys.polls.publishing import published_for_all
from surveys.polls.reading import ballots_for_all
from surveys.polls.secrecy import secrecy_told
from surveys.polls.store import find_by_code, load_poll
from surveys.polls.voters import Voter

VOTES = "poll"  # in what a chat awaits: the poll that words are written for
START = "poll-"  # what a deep link into the chat begins with, before the poll's code
DOOR = "chat"


def open_votes(talk: Talk, booth: Booth, said: str = "") -> Reply:
    """For /vote: the poll of the code that was typed, else the one that is open, or a choice of several."""
    if code := said.strip():
        return open_by_code(talk, booth, code)
    person = talk.chat.participant_id
    polls = polls_for(talk.session, person, talk.now) if person is not None else []
    if not polls:
        text = talk.t("No poll is open for you at the moment. In a room, write the code on the screen: /vote CODE")
        return aside(talk, Screen(text))
    if len(polls) > 1:
        voted = {one.id for one in polls if _stand(talk, booth, one.id).has_voted}
        keys = tuple(
            (Key(label(f"{TICK if one.id in voted else ''}{one.title_in(talk.chat.language)}"), poll_press(one.id)),)
            for one in polls
        )
        return aside(talk, Screen(talk.t("In which poll would you like to vote?"), keys))
    return _opened(talk, booth, polls[0].id)


def open_by_code(talk: Talk, booth: Booth, code: str) -> Reply:
    """For a room's link, and for its code; raises PollUnknown, NotAsked."""
    return _opened(talk, booth, find_by_code(talk.session, code).id)


def press_poll(talk: Talk, booth: Booth, press: PollPress) -> Reply:
    """A press on one of these buttons; what stands in the way is said over the chat, and nothing is lost."""
    try:
        if press.act is PollAct.OPEN:
            return _opened(talk, booth, press.poll_id)
        if press.act is PollAct.CAST:
            return _cast(talk, booth, press.poll_id, lambda poll: read_draft(poll, press.draft))
        stand = _stand(talk, booth, press.poll_id)
        if stand.poll.state_at(talk.now) is State.CLOSED or (stand.poll.is_secret and stand.has_voted):
            return Reply(view=_view(talk, booth, stand), apart=True)
        check_open(stand.poll, talk.now)
        if press.act is PollAct.DRAFT:
            return Reply((voting_screen(_to_vote(talk, booth, stand, press.draft)),), apart=True)
        change_chat(talk.session, talk.chat.id, awaiting={VOTES: press.poll_id})
        most = stand.poll.rules.most or USUAL_WORDS
        return Reply((Screen(talk.t("Write your text now, at most {most} characters.", most=most)),), beside=True)
    except Problem as problem:
        return Reply(toast=problem.say(talk.t))


def show_again(talk: Talk, booth: Booth, press: PollPress) -> Reply:
    """For a press that came before: where the vote stands, in place."""
    try:
        stand = _stand(talk, booth, press.poll_id)
        if stand.has_voted or stand.poll.state_at(talk.now) is State.CLOSED:
            return Reply(view=_view(talk, booth, stand), apart=True)
        return Reply((voting_screen(_to_vote(talk, booth, stand, press.draft)),), apart=True)
    except Problem as problem:
        return Reply(toast=problem.say(talk.t))


def take_text(talk: Talk, booth: Booth, words: str) -> Reply:
    """What was written after the press; raises a BallotRefused, after which the next words are a text again."""
    poll_id = talk.chat.awaiting[VOTES]
    change_chat(talk.session, talk.chat.id, awaiting={})
    talk = replace(talk, chat=talk.chat._replace(awaiting={}))
    try:
        if load_poll(talk.session, poll_id).kind is not Kind.TEXT:
            raise PollUnknown
        return _cast(talk, booth, poll_id, Choice(words=words))._replace(apart=False, beside=True)
    except BallotRefused:
        raise
    except Problem as problem:  # nothing was written
        return aside(talk, Screen(f"⚠️ {escape(problem.say(talk.t), quote=False)}"))


def vote_of(chat: ChatState, press: PollPress, update: Incoming) -> Vote:
    """The vote that a press is."""
    voter = Voter(chat.participant_id, chat.id)
    return Vote(press.poll_id, voter, lambda poll: read_draft(poll, press.draft), DOOR, update)


def thank(t: Translator, booth: Booth, became: Cast, now: datetime) -> Reply:
    """What somebody is told of a vote that counts."""
    poll, told = became.poll, became.poll.shows_result(now, has_voted=True)
    view = _VotersView(poll, told, became.standing.key, became.ballot, booth, t)
    return Reply(view=view, toast=t("Thank you, your vote counts."), apart=True)


def _cast(talk: Talk, booth: Booth, poll_id: int, choice: Choice | Callable[[Poll], Choice]) -> Reply:
    """Counts a vote; the update was noted already. Raises what stands in its way and changes what the chat shows."""
    try:
        became = cast(talk.session, booth, Vote(poll_id, _voter(talk), choice, DOOR), talk.now)
        return thank(talk.t, booth, became, talk.now)
    except (VotedAlready, PollClosed) as problem:
        view = _view(talk, booth, _stand(talk, booth, poll_id))
        return Reply(view=view, toast=problem.say(talk.t), apart=True)


def _opened(talk: Talk, booth: Booth, poll_id: int) -> Reply:
    """The poll as it stands for who asks, in a message of its own; raises PollUnknown, NotAsked, PollNotOpen."""
    stand = _stand(talk, booth, poll_id)
    if stand.poll.state_at(talk.now) is not State.CLOSED and not stand.has_voted:
        check_open(stand.poll, talk.now)
        shown = _to_vote(talk, booth, stand)
        return Reply((voting_screen(shown),), beside=True, shown=pictures_of(shown))
    return Reply(view=_view(talk, booth, stand), beside=True)


class _VotersView(NamedTuple):
    """How a poll stands for somebody, by their key, and what they chose.

    A whole hall's wait for their ballots to be read: they are small, and none holds a Talk and its Session.
    """

    poll: Poll
    told: bool
    key: str
    ballot: str
    booth: Booth
    t: Translator
    closed: bool = False
    counted: Result | None = None

    async def make(self, reads: SharedReads) -> Screen:
        poll, least = self.poll, self.booth.small_numbers
        shown = Shown(poll, self.t, order_for(poll, self.key, self.booth.links), kept=self.ballot)
        if self.closed and poll.kind is Kind.TEXT:
            result = await published_for_all(reads, poll, least)
            return said_screen(shown, in_words(poll, result, self.t) if result is not None else "")
        standing = for_voters(poll, await ballots_for_all(reads, poll), least) if self.told else None
        if not self.closed:
            return thanks_screen(shown, standing)
        if standing is None or self.counted is None:
            return over_screen(shown, standing)
        told = disclose(poll, standing, [self.counted.everybody], least)
        return over_screen(shown, standing, words_for_voters(poll, standing, self.counted, self.t, least), told.figures)


def _view(talk: Talk, booth: Booth, stand: Stand) -> PollView:
    """The vote, or the end; with how it stands, where that is shown to who has voted or not."""
    poll = stand.poll
    closed = poll.state_at(talk.now) is State.CLOSED
    counted = result_of(talk.session, poll, talk.t, talk.now) if closed and poll.settled_at is not None else None
    told = poll.shows_result(talk.now, has_voted=stand.has_voted)
    return _VotersView(poll, told, stand.standing.key, stand.ballot, booth, talk.t, closed, counted)


def _shown(t: Translator, booth: Booth, stand: Stand) -> Shown:
    return Shown(stand.poll, t, order_for(stand.poll, stand.standing.key, booth.links), kept=stand.ballot)


def _to_vote(talk: Talk, booth: Booth, stand: Stand, draft: str = "") -> Shown:
    """The same with how the vote is treated, which is told before it is given."""
    told = secrecy_told(talk.session, stand.poll, _voter(talk))
    return replace(_shown(talk.t, booth, stand), draft=draft, told=told)


def _stand(talk: Talk, booth: Booth, poll_id: int) -> Stand:
    return stand_of(talk.session, booth.links, poll_id, _voter(talk), talk.now)


def _voter(talk: Talk) -> Voter:
    return Voter(talk.chat.participant_id, talk.chat.id)
