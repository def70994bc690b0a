"""The acts of the bot in one table: a command, a button of the menu, and who sees it.

What another feature adds is an entry here and, for its further buttons, a line in PRESSES.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bots.command_names import command_in
from bots.screen import Screen, arrange, plain
from bots.staff import asking, door, draft_page, mailing, poll_draft, polls, questions, settings, today
from bots.staff.talk import Reply, Talk, key
from core.i18n import N_
from core.staff.roles import Permission
from notifications.review.asking import asking_offices
from notifications.review.store import READS

Show = Callable[[Talk, str], Reply]
MENU = "menu"


@dataclass(frozen=True)
class Entry:
    """`needs` are permissions of which one, in any office, is enough; none for everybody who is linked."""

    command: str
    label: str
    about: str
    show: Show
    needs: tuple[Permission, ...] = ()
    in_menu: bool = True
    asks: bool = False  # for whoever may ask in some office, which takes two permissions there

    def is_for(self, talk: Talk) -> bool:
        if self.asks:
            return bool(asking_offices(talk.staff))
        return not self.needs or any(talk.staff.offices(one) for one in self.needs)


def show_menu(talk: Talk, _: str = "") -> Reply:
    t = talk.t
    keys = arrange([key(t(one.label), one.command) for one in ENTRIES if one.in_menu and one.is_for(talk)])
    return Reply((Screen(t("Good day, {name}. What would you like to do?", name=plain(talk.staff.name, 100)), keys),))


def show_help(talk: Talk, _: str = "") -> Reply:
    t = talk.t
    lines = [
        t("I am the office's bot for its staff. What you may do here is what your role allows in the console."),
        "\n".join(f"/{command_in(t.language, one.command)} – {t(one.about)}" for one in ENTRIES if one.is_for(talk)),
        t("Everything you do here stands in the audit log, without what was written."),
    ]
    return Reply((Screen("\n\n".join(lines)),))


ENTRIES: tuple[Entry, ...] = (
    Entry(today.TODAY, N_("📅 Today"), N_("What leaves today and in the coming days"), today.show_today, READS),
    Entry(
        polls.POLLS,
        N_("🗳 Polls"),
        N_("Polls: open, close, results"),
        polls.list_polls,
        (Permission.MANAGE_POLLS,),
    ),
    Entry(polls.NEW, N_("➕ Ask"), N_("Ask the people, or the hall"), asking.begin, asks=True),
    Entry(door.DOOR, N_("🚪 Check-in"), N_("How many have come today"), door.show_door, (Permission.CHECK_IN,)),
    Entry(
        questions.QUESTIONS,
        N_("❓ Questions"),
        N_("What people ask the office"),
        questions.list_questions,
        (Permission.ANSWER_PEOPLE,),
    ),
    Entry(today.DOUBT, N_("🤔 In doubt"), N_("Messages that may not have arrived"), today.show_doubts, READS),
    Entry(settings.SETTINGS, N_("⚙️ Settings"), N_("Questions, alarms and quiet hours"), settings.show_settings),
    Entry(settings.LANGUAGE, N_("🌐 Language"), N_("Choose the language"), settings.show_languages),
    Entry("help", N_("ℹ️ Help"), N_("What I can do"), show_help),
    Entry("stop", N_("Unlink"), N_("Unlink this Telegram account"), settings.stop, in_menu=False),
)
COMMANDS: dict[str, Entry] = {one.command: one for one in ENTRIES}
PRESSES: dict[str, Show] = {one.command: one.show for one in ENTRIES if one.in_menu} | {
    MENU: show_menu,
    today.MAILING: mailing.open_mailing,
    mailing.SAMPLE: mailing.show_sample,
    mailing.ASK: mailing.ask_again,
    mailing.DO: mailing.act,
    polls.POLL: polls.open_page,
    polls.ASK: polls.ask_again,
    polls.DO: polls.act,
    polls.PICTURE: polls.draw,
    asking.FROM: asking.begin_from,
    asking.KIND: asking.begin_kind,
    poll_draft.DRAFT: asking.change,
    draft_page.SEND: asking.send,
    questions.QUESTION: questions.open_question,
    questions.ANSWER: questions.begin_answer,
}
AWAITED: dict[str, Callable[[Talk, str], Reply]] = {
    questions.ANSWER: lambda talk, text: questions.take_answer(talk, talk.chat.awaiting[questions.ANSWER], text),
    asking.AWAITS: asking.take_words,
    asking.AWAITS_CLOSE: asking.take_close,
    settings.AWAITS_QUIET: settings.take_hours,
}
"""What the next words are taken for, by what the chat awaits."""
