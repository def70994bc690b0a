"""What leaves today and in the coming days, and what is in doubt."""

from __future__ import annotations

from itertools import groupby

from bots.screen import Key, Screen, named, plain
from bots.staff.talk import Reply, Talk, day_of, fitted, key
from core.i18n import Translator, pick_text
from notifications.planning.obstacles import CAUSE_NAMES, Cause
from notifications.review.series import WAITS, to_start
from notifications.review.store import MailingRow
from notifications.review.today import Ahead, ahead, held_up, to_release
from notifications.words import CHANNELS, CONFLICTS, word
from surveys.polls.namesakes import told_apart
from surveys.polls.store import load_poll

TODAY, DOUBT, MAILING = "today", "doubt", "mailing"
AT_ONCE = 12  # mailings with their buttons


def show_today(talk: Talk, _: str = "") -> Reply:
    """The coming week, day by day, and what is held up."""
    t = talk.t
    coming = ahead(talk.session, talk.staff, talk.judging.rules, talk.now)
    shown, stuck = coming[:AT_ONCE], held_up(talk.session, talk.staff, talk.now)
    lines = [f"<b>{t('What leaves in the coming seven days')}</b>"]
    if not coming:
        lines.append(t("Nothing is planned."))
    number = 0
    keys: list[tuple[Key, ...]] = []
    for day, found in groupby(shown, lambda one: one.entry.due.due_local[:10]):
        entries = list(found)
        due = entries[0].entry.due
        lines.append(f"<b>{_day(talk, day, entries[0])}</b>" if not due.late else f"<b>{_late(talk, entries[0])}</b>")
        for one in entries:
            number += 1
            lines.append(_line(t, number, one))
            keys.append((key(f"{number}. {subject_of(one.mailing, t)}", MAILING, one.mailing.id),))
    if len(coming) > AT_ONCE:
        left = len(coming) - AT_ONCE
        lines.append(t.n("{count} more mailing is in the console.", "{count} more mailings are in the console.", left))
    planned = {one.mailing.id for one in shown}
    for held in stuck[:AT_ONCE]:
        lines.append(f"⚠️ {plain(subject_of(held.mailing, t), 80)}: {t(CAUSE_NAMES[held.obstacle.cause])}")
        if held.mailing.id not in planned:
            planned.add(held.mailing.id)
            keys.append((key(f"⚠️ {subject_of(held.mailing, t)}", MAILING, held.mailing.id),))
    planned |= {one.mailing.id for one in coming}
    waiting = [one for one in to_release(talk.session, talk.staff, talk.now) if one.id not in planned]
    about = [load_poll(talk.session, one.poll_id) for one in waiting[:AT_ONCE] if one.poll_id is not None]
    apart = told_apart(talk.session, about, t)
    for draft in waiting[:AT_ONCE]:
        subject, told = subject_of(draft, t), apart.get(draft.poll_id or 0, "")
        name = f"{plain(subject, 80)} ({plain(told, 80)})" if told else plain(subject, 80)
        why = t("waits with its poll to be released") if draft.poll_id else word(CONFLICTS, "not-released", t)
        lines.append(f"✋ {name}: {why}")
        keys.append((key(f"✋ {named(subject, told)}", MAILING, draft.id),))
    if (left := len(waiting) - AT_ONCE) > 0:
        lines.append(t.n("{count} more mailing is in the console.", "{count} more mailings are in the console.", left))
    for series in to_start(talk.session, talk.staff):
        title = plain(pick_text(series.title, t.language), 80)
        lines.append(f"✋ {title}: {t(WAITS[series.kind])}\n{talk.urls.public}{series.path}")
    keys.append((key(f"🔄 {t('As it is now')}", TODAY),))
    return Reply((Screen(fitted(lines), tuple(keys)),))


def show_doubts(talk: Talk, _: str = "") -> Reply:
    """How many of which mailing; each is decided in the console, where who it is can be seen."""
    t = talk.t
    found = held_up(talk.session, talk.staff, talk.now, (Cause.IN_DOUBT,))
    if not found:
        return Reply((Screen(t("Nothing is in doubt.")),))
    lines = [f"<b>{t('In doubt')}</b>", t(CAUSE_NAMES[Cause.IN_DOUBT])]
    lines += [
        f"{plain(subject_of(one.mailing, t), 80)}: {one.obstacle.detail}\n"
        f"{talk.urls.public}{doubts_page(one.mailing.id)}"
        for one in found[:AT_ONCE]
    ]
    lines.append(t("Each is decided in the console: send it again, or take it as sent."))
    return Reply((Screen("\n\n".join(lines)),))


def doubts_page(mailing_id: int) -> str:
    return f"/console/mailings/{mailing_id}?state=in-doubt"


def subject_of(mailing: MailingRow, t: Translator) -> str:
    return pick_text(mailing.subjects, t.language) or mailing.slug


def by_channel(people: dict[str, int], t: Translator) -> str:
    """`e-mail 12, Telegram 3`."""
    told = ", ".join(f"{word(CHANNELS, name, t)} {count}" for name, count in sorted(people.items()))
    return told or t("nobody")


def _day(talk: Talk, day: str, one: Ahead) -> str:
    due = one.entry.due
    name = day_of(due.due_at, due.time_zone, talk.t.language)
    is_today = day_of(talk.now, due.time_zone, talk.t.language) == name
    return talk.t("Today, {day}", day=name) if is_today else name


def _late(talk: Talk, one: Ahead) -> str:
    due = one.entry.due
    return talk.t("Late, since {day}", day=day_of(due.due_at, due.time_zone, talk.t.language))


def _line(t: Translator, number: int, one: Ahead) -> str:
    entry = one.entry
    first = f"{number}. {entry.due.due_local[11:]} <b>{plain(subject_of(one.mailing, t), 120)}</b>"
    second = by_channel(entry.people, t)
    if entry.left_out:
        second += "; " + t.n("{count} left out", "{count} left out", entry.left_out)
    conflicts = [f"⚠️ {word(CONFLICTS, name, t)}" for name in entry.conflicts]
    return "\n".join([first, second, *conflicts])
