"""The draft of a question that a chat holds: it is gone on with or thrown away, and never replaced by another."""

from __future__ import annotations

from bots.screen import Key, Screen, plain, shorten
from bots.staff.poll_draft import DRAFT, Draft
from bots.staff.poll_words import options_in
from bots.staff.talk import Talk, fitted, key
from core.i18n import pick_text
from core.staff.chats import hold_draft
from notifications.review.asking import asking_offices

OPTIONS_SHOWN = 1800  # UTF-16 units of a message


def draft_at_hand(talk: Talk) -> Draft | None:
    """None also for one without a word, and of an office whose people this account may not ask any more."""
    told = hold_draft(talk.session, talk.staff.account_id)
    draft = Draft.from_json(told) if told else None
    if draft is None or draft.office_id not in asking_offices(talk.staff):
        return None
    return draft if draft.template or draft.said or draft.begun else None


def held_screen(talk: Talk, draft: Draft) -> Screen:
    """What stands there, before another one is begun."""
    t, new = talk.t, draft.definition
    asked = [f"<b>{plain(_title(talk, draft), 300)}</b>", *options_in(new, t.language, OPTIONS_SHOWN, t)]
    lines = [t("A question that you began here has not been sent yet:"), "\n".join(asked)]
    anew = key(f"🗑 {t('Throw it away and begin another')}", DRAFT, draft.mark, "anew")
    return Screen(fitted(lines), ((key(f"✏️ {t('Go on with it')}", DRAFT, draft.mark),), (anew,)))


def told_in_list(talk: Talk, draft: Draft) -> tuple[str, Key]:
    """Its line among the polls, and the button that leads to it."""
    t = talk.t
    line = f"✏️ <b>{plain(_title(talk, draft), 150)}</b>\n{t('begun here, and not sent yet')}"
    return line, key(f"✏️ {t('Go on with: {title}', title=shorten(_title(talk, draft), 40))}", DRAFT, draft.mark)


def _title(talk: Talk, draft: Draft) -> str:
    return pick_text(dict(draft.definition.title), talk.t.language)
