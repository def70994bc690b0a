"""Answers: given at once, typed, or put together step by step in a draft."""

from __future__ import annotations

from surveys.engine.events import AnswerAccepted, DraftChanged, Fault, QuestionSkipped
from surveys.engine.form import Group, Kind, Question
from surveys.engine.plain import plain
from surveys.engine.refs import form_ref, within
from surveys.engine.repeating import add
from surveys.engine.session import Stage
from surveys.engine.styling import say_choice
from surveys.engine.turn import Turn, page_of
from surveys.engine.understand import understand
from surveys.engine.values import Refused
from surveys.engine.yes_no import DONE

MORE = "yes"  # the answer to whether a part is to be filled in once more
UNANSWERED = frozenset({Kind.NOTE, Kind.REPEAT})


def answer(turn: Turn, ref: str, value: str) -> None:
    """Keeps an answer to the open question and moves on; an empty one leaves it out."""
    question = _open(turn, ref)
    if question is None:
        return None
    if question.kind is Kind.NOTE:
        return _pass(turn, question)
    if question.kind is Kind.REPEAT:
        return add(turn, ref) if value == MORE else _pass(turn, question)
    found = turn.check(question, value)
    if isinstance(found, Refused):
        return turn.refuse(ref, found.fault, found.values)
    if not turn.state.holds(ref, found):
        return turn.refuse(ref, Fault.CONSTRAINT)
    if not found:
        return _leave_out(turn, question)
    return _pass(turn, question) if turn.put(ref, found) else None


def words(turn: Turn, text: str) -> None:
    """Understands typed text as the answer to the open question."""
    question = _open(turn, turn.session.at)
    if question is None:
        return None
    options = [(one.value, say_choice(turn.state, question, one).text) for one in turn.state.offered(question)]
    moment = turn.state.now[:10]
    found = understand(question, text, tuple(options), (turn.session.language, moment))
    if isinstance(found, str):
        return _typed(turn, question, found, [value for value, _ in options])
    if turn.session.draft and plain(text) in DONE:
        return confirm(turn, question.ref)
    return turn.refuse(question.ref, found.fault, found.values)


def _typed(turn: Turn, question: Question, value: str, offered: list[str]) -> None:
    """A whole answer is taken for one; what is typed while choices are being put together joins them."""
    draft, given = turn.session.draft, value.split()
    begun = draft != tuple(turn.state.value(question.ref).split())
    if question.kind is Kind.SELECT_MULTIPLE and begun:
        return _draft(turn, question.ref, tuple(one for one in offered if one in (*draft, *given)))
    if question.kind is Kind.RANK and len(given) < len(offered) and len(set(given)) == len(given):
        ranked = draft if len(draft) < len(offered) else ()
        return _ranked(turn, question, (*ranked, *(one for one in given if one not in ranked)))
    return answer(turn, question.ref, value)


def fill(turn: Turn, values: dict[str, str]) -> None:
    """Keeps the answers of one page; faulty ones are named and the page stays open.

    Values for questions that are not relevant (any more) are left aside, since a page without
    scripts may still hold them.
    """
    unknown = [ref for ref in values if not _asked(turn, ref)]
    start = next((ref for ref in values if turn.question(ref)), "") if values else turn.session.at
    if unknown or turn.question(start) is None:
        return turn.refuse(next(iter((*unknown, *values)), ""), Fault.NOT_OPEN)
    if turn.session.stage is Stage.REVIEW:
        turn.become(editing=True)
    shown = page_of(turn.state, start)
    inside = turn.session.inside if within(start, turn.session.inside) else ""
    turn.become(at=start, stage=Stage.ASKING, draft=(), inside=inside)
    faulty = _keep_all(turn, values)
    faulty += [one.ref for one in shown if one.ref not in values and _missing(turn, one)]
    if faulty:
        turn.passing(*(ref for ref in values if ref not in faulty and turn.question(ref)))
        return None
    turn.passing(*(question.ref for question in shown))
    return _leave_page(turn, shown)


def _keep_all(turn: Turn, values: dict[str, str]) -> list[str]:
    """Keeps what can be kept, constraints seen over all values together; returns what could not."""
    faulty: list[str] = []
    before: dict[str, str] = {}
    for question in [one for one in turn.layout.asked if one.ref in values]:
        ref = question.ref
        if turn.question(ref) is None or question.kind in UNANSWERED:
            continue
        found = turn.check(question, values[ref])
        if isinstance(found, Refused):
            turn.refuse(ref, found.fault, found.values)
            faulty.append(ref)
        elif found != turn.state.value(ref):
            before[ref] = turn.state.value(ref)
            faulty += [] if turn.put(ref, found) else [ref]
        else:
            turn.events.append(AnswerAccepted(ref, found) if found else QuestionSkipped(ref))
    for ref in [one for one in values if turn.question(one) and one not in faulty]:
        if not turn.state.holds(ref, turn.state.value(ref)):
            if ref in before:
                turn.put(ref, before[ref])
            turn.refuse(ref, Fault.CONSTRAINT)
            faulty.append(ref)
    return faulty


def _missing(turn: Turn, question: Question) -> bool:
    if not turn.state.relevant(question.ref) or turn.state.value(question.ref) or not turn.state.demands(question):
        return False
    turn.refuse(question.ref, Fault.REQUIRED)
    return True


def _leave_page(turn: Turn, shown: tuple[Question, ...]) -> None:
    """On to what follows the page, unless an answer brought up a further question on it."""
    fresh = [one for one in page_of(turn.state, shown[0].ref) if one.ref not in turn.session.passed]
    if fresh:
        return turn.open(fresh[0].ref, editing=turn.session.editing)
    return turn.advance(shown[-1].ref)


def draft_tick(turn: Turn, ref: str, choice: str) -> None:
    question = _open(turn, ref, Kind.SELECT_MULTIPLE)
    if question is None:
        return None
    offered = [one.value for one in turn.state.offered(question)]
    if choice not in offered:
        return turn.refuse(ref, Fault.NOT_OFFERED)
    ticked = set(turn.session.draft) ^ {choice}
    return _draft(turn, ref, tuple(one for one in offered if one in ticked))


def draft_rank(turn: Turn, ref: str, choice: str) -> None:
    """The next place of a ranking; one ranked before moves there, the last one left takes the last by itself."""
    question = _open(turn, ref, Kind.RANK)
    if question is None:
        return None
    offered = [one.value for one in turn.state.offered(question)]
    if choice not in offered:
        return turn.refuse(ref, Fault.NOT_OFFERED)
    return _ranked(turn, question, (*(one for one in turn.session.draft if one != choice), choice))


def _ranked(turn: Turn, question: Question, ranked: tuple[str, ...]) -> None:
    left = [one.value for one in turn.state.offered(question) if one.value not in ranked]
    _draft(turn, question.ref, (*ranked, *left) if len(left) == 1 else ranked)


def undo(turn: Turn, ref: str) -> None:
    """Takes back the last step; of a full ranking the last two, since one choice alone decides nothing."""
    question = _open(turn, ref)
    if question is None:
        return
    full = question.kind is Kind.RANK and len(turn.session.draft) == len(turn.state.offered(question))
    _draft(turn, ref, turn.session.draft[: -2 if full else -1])


def _draft(turn: Turn, ref: str, draft: tuple[str, ...]) -> None:
    turn.become(draft=draft)
    turn.events.append(DraftChanged(ref, draft))


def confirm(turn: Turn, ref: str) -> None:
    """Confirms a draft, a note or an acknowledgement; else keeps the answer that is there."""
    question = _open(turn, ref)
    if question is None:
        return
    if question.kind in UNANSWERED or turn.state.readonly(ref):
        _pass(turn, question)
    elif question.kind is Kind.ACKNOWLEDGE:
        answer(turn, ref, "OK")
    elif question.kind in (Kind.SELECT_MULTIPLE, Kind.RANK):
        answer(turn, ref, " ".join(turn.session.draft))
    else:
        answer(turn, ref, turn.state.value(ref))


def skip(turn: Turn, ref: str) -> None:
    question = _open(turn, ref)
    if question is None:
        return
    if question.kind in UNANSWERED or turn.state.readonly(ref):
        _pass(turn, question)
    elif turn.state.demands(question):
        turn.refuse(ref, Fault.REQUIRED)
    else:
        _leave_out(turn, question)


def _leave_out(turn: Turn, question: Question) -> None:
    if turn.state.value(question.ref):
        turn.put(question.ref, "")
    turn.events.append(QuestionSkipped(question.ref))
    _pass(turn, question)


def _pass(turn: Turn, question: Question) -> None:
    turn.passing(question.ref)
    turn.advance(question.ref)


def _open(turn: Turn, ref: str, kind: Kind | None = None) -> Question | None:
    """The open question if it is the one that is meant; otherwise the input is refused."""
    question = turn.question(ref) if turn.session.stage is Stage.ASKING and ref == turn.session.at else None
    if question is None or kind not in (None, question.kind):
        turn.refuse(ref, Fault.NOT_OPEN)
        return None
    return question


def _asked(turn: Turn, ref: str) -> bool:
    node = turn.machine.nodes.get(form_ref(ref))
    repeats = isinstance(node, Group) and node.repeat is not None
    return repeats or (isinstance(node, Question) and node.asked)
