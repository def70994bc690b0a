"""Choices as buttons: in pages, columns or one row, all or those that a search found."""

from __future__ import annotations

import re
from collections.abc import Callable

from bots.participants.callback import Act
from bots.participants.keyboard import Keyboard, across, in_rows, longest
from bots.participants.screen import Key, Rows, arrange, label
from surveys.engine.form import Kind
from surveys.engine.prompts import Option, QuestionPrompt

PER_PAGE = 8
MOST_A_PAGE = 24  # where several short ones stand in a row
LONGEST_ROW = 8
SHORT = 2  # labels so short stand in one row by themselves: 1, 2, 3
MARK = 2  # what a tick or a chosen mark adds to a label
LISTS = (Kind.SELECT_ONE, Kind.SELECT_MULTIPLE, Kind.RANK)

_COLUMNS = re.compile(r"columns-(\d{1,2})")
_ROWS = frozenset({"likert", "list", "list-nolabel"})
_PACKED = frozenset({"columns", "columns-pack", "horizontal", "horizontal-compact", "compact"})
_SEARCHED = frozenset({"minimal", "autocomplete", "search"})


def searchable(prompt: QuestionPrompt) -> bool:
    """Whether typed words search the list: it does not fit on a page, or its author says so."""
    several = len(prompt.options) > page_size(prompt)
    return prompt.kind in LISTS and (several or bool(prompt.appearance & _SEARCHED))


def page_size(prompt: QuestionPrompt) -> int:
    return min(max(PER_PAGE, PER_PAGE * columns(prompt)), MOST_A_PAGE)


def columns(prompt: QuestionPrompt) -> int:
    """How many choices stand in a row, 0 where that is left to the length of each."""
    labels = [one.label for one in prompt.options]
    long = longest(labels)
    if in_numbers(prompt):
        return len(labels)
    wanted = [int(found[1]) for one in prompt.appearance if (found := _COLUMNS.fullmatch(one))]
    packed = bool(prompt.appearance & (_PACKED | _ROWS)) or (long <= SHORT and prompt.kind is Kind.SELECT_ONE)
    if not wanted and not packed:
        return 0
    marked = prompt.kind is Kind.SELECT_MULTIPLE or bool(prompt.value)
    return max(1, min(across(long + MARK * marked), *wanted, LONGEST_ROW))


def in_numbers(prompt: QuestionPrompt) -> bool:
    """Whether a row of a scale shows numbers, as the labels written out above them do not fit."""
    count = len(prompt.options)
    if prompt.kind is not Kind.SELECT_ONE or not prompt.appearance & _ROWS or not 2 <= count <= LONGEST_ROW:
        return False
    return across(longest([one.label for one in prompt.options])) < count


def offered(board: Keyboard) -> list[tuple[int, Option]]:
    """The options with their places: all, those found, of a ranking those left."""
    prompt = board.prompt
    options = list(enumerate(prompt.options))
    if board.search is not None:
        options = [options[place] for place in board.search.places if place < len(options)]
    ranked = prompt.draft if prompt.kind is Kind.RANK else ()
    return [(place, one) for place, one in options if one.value not in ranked]


def pages(board: Keyboard) -> tuple[int, int]:
    """The page's number and the last one's, from 0."""
    last = max(0, (len(offered(board)) - 1) // page_size(board.prompt))
    return min(board.number, last), last


def shown(board: Keyboard) -> list[tuple[int, Option]]:
    """Those of the page."""
    page, size = pages(board)[0], page_size(board.prompt)
    return offered(board)[page * size : (page + 1) * size]


def written_out(board: Keyboard) -> list[tuple[int, Option]]:
    """The choices of the page whose buttons cannot hold them."""
    if board.prompt.kind not in LISTS or board.prompt.readonly:
        return []
    if in_numbers(board.prompt):
        return shown(board)
    return [(place, one) for place, one in shown(board) if label(one.label) != one.label]


def option_rows(board: Keyboard, make: Callable[[int, Option], Key]) -> Rows:
    """A page of options with arrows to the others, and the way back from a search."""
    keys = [make(place, one) for place, one in shown(board)]
    across_the_row = columns(board.prompt)
    rows = in_rows(keys, across_the_row) if across_the_row else arrange(keys)
    rows = (*rows, *board.turns(*pages(board)))
    if board.search is None:
        return rows
    return (*rows, (board.key(f"↩️ {board.t('Show all the choices')}", Act.PAGE, ALL),))


ALL = "all"  # the page that ends a search


def page_of(prompt: QuestionPrompt, place: int, found: tuple[int, ...] | None) -> str:
    """The page on which a choice stands."""
    places = found if found is not None else tuple(range(len(prompt.options)))
    return str(places.index(place) // page_size(prompt)) if place in places else ""


def one_of(board: Keyboard) -> Rows:
    chosen, numbered = board.prompt.value, in_numbers(board.prompt)

    def make(place: int, option: Option) -> Key:
        text = str(place + 1) if numbered else option.label
        return board.key(board.marked(text, option.value == chosen), Act.CHOOSE, str(place))

    return option_rows(board, make)


def several_of(board: Keyboard) -> Rows:
    def make(place: int, option: Option) -> Key:
        tick = "☑" if option.value in board.prompt.draft else "☐"
        return board.key(f"{tick} {option.label}", Act.TICK, str(place))

    rows = option_rows(board, make)
    if not board.prompt.draft and board.prompt.required:
        return rows
    return (*rows, (board.key(board.t("Done"), Act.CONFIRM),))


def in_order(board: Keyboard) -> Rows:
    def make(place: int, option: Option) -> Key:
        return board.key(option.label, Act.RANK, str(place))

    full = len(board.prompt.draft) >= len(board.prompt.options)
    rows = ((board.key(board.t("Done"), Act.CONFIRM),),) if full else option_rows(board, make)
    return (*rows, (board.key(board.t("Undo"), Act.UNDO),)) if board.prompt.draft else rows
