"""/start with a joining link, and the code that opens earlier answers."""

from __future__ import annotations

from dataclasses import replace

from bots.participants.commands import go_on_or_welcome
from bots.participants.dialogue import Talk, begin_round
from bots.participants.render import choice_row
from bots.participants.screen import Reply, Rows, Screen, plain
from bots.participants.seating import seated
from bots.participants.store import change_chat, offices_of
from core.i18n import Translator
from core.ids import Ids
from core.links import Links, Purpose
from core.people.joining import CodeCheck, Joined, JoiningLink, enter_code, join_chat, send_code
from surveys.polls.same_voter import take_over_votes
from surveys.responses.rounds import check_open
from surveys.responses.standing import has_answers
from surveys.responses.store import load_round


def join(talk: Talk, links: Links, ids: Ids, token: str) -> Reply:
    """Joins the chat's account to the person the link was made for.

    Raises LinkForged, LinkExpired, LinkUsed, PersonErased, AddressTaken, RoundUnknown, RoundClosed.
    """
    participant_id, round_id, nonce = links.read(Purpose.JOIN_CHAT, token, talk.now)
    link = JoiningLink(participant_id, nonce, talk.chat.id)
    answered = has_answers(talk.session, participant_id)
    address_id, joined = join_chat(talk.session, link, ids, answered=answered, now=talk.now)
    if round_id:
        check_open(load_round(talk.session, round_id), talk.now)  # nobody is asked for a code in vain
    talk = seated(talk, address_id)
    if joined is Joined.CODE_NEEDED:
        change_chat(talk.session, talk.chat.id, awaiting={"code": address_id, "round": round_id})
        return ask_code(talk)
    take_over_votes(talk.session, links, talk.chat.id)
    return _greet(talk, round_id) if joined is Joined.NOW else _go_on(talk, round_id)


def ask_code(talk: Talk) -> Reply:
    t = talk.t
    text = t(
        "You have given answers before. To see them here, please write the code of six digits "
        "that we have sent to your e-mail address."
    )
    return Reply((Screen(text, _another(t)),))


def take_code(talk: Talk, links: Links, ids: Ids, typed: str) -> Reply:
    """A text while a code is awaited."""
    t = talk.t
    match enter_code(talk.session, int(talk.chat.awaiting["code"]), typed, talk.now):
        case CodeCheck.RIGHT:
            take_over_votes(talk.session, links, talk.chat.id)
            round_id = int(talk.chat.awaiting.get("round", 0))
            change_chat(talk.session, talk.chat.id, awaiting={})
            chat = talk.chat._replace(awaiting={}, proved=True)
            return _greet(replace(talk, chat=chat), _still_open(talk, round_id))
        case CodeCheck.WRONG:
            text = t("This is not the code. Please check the e-mail and write the six digits.")
            return Reply((Screen(text, _another(t)),))
        case CodeCheck.OVER:
            return new_code(talk, ids)


def new_code(talk: Talk, ids: Ids) -> Reply:
    t = talk.t
    if not send_code(talk.session, int(talk.chat.awaiting["code"]), ids, talk.now):
        text = t(
            "Too many codes were asked for today. Please try again tomorrow, or answer from the link in the e-mail."
        )
        return Reply((Screen(text, _another(t)),))
    text = t("We have sent you a new code by e-mail. Please write its six digits here.")
    return Reply((Screen(text, _another(t)),))


def _another(t: Translator) -> Rows:
    return choice_row([(t("Send a new code"), "code", "new")])


def _greet(talk: Talk, round_id: int) -> Reply:
    assert talk.chat.participant_id is not None
    t = talk.t
    offices = ", ".join(plain(name, 200) for _, name in offices_of(talk.session, talk.chat.participant_id))
    told = t("Good morning. This chat is now connected to you: {offices} can write to you here.", offices=offices)
    text = f"{told}\n\n{t('Write /help at any time to see what I can do.')}"
    reply = _go_on(talk, round_id)
    return reply._replace(screens=(Screen(text), *reply.screens))


def _go_on(talk: Talk, round_id: int) -> Reply:
    return begin_round(talk, round_id) if round_id else go_on_or_welcome(talk)


def _still_open(talk: Talk, round_id: int) -> int:
    """The round, 0 once it closed while the code was on its way: the account is joined all the same."""
    return round_id if round_id and load_round(talk.session, round_id).open_at(talk.now) else 0
