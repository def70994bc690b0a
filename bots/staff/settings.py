"""What somebody wants to hear of in the chat, and when not: questions, alarms, quiet hours, the language.

`settings:<what>` changes one thing and shows the rest as it stands.
"""

from __future__ import annotations

from dataclasses import replace

from bots.screen import Screen, plain
from bots.staff.talk import Reply, Talk, key
from core.errors import Problem
from core.i18n import LANGUAGE_NAMES, LANGUAGES, N_
from core.staff.accounts import change_language
from core.staff.chats import QUIET, change_chat, unlink
from notifications.staff.quiet import read_quiet

SETTINGS, LANGUAGE, AWAITS_QUIET = "settings", "language", "quiet"
ON, OFF = "🔔", "🔕"


class HoursWrong(Problem):
    text = N_("These hours are not understood. Please write them as in 20:00-8:00.")


def show_settings(talk: Talk, what: str = "") -> Reply:
    t, chat, account = talk.t, talk.chat, talk.staff.account_id
    match what:
        case "questions":
            chat = replace(chat, takes_questions=not chat.takes_questions)
        case "alarms":
            chat = replace(chat, takes_alarms=not chat.takes_alarms)
        case "severe":
            chat = replace(chat, severe_always=not chat.severe_always)
        case "never":
            chat = replace(chat, quiet=("00:00", "00:00"))
        case "usual":
            chat = replace(chat, quiet=QUIET)
        case "hours":
            change_chat(talk.session, account, awaiting={AWAITS_QUIET: True})
            text = t("From when to when shall I be quiet? Write it as in 20:00-8:00. Any command leaves it.")
            return Reply((Screen(text),), below=True)
    change_chat(
        talk.session,
        account,
        takes_questions=chat.takes_questions,
        takes_alarms=chat.takes_alarms,
        severe_always=chat.severe_always,
        quiet_from=chat.quiet[0],
        quiet_until=chat.quiet[1],
    )
    return Reply((_screen(replace(talk, chat=chat)),))


def take_hours(talk: Talk, text: str) -> Reply:
    """Raises HoursWrong; the next words are hours again then."""
    hours = read_quiet(text)
    if hours is None:
        raise HoursWrong
    account = talk.staff.account_id
    change_chat(talk.session, account, quiet_from=hours[0], quiet_until=hours[1], awaiting={})
    return Reply((_screen(replace(talk, chat=replace(talk.chat, quiet=hours))),))


def show_languages(talk: Talk, code: str = "") -> Reply:
    if code not in LANGUAGES:
        keys = tuple((key(LANGUAGE_NAMES[one], LANGUAGE, one),) for one in LANGUAGES)
        return Reply((Screen(talk.t("Which language do you prefer, here and in the console?"), keys),))
    change_language(talk.session, talk.staff.account_id, code)
    there = replace(talk, staff=replace(talk.staff, language=code))
    return Reply((Screen(there.t("We go on in English.")),))  # translators: name your own language


def stop(talk: Talk, _: str = "") -> Reply:
    unlink(talk.session, talk.staff, talk.now)
    return Reply((Screen(talk.t("Unlinked: nothing of the office is written here any more.")),))


def _screen(talk: Talk) -> Screen:
    t, chat = talk.t, talk.chat
    begins, ends = chat.quiet
    quiet = t("Quiet hours: {begins} to {ends}", begins=begins, ends=ends) if begins != ends else t("No quiet hours")
    lines = [
        f"<b>{plain(talk.staff.name, 100)}</b>",
        f"{ON if chat.takes_questions else OFF} {t('Questions from people')}",
        f"{ON if chat.takes_alarms else OFF} {t('Alarms')}",
        f"🌙 {quiet}. {t('What comes then is told at their end.')}",
        f"{ON if chat.severe_always else OFF} {t('Severe alarms also in quiet hours')}",
    ]
    keys = (
        (key(_toggle(talk, t("Questions"), on=chat.takes_questions), SETTINGS, "questions"),),
        (key(_toggle(talk, t("Alarms"), on=chat.takes_alarms), SETTINGS, "alarms"),),
        (key(_toggle(talk, t("Severe ones always"), on=chat.severe_always), SETTINGS, "severe"),),
        (key(f"🌙 {t('Other quiet hours')}", SETTINGS, "hours"),),
        (
            key(t("No quiet hours"), SETTINGS, "never"),
            key(t("{begins} to {ends}", begins=QUIET[0], ends=QUIET[1]), SETTINGS, "usual"),
        ),
    )
    return Screen("\n\n".join(lines), keys)


def _toggle(talk: Talk, name: str, *, on: bool) -> str:
    return talk.t("{name}: turn off", name=name) if on else talk.t("{name}: turn on", name=name)
