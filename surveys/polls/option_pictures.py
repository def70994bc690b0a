"""Pictures of options: which are taken, by their contents, and how they come to a poll."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from core.errors import Problem
from core.file_contents import keep_content
from core.i18n import N_
from core.media_types import HEAD, SHOWN, sniff
from surveys.polls.errors import PollBegun
from surveys.polls.kinds import State
from surveys.polls.making import NOT_BEGUN, change_poll, lock_poll, plan_poll
from surveys.polls.poll import Definition, Picture

LARGEST_MB, MEGABYTE = 2, 1024 * 1024


class NotPicture(Problem):
    text = N_("{name} cannot be shown as a picture: PNG, JPEG, WebP or GIF of at most {limit} MB.")
    status = 422


def type_of(content: bytes) -> str:
    """The media type of what can be an option's picture, "" of what cannot, or is too large."""
    media_type = sniff(content[:HEAD])
    return media_type if media_type in SHOWN and len(content) <= LARGEST_MB * MEGABYTE else ""


def take_picture(session: Session, name: str, content: bytes, words: Mapping[str, str]) -> Picture:
    """Kept by its contents, whatever it is called; raises NotPicture."""
    media_type = type_of(content)
    if not media_type:
        raise NotPicture(name=name, limit=LARGEST_MB)
    return Picture(keep_content(session, content), media_type, dict(words))


def with_pictures(poll: Definition, pictures: Mapping[str, Picture]) -> Definition:
    """The poll with these pictures and no others, by the options' names."""
    return replace(poll, options=tuple(replace(one, picture=pictures.get(one.name)) for one in poll.options))


def change_pictures(session: Session, poll_id: int, pictures: Mapping[str, Picture], now: datetime) -> bool:
    """Before the opening; a poll that is planned stays so. Whether they are others than before.

    Raises PollUnknown, PollBegun, PollWrong.
    """
    poll = lock_poll(session, poll_id)
    state = poll.state_at(now)
    if state not in NOT_BEGUN:
        raise PollBegun
    new = with_pictures(poll.definition, pictures)
    change_poll(session, poll_id, new, now)
    if state is State.PLANNED:
        plan_poll(session, poll_id, now)
    return new != poll.definition
