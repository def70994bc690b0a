"""One update, one unit of work: noted, allowed, done, all in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from bots.screen import Screen, plain
from bots.staff import asking, draft_page, mailing, polls
from bots.staff.menu import AWAITED, COMMANDS, PRESSES, show_menu
from bots.staff.parse import Arrived, Command, Did, Pressed, Said, SentSomethingElse, StoppedBot
from bots.staff.settings import HoursWrong
from bots.staff.talk import Making, Reply, Talk
from core.addresses import PublicUrls
from core.errors import Problem
from core.i18n import N_, translator
from core.inbound import first_time
from core.staff.chats import change_chat, link, staff_in_chat, unlink
from core.staff.errors import NotAllowed, NothingHere
from notifications.intake.questions import WordsEmpty, WordsTooLong
from notifications.review.review import Judging

DOOR = "telegram:staff"
ALONE = frozenset({polls.DO, draft_page.SEND, mailing.DO})  # acts in a transaction of their own (`acts_alone`)
HOW_TO_LINK = N_(
    "This bot is for the staff of the office. To use it, sign in to the console, open “Staff bot”, and follow the link "
    "you find there."
)
GONE = N_("This is not there any more, or your account may not see it. /today shows what there is.")
ONCE_MORE = (WordsEmpty, WordsTooLong, HoursWrong, *asking.UNFIT)  # after these the next words are for the same


@dataclass(frozen=True)
class Desk:
    """What a unit stands on."""

    judging: Judging
    urls: PublicUrls
    making: Making


def take_update(session: Session, desk: Desk, arrived: Arrived, now: datetime) -> Reply:
    """Does what somebody asked for; one that was processed before only shows the menu.

    Whoever is not linked learns nothing but how to link.
    """
    first = first_time(session, DOOR, str(arrived.update_id), now)
    did = arrived.did
    if first and isinstance(did, Command) and did.name == "start" and did.rest:
        wrong = link(session, did.rest, arrived.chat_id, now)
        if wrong is not None:
            return Reply((Screen(f"⚠️ {plain(wrong.say(translator(arrived.language)))}"),))
    found = staff_in_chat(session, arrived.chat_id)
    if found is None:
        stranger = translator(arrived.language)
        return Reply() if isinstance(did, StoppedBot) else Reply((Screen(stranger(HOW_TO_LINK)),))
    staff, chat = found
    if isinstance(did, StoppedBot):
        unlink(session, staff, now)
        return Reply()
    talk = Talk(session, staff, chat, now, desk.judging, desk.urls, desk.making)
    return _guarded(talk, did) if first else show_menu(talk)


def acts_alone(did: Did) -> bool:
    """Whether it must not share its transaction: to open or close a poll waits for the votes that others write."""
    return isinstance(did, Pressed) and did.data.partition(":")[0] in ALONE


def _guarded(talk: Talk, did: Did) -> Reply:
    """A Problem is told in the chat and undoes what the act had begun, not that it was noted."""
    if talk.chat.awaiting and not isinstance(did, Said):
        change_chat(talk.session, talk.staff.account_id, awaiting={})
        talk = replace(talk, chat=replace(talk.chat, awaiting={}))
    savepoint = talk.session.begin_nested()
    try:
        reply = _do(talk, did)
    except Problem as problem:
        savepoint.rollback()
        if not isinstance(problem, ONCE_MORE):
            change_chat(talk.session, talk.staff.account_id, awaiting={})
        said = talk.t(GONE) if isinstance(problem, NothingHere) else problem.say(talk.t)
        return Reply((Screen(f"⚠️ {plain(said)}"),), toast=said, below=True)
    savepoint.commit()
    return reply


def _do(talk: Talk, did: Did) -> Reply:
    match did:
        case Command("start"):
            return show_menu(talk)
        case Command(name):
            entry = COMMANDS.get(name)
            if entry is None:
                return Reply((Screen(talk.t("I do not know this command. Write /help to see what I can do.")),))
            if not entry.is_for(talk):
                raise NotAllowed
            return entry.show(talk, "")
        case Pressed(data):
            name, _, value = data.partition(":")
            pressed = PRESSES.get(name)
            if pressed is None:
                return Reply(toast=talk.t("This button is not in use any more."))
            return pressed(talk, value)
        case Said(text):
            awaited = next((AWAITED[one] for one in talk.chat.awaiting if one in AWAITED), None)
            return awaited(talk, text) if awaited is not None else show_menu(talk)
        case SentSomethingElse():
            return Reply((Screen(talk.t("I can only read text here.")),))
    return Reply()
