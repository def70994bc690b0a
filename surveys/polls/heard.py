"""What people wrote in a poll of words: like answers together, read by staff before anybody else sees them.

Nothing is written by looking: an answer is what the ballots hold, and waits until staff have decided about it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.database.inserting import insert_into
from core.i18n import Translator
from surveys.polls.errors import AnswerGone, ThemeTooLong
from surveys.polls.kinds import Kind
from surveys.polls.outcome import is_withheld
from surveys.polls.poll import Poll
from surveys.polls.reading import read_ballots
from surveys.polls.screen_tables import TextGroup, TextWording
from surveys.polls.screens import change_screen
from surveys.polls.wordings import DIGEST, digest_of, key_of, propose_themes, shown_text
from surveys.results.protecting import LEAST, protect

WAITING, SHOWN, HIDDEN = "waiting", "shown", "hidden"
STATES = (WAITING, SHOWN, HIDDEN)
LONGEST_THEME = 60


@dataclass(frozen=True)
class Wording:
    digest: str
    text: str
    count: int


@dataclass(frozen=True)
class Answer:
    """One thing that was said, in how many wordings whatsoever; `text` is the one that stands for all."""

    key: str
    text: str
    state: str
    wordings: tuple[Wording, ...]
    theme: str = ""  # as staff have named it
    proposed: str = ""  # a word that it shares with others

    @property
    def count(self) -> int:
        return sum(one.count for one in self.wordings)


@dataclass(frozen=True)
class ToldAnswer:
    """An answer as everybody reads it; `count` None where it is not told how many gave it."""

    text: str
    count: int | None
    theme: str = ""


@dataclass
class _Read:
    """How staff have read answers so far."""

    groups: dict[str, TextGroup] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)

    def key(self, wording: Wording) -> str:
        key = self.moved.get(wording.digest) or key_of(wording.text)
        found = self.groups.get(key)
        return found.merged_into if found is not None and found.merged_into else key


def answers_of(session: Session, poll: Poll) -> list[Answer]:
    """For staff: all that counts by now, the most frequent first, with proposed themes for what has none."""
    found = _answers(session, poll)
    themes = propose_themes([(one.key, one.text, one.count) for one in found if not one.theme]).of
    return [Answer(one.key, one.text, one.state, one.wordings, one.theme, themes.get(one.key, "")) for one in found]


def _answers(session: Session, poll: Poll) -> list[Answer]:
    read = _read(session, poll.id)
    together: dict[str, list[Wording]] = {}
    for pile in read_ballots(session, poll).together:
        wording = Wording(digest_of(pile.ballot), pile.ballot, pile.count)
        together.setdefault(read.key(wording), []).append(wording)
    found = [_answer(key, wordings, read.groups.get(key)) for key, wordings in together.items()]
    return sorted(found, key=lambda one: (-one.count, one.text))


def told_answers(session: Session, poll: Poll, least: int) -> list[ToldAnswer]:
    """For everybody: what staff let through, in the wording that they read, the most frequent first.

    Numbers are hidden as if all answers were shown, since their total is known; those that are stand in the order of
    their words, which tells nothing. A `least` of 0 hides none.
    """
    found = _answers(session, poll)
    told = [
        ToldAnswer(shown_text(one.text), None if hides else one.count, one.theme)
        for one, hides in zip(found, protect([one.count for one in found], least), strict=True)
        if one.state == SHOWN
    ]
    return sorted(told, key=lambda one: (-(one.count or 0), one.text))


def by_theme(answers: Sequence[ToldAnswer]) -> list[tuple[str, list[ToldAnswer]]]:
    """Answers under the themes that staff gave them, the largest first by what is told; those without one last."""
    found: dict[str, list[ToldAnswer]] = {}
    for one in answers:
        found.setdefault(one.theme, []).append(one)
    return sorted(found.items(), key=lambda pair: (not pair[0], -sum(one.count or 0 for one in pair[1]), pair[0]))


def judge(session: Session, poll: Poll, key: str, state: str) -> None:
    """Lets an answer through in the wording that stands for it now, hides it, or puts it back; raises AnswerGone."""
    answer = _find(session, poll, key)
    _keep(session, poll.id, key, state=state, wording=digest_of(answer.text) if state == SHOWN else "")
    change_screen(session, poll.id)


def merge_answers(session: Session, poll: Poll, keys: Sequence[str]) -> str:
    """Makes one of several: one that is shown before others, then the most frequent; its key. Raises AnswerGone."""
    found = [_find(session, poll, key) for key in sorted(set(keys))]
    if len(found) < 2:
        raise AnswerGone
    kept = min(found, key=lambda one: (one.state != SHOWN, -one.count, one.text))
    others = [one.key for one in found if one is not kept]
    theirs = TextGroup.poll_id == poll.id, TextGroup.merged_into.in_(others)
    session.execute(update(TextGroup).where(*theirs).values(merged_into=kept.key))
    for key in others:
        _keep(session, poll.id, key, merged_into=kept.key, state=WAITING, wording="")
    change_screen(session, poll.id)
    return kept.key


def split_answer(session: Session, poll: Poll, key: str, digest: str) -> None:
    """Takes a wording out of an answer, as one of its own that is still to be read; raises AnswerGone."""
    answer = _find(session, poll, key)
    if len(answer.wordings) < 2 or digest not in {one.digest for one in answer.wordings}:
        raise AnswerGone
    own = f"w{digest[: DIGEST - 1]}"
    new = insert_into(session, TextWording).values(poll_id=poll.id, digest=digest, key=own)
    session.execute(new.on_conflict_do_update(index_elements=["poll_id", "digest"], set_={"key": own}))
    _keep(session, poll.id, own, state=WAITING, merged_into="", wording="", theme="")
    change_screen(session, poll.id)


def set_themes(session: Session, poll: Poll, themes: Sequence[tuple[str, str]]) -> None:
    """Keeps the themes of answers, "" for none; raises ThemeTooLong, AnswerGone."""
    known = {one.key for one in _answers(session, poll)}
    for key, theme in themes:
        named = shown_text(theme) if theme.strip() else ""
        if len(named) > LONGEST_THEME:
            raise ThemeTooLong(most=LONGEST_THEME)
        if key not in known:
            raise AnswerGone
        _keep(session, poll.id, key, theme=named)
    change_screen(session, poll.id)


def unread(session: Session, poll: Poll, least: int = LEAST) -> int:
    """How many different answers staff have still to read; 0 while nobody may read them, and of other kinds."""
    if poll.kind is not Kind.TEXT or is_withheld(session, poll, least):
        return 0
    return sum(one.state == WAITING for one in _answers(session, poll))


def unread_told(count: int, t: Translator) -> str:
    """The question before a result is shown without them."""
    return t.n(
        "{count} answer has not been read yet: the result does not show it. Show the result all the same?",
        "{count} answers have not been read yet: the result does not show them. Show the result all the same?",
        count,
    )


def _answer(key: str, wordings: list[Wording], group: TextGroup | None) -> Answer:
    """What staff let through stays as they read it; where nobody says it any more, it is to be read again."""
    often = sorted(wordings, key=lambda one: (-one.count, one.text))
    if group is None:
        return Answer(key, often[0].text, WAITING, tuple(often))
    read = next((one for one in often if one.digest == group.wording), None)
    state = WAITING if group.state == SHOWN and read is None else group.state
    return Answer(key, (read or often[0]).text, state, tuple(often), group.theme)


def _read(session: Session, poll_id: int) -> _Read:
    groups = session.scalars(
        select(TextGroup).where(TextGroup.poll_id == poll_id).execution_options(populate_existing=True)
    )
    moved = session.execute(select(TextWording.digest, TextWording.key).where(TextWording.poll_id == poll_id))
    return _Read({one.key: one for one in groups}, {row.digest: row.key for row in moved})


def _find(session: Session, poll: Poll, key: str) -> Answer:
    for one in _answers(session, poll):
        if one.key == key:
            return one
    raise AnswerGone


def _keep(session: Session, poll_id: int, key: str, **values: str) -> None:
    new = {"poll_id": poll_id, "key": key, "state": WAITING, "wording": "", "merged_into": "", "theme": "", **values}
    written = insert_into(session, TextGroup).values(new)
    session.execute(written.on_conflict_do_update(index_elements=["poll_id", "key"], set_=values))
