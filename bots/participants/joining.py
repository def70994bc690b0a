"""/start with a joining link, and the code that opens earlier answers."""

from __future__ import annotations

from dataclasses import replace

from bots.participants.commands import resume_or_welcome
from bots.participants.dialogue import Talk, begin_round
from bots.participants.render import choice_row
from bots.participants.screen import Reply, Screen, plain
from bots.participants.store import change_chat, load_chat, offices_of
from core.ids import Ids
from core.links import Links, Purpose
from core.people.joining import CodeCheck, Joined, JoiningLink, enter_code, join_chat, send_code
from core.people.preferences import set_language
from surveys.responses.standing import has_answers


def join(talk: Talk, links: Links, ids: Ids, token: str) -> Reply:
    """Joins the chat's account to the person the link was made for.

    Raises LinkForged, LinkExpired, LinkUsed, AddressTaken.
    """
    participant_id, round_id, nonce = links.read(Purpose.JOIN_CHAT, token, talk.now)
    link = JoiningLink(participant_id, nonce, talk.chat.id)
    answered = has_answers(talk.session, participant_id)
    address_id, joined = join_chat(talk.session, link, ids, answered=answered, now=talk.now)
    awaiting = {"code": address_id, "round": round_id} if joined is Joined.CODE_NEEDED else {}
    change_chat(talk.session, talk.chat.id, address_id=address_id, awaiting=awaiting)
    chat = load_chat(talk.session, talk.chat.id)
    assert chat is not None
    talk = replace(talk, chat=chat)
    if joined is Joined.CODE_NEEDED:
        return ask_code(talk)
    if joined is Joined.NOW:
        assert chat.participant_id is not None
        set_language(talk.session, chat.participant_id, chat.language)
    return _greet(talk, round_id) if joined is Joined.NOW else _go_on(talk, round_id)


def ask_code(talk: Talk) -> Reply:
    t = talk.t
    text = t(
        "You have given answers before. To see them here, please write the code of six digits "
        "that we have just sent to your e-mail address."
    )
    return Reply((Screen(text, choice_row([(t("Send a new code"), "code", "new")])),))


def take_code(talk: Talk, ids: Ids, typed: str) -> Reply:
    """A text while a code is awaited."""
    t = talk.t
    match enter_code(talk.session, int(talk.chat.awaiting["code"]), typed, talk.now):
        case CodeCheck.RIGHT:
            round_id = int(talk.chat.awaiting.get("round", 0))
            change_chat(talk.session, talk.chat.id, awaiting={})
            chat = replace(talk.chat, awaiting={}, proved=True)
            return _greet(replace(talk, chat=chat), round_id)
        case CodeCheck.WRONG:
            return Reply((Screen(t("This is not the code. Please check the e-mail and write the six digits.")),))
        case CodeCheck.OVER:
            return new_code(talk, ids)


def new_code(talk: Talk, ids: Ids) -> Reply:
    send_code(talk.session, int(talk.chat.awaiting["code"]), ids, talk.now)
    text = talk.t("We have sent you a new code by e-mail. Please write its six digits here.")
    return Reply((Screen(text),))


def _greet(talk: Talk, round_id: int) -> Reply:
    assert talk.chat.participant_id is not None
    t = talk.t
    offices = ", ".join(plain(name, 200) for _, name in offices_of(talk.session, talk.chat.participant_id))
    told = t("Good morning. This chat is now connected to you: {offices} can write to you here.", offices=offices)
    text = f"{told}\n\n{t('Write /help at any time to see what I can do.')}"
    reply = _go_on(talk, round_id)
    return replace(reply, screens=(Screen(text), *reply.screens))


def _go_on(talk: Talk, round_id: int) -> Reply:
    return begin_round(talk, round_id) if round_id else resume_or_welcome(talk)
