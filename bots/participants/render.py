"""From a prompt of the engine to a screen of the chat. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bots.participants.callback import IDLE, Act, Press, command, pack
from bots.participants.keyboard import Keyboard, Search
from bots.participants.listing import page_size, searchable, written_out
from bots.participants.on_page import easier_on_a_page
from bots.participants.questions import SEARCH, how_to, question_rows
from bots.participants.rich import more_help, rich
from bots.participants.scales import AT_ONCE, steps_of
from bots.participants.screen import LONGEST_TEXT, Key, Rows, Screen, label, plain, units
from bots.participants.wording import why_refused
from core.i18n import Translator
from surveys.engine.events import AnswerRefused, Event, Fault
from surveys.engine.form import Kind
from surveys.engine.prompts import (
    CompletePrompt,
    PausedPrompt,
    Prompt,
    QuestionPrompt,
    ReviewItem,
    ReviewPrompt,
)

ITEMS_A_PAGE = 10
ITEM_LENGTH = 160
CHOICE_LENGTH = 140
ORDER_LENGTH = 900
SAID_LENGTH = 80
MOST_ASKED = 3
NUMBER = re.compile(r"[+-]?[0-9.]{1,20}")
SHORTEST_LABEL = 500
HINT_LENGTH = 600
HELP_FRAME = 50  # the tags around the guidance


@dataclass(frozen=True)
class Standing:
    """What a screen is made from: whose response, at which revision, which page of it, in which language."""

    response_id: int
    revision: int
    t: Translator
    page: str = ""
    today: str = ""  # ISO date; calendars open there
    until: str = ""  # until when answers can be changed, written for people
    changing: bool = False  # what was sent is being changed
    search: Search | None = None  # what is looked for in the open question's list
    pages: str = ""  # where the response's pages open inside Telegram, "" where they do not

    def key(self, text: str, act: Act, value: str = "") -> Key:
        return Key(label(text), pack(Press(self.response_id, "", self.revision, act, value)))


def render(prompt: Prompt, events: tuple[Event, ...], standing: Standing) -> Screen:
    """The screen for what the engine prompts, with the reason when an answer was refused."""
    match prompt:
        case QuestionPrompt():
            return _question(prompt, events, standing)
        case ReviewPrompt():
            return _review(prompt, events, standing)
        case CompletePrompt():
            return _complete(prompt, standing)
        case PausedPrompt():
            return _paused(prompt, standing)


def _question(prompt: QuestionPrompt, events: tuple[Event, ...], standing: Standing) -> Screen:
    t = standing.t
    board = Keyboard(prompt, standing.response_id, standing.revision, t, standing.page, standing.today, standing.search)
    refused = [event for event in events if isinstance(event, AnswerRefused)]
    if board.search is not None:
        refused = [one for one in refused if one.fault is not Fault.NOT_UNDERSTOOD]
    heading = _heading(prompt, t)
    lines = [rich(prompt.hint, prompt.styled.hint, HINT_LENGTH, "i")] if prompt.hint else []
    lines += [*_aids(board), *_in_full(board)]
    reasons = [f"⚠️ {plain(why_refused(t, one), 300)}" for one in refused[:1]]
    room = LONGEST_TEXT - sum(units(line) + 2 for line in (heading, *lines, *reasons)) - SHORTEST_LABEL - HELP_FRAME
    lines += [*more_help(prompt, room), *reasons]
    left = LONGEST_TEXT - sum(units(line) + 2 for line in (heading, *lines))
    lines = [heading, rich(prompt.label, prompt.styled.label, max(left, SHORTEST_LABEL), "b"), *lines]
    rows = (*_suggested(board, refused), *question_rows(board), *_on_page(board, standing.pages), *_ways(board))
    return Screen("\n\n".join(lines), rows)


def _in_full(board: Keyboard) -> list[str]:
    """The choices of the page whose buttons cannot hold them."""
    cut = written_out(board)
    return ["\n".join(f"{place + 1}. {plain(one.label, CHOICE_LENGTH)}" for place, one in cut)] if cut else []


def _heading(prompt: QuestionPrompt, t: Translator) -> str:
    part = plain(prompt.part[-1], 100) if prompt.part else ""
    if prompt.kind in (Kind.NOTE, Kind.REPEAT):
        return f"<i>{part}</i>" if part else "ℹ️" if prompt.kind is Kind.NOTE else "🔁"
    way = {"number": prompt.progress.number, "percent": prompt.progress.percent}
    number = t("Question {number} · {percent}% of the way", **way)
    return f"<i>{part} · {number}</i>" if part else f"<i>{number}</i>"


def _filled_in(board: Keyboard, t: Translator) -> str:
    """What has been said of a repeat so far, or which instance is about to go."""
    instances = board.prompt.instances
    going = next((one for one in instances if one.code == board.page), None)
    if going is not None:
        title = plain(going.title, CHOICE_LENGTH)
        return t("Shall {part} be removed, with all its answers?", part=f"<b>{title}</b>")
    if not instances:
        return t("Nothing has been added yet.")
    return t.n("{count} has been added.", "{count} have been added.", len(instances))


def _aids(board: Keyboard) -> list[str]:
    """What helps to answer: how, the order so far, the limits of a scale."""
    lines: list[str] = []
    prompt, t = board.prompt, board.t
    if prompt.kind is Kind.REPEAT:
        return [_filled_in(board, t)]
    if prompt.readonly:
        return [plain(prompt.value, 500)] if prompt.value else []
    if prompt.draft:
        lines += _drafted(board)
    if prompt.kind is Kind.RANGE:
        return _limits(board)
    if not (prompt.kind is Kind.RANK and len(prompt.draft) == len(prompt.options)):
        lines += [t(one) for one in how_to(board)]
        lines += _searching(board)
    return lines


def _drafted(board: Keyboard) -> list[str]:
    """The order so far; the ticks that stand on other pages too."""
    prompt = board.prompt
    labels = {one.value: one.label for one in prompt.options}
    chosen = [labels.get(one, one) for one in prompt.draft]
    if prompt.kind is Kind.RANK:
        length = max(ORDER_LENGTH // len(chosen), 10)
        return ["\n".join(f"{place}. {plain(one, length)}" for place, one in enumerate(chosen, 1))]
    several = prompt.kind is Kind.SELECT_MULTIPLE and len(prompt.options) > page_size(prompt)
    return [f"☑ {plain(', '.join(chosen), ORDER_LENGTH)}"] if several else []


def _limits(board: Keyboard) -> list[str]:
    """Between which numbers a long scale stands."""
    steps, t = steps_of(board.prompt), board.t
    if 0 < len(steps) <= AT_ONCE:
        return []
    limits = {
        name: plain(board.prompt.parameters.get(name, usual), 40) for name, usual in (("start", "0"), ("end", "10"))
    }
    if not steps:
        return [t("Please write a number between {start} and {end}.", **limits)]
    return [t("Choose the part of the scale, then the number, or write one between {start} and {end}.", **limits)]


def _searching(board: Keyboard) -> list[str]:
    """What was searched for, or that a list can be searched."""
    if board.search is not None:
        return [f"🔎 {board.t('Choices like “{text}”:', text=plain(board.search.said, SAID_LENGTH))}"]
    return [board.t(SEARCH)] if searchable(board.prompt) else []


def _suggested(board: Keyboard, refused: list[AnswerRefused]) -> Rows:
    """Choices or numbers that we ask back about, when a typed text was near to them."""
    near = [value for one in refused for value in dict(one.values).get("near", "").split("\n") if value]
    found = [_ask(board, value) for value in dict.fromkeys(near)]
    return tuple((key,) for key in found[:MOST_ASKED] if key is not None)


def _ask(board: Keyboard, value: str) -> Key | None:
    options = board.prompt.options
    place = next((place for place, one in enumerate(options) if one.value == value), None)
    if place is not None:
        return board.key(board.t("Did you mean {choice}?", choice=options[place].label), Act.SUGGESTED, str(place))
    if board.prompt.kind not in (Kind.INTEGER, Kind.DECIMAL, Kind.RANGE) or not NUMBER.fullmatch(value):
        return None
    return board.key(board.t("Did you mean {choice}?", choice=value), Act.VALUE, value)


def _on_page(board: Keyboard, pages: str) -> Rows:
    """The page inside Telegram, and the way on once the question was answered there."""
    if not pages or not easier_on_a_page(board.prompt):
        return ()
    page = Key(label(f"📄 {board.t('Answer on a page')}"), app=f"{pages}?at={board.prompt.code}")
    return (page,), (board.key(board.t("I answered on the page: go on"), Act.RESUME),)


def _ways(board: Keyboard) -> Rows:
    """Back, skip, pause."""
    t, prompt = board.t, board.prompt
    ways = [board.key(f"⬅️ {t('Back')}", Act.BACK)] if prompt.can_go_back else []
    if not prompt.required and not prompt.readonly and prompt.kind not in (Kind.NOTE, Kind.REPEAT):
        ways.append(board.key(t("Skip"), Act.SKIP))
    ways.append(board.key(t("Pause"), Act.PAUSE))
    return (tuple(ways),)


def _review(prompt: ReviewPrompt, events: tuple[Event, ...], standing: Standing) -> Screen:
    t = standing.t
    shown, page, last = _page_of(prompt.items, standing.page)
    places = range(page * ITEMS_A_PAGE + 1, len(prompt.items) + 1)  # hidden questions leave no gap in what people count
    listed = list(zip(places, shown, strict=False))
    lines = [f"<b>{t('Your answers')}</b>", *(_item(place, one, prompt, t) for place, one in listed)]
    refused = [event for event in events if isinstance(event, AnswerRefused)]
    if prompt.missing:
        lines.append(f"⚠️ {t('Some answers are still needed: they are marked with an exclamation mark.')}")
    elif refused:
        lines.append(f"⚠️ {plain(why_refused(t, refused[0]), 300)}")
    if standing.changing:
        lines.append(t("What you sent before counts until you send again."))
    lines.append(t("Press a number to change an answer, or send everything."))
    edits = [Key(str(place), _edit(one, standing)) for place, one in listed]
    rows: list[tuple[Key, ...]] = [tuple(edits[at : at + 5]) for at in range(0, len(edits), 5)]
    rows += _turns(page, last, standing)
    rows.append((standing.key(f"✅ {t('Send')}", Act.SUBMIT),))
    rows.append((standing.key(t("Pause"), Act.PAUSE),))
    return Screen("\n\n".join(lines), tuple(rows))


def _complete(prompt: CompletePrompt, standing: Standing) -> Screen:
    t = standing.t
    count = sum(1 for one in prompt.items if one.answer)
    lines = [
        f"✅ <b>{t('Thank you! Your answers have been sent.')}</b>",
        t.n("You answered {count} question.", "You answered {count} questions.", count),
    ]
    if standing.until:
        lines.append(t("You can change them until {date}.", date=standing.until))
    return Screen("\n\n".join(lines), ((standing.key(t("Change my answers"), Act.REOPEN),),))


def _paused(prompt: PausedPrompt, standing: Standing) -> Screen:
    t = standing.t
    text = t(
        "We stop here for now, at question {number}. Everything is kept. "
        "Write or press anything when you want to go on, or use the link in the e-mail.",
        number=prompt.progress.number,
    )
    return Screen(f"⏸ {text}", ((standing.key(f"▶️ {t('Go on')}", Act.RESUME),),))


def _item(place: int, item: ReviewItem, prompt: ReviewPrompt, t: Translator) -> str:
    mark = "❗️" if item.ref in prompt.missing else ""
    answer = plain(item.answer, ITEM_LENGTH) if item.answer else f"<i>{t('no answer')}</i>"
    label = f"{item.part} · {item.label}" if item.part else item.label
    return f"{mark}<b>{place}.</b> {plain(label, ITEM_LENGTH)}\n→ {answer}"


def _edit(item: ReviewItem, standing: Standing) -> str:
    return pack(Press(standing.response_id, item.code, standing.revision, Act.GO_TO))


def _page_of(items: tuple[ReviewItem, ...], wanted: str) -> tuple[tuple[ReviewItem, ...], int, int]:
    last = max(0, (len(items) - 1) // ITEMS_A_PAGE)
    page = min(int(wanted) if wanted.isdecimal() else 0, last)
    return items[page * ITEMS_A_PAGE : (page + 1) * ITEMS_A_PAGE], page, last


def _turns(page: int, last: int, standing: Standing) -> list[tuple[Key, ...]]:
    if not last:
        return []
    turn = [standing.key("◀", Act.PAGE, str(page - 1))] if page else []
    turn.append(Key(f"{page + 1}/{last + 1}", IDLE))
    turn += [standing.key("▶", Act.PAGE, str(page + 1))] if page < last else []
    return [tuple(turn)]


def choice_row(pairs: list[tuple[str, str, str]]) -> Rows:
    """Buttons (label, command, value), one a row."""
    return tuple((Key(label(text), command(name, value)),) for text, name, value in pairs)
