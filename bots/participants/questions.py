"""The buttons that suit each kind of question."""

from __future__ import annotations

from collections.abc import Callable

from bots.participants.callback import Act
from bots.participants.keyboard import Keyboard
from bots.participants.listing import PER_PAGE, in_order, one_of, several_of
from bots.participants.moments import moment
from bots.participants.scales import scale
from bots.participants.screen import Rows
from core.i18n import N_
from surveys.engine.form import Kind

HELP = {
    Kind.TEXT: N_("Please write your answer."),
    Kind.BARCODE: N_("Please write the code, or send a photo of it."),
    Kind.INTEGER: N_("Please write a whole number."),
    Kind.DECIMAL: N_("Please write a number."),
    Kind.SELECT_MULTIPLE: N_("You may choose more than one: press the choices, then Done."),
    Kind.RANK: N_("Press the choices in your order, the most important first."),
    Kind.DATE: N_("Choose a day, or write it: 31/12/2024."),
    Kind.TIME: N_("Choose the hour, then the minutes, or write the time: 9:30."),
    Kind.DATETIME: N_("Choose the day, then the time, or write both: 31/12/2024 9:30."),
    Kind.IMAGE: N_("Please send a photo or a picture here."),
    Kind.AUDIO: N_("Please record a voice message here, or send a recording."),
    Kind.VIDEO: N_("Please send a video here."),
    Kind.FILE: N_("Please send the file here."),
    Kind.GEOTRACE: N_("Please write the points of the line, one a line: 45.07 7.68."),
    Kind.GEOSHAPE: N_("Please write the corners of the area, one a line: 45.07 7.68."),
    Kind.GEOPOINT: N_("Please send the place here: the paperclip, then Location."),
}
MULTILINE = N_("Please write your answer. Several lines are welcome, in one message.")
MONTH = N_("Choose a month, or write it: 12/2024.")
YEAR = N_("Choose a year, or write it: 2024.")
SEARCH = N_("To search, write a part of what you are looking for.")


def question_rows(board: Keyboard) -> Rows:
    """The question's own buttons, without those that lead away from it."""
    make = _MAKERS.get(board.prompt.kind)
    if board.prompt.readonly:
        return ((board.key(board.t("Go on"), Act.CONFIRM),),)
    return make(board) if make else board.kept()


def how_to(board: Keyboard) -> list[str]:
    """How the question can be answered, as message ids."""
    appearance, kind = board.prompt.appearance, board.prompt.kind
    if kind is Kind.DATE and "year" in appearance:
        return [YEAR]
    if kind is Kind.DATE and "month-year" in appearance:
        return [MONTH]
    if kind is Kind.TEXT and "multiline" in appearance:
        return [MULTILINE]
    return [HELP[kind]] if kind in HELP else []


def _note(board: Keyboard) -> Rows:
    return ((board.key(board.t("Go on"), Act.CONFIRM),),)


def _acknowledge(board: Keyboard) -> Rows:
    return ((board.key(board.t("I confirm"), Act.CONFIRM),),)


def _repeat(board: Keyboard) -> Rows:
    """The instances with what can be done with each; whether one is really to go is asked first."""
    instances = board.prompt.instances
    going = next((one for one in instances if one.code == board.page), None)
    if going is not None:
        yes = board.key(f"🗑 {board.t('Yes, remove it')}", Act.REMOVE_NOW, going.code)
        return (yes,), (board.key(board.t("No, keep it"), Act.PAGE),)
    last = max(0, (len(instances) - 1) // PER_PAGE)
    page = min(int(board.page), last) if board.page.isdecimal() else last
    rows = tuple(
        (board.key(f"✏️ {one.title}", Act.THROUGH, one.code), board.key("🗑", Act.REMOVE, one.code))
        for one in instances[page * PER_PAGE : (page + 1) * PER_PAGE]
    )
    more = (board.key(f"➕ {board.t('Add another') if instances else board.t('Add one')}", Act.ADD),)
    return (*rows, *board.turns(page, last), more, (board.key(board.t("Go on"), Act.CONFIRM),))


_MAKERS: dict[Kind, Callable[[Keyboard], Rows]] = {
    Kind.SELECT_ONE: one_of,
    Kind.SELECT_MULTIPLE: several_of,
    Kind.RANK: in_order,
    Kind.RANGE: scale,
    Kind.NOTE: _note,
    Kind.ACKNOWLEDGE: _acknowledge,
    Kind.DATE: moment,
    Kind.TIME: moment,
    Kind.DATETIME: moment,
    Kind.REPEAT: _repeat,
}
