"""The buttons that suit each kind of question."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from bots.participants.calendar import calendar
from bots.participants.callback import IDLE, Act, Press, pack
from bots.participants.screen import Key, Rows, arrange, label
from core.i18n import N_, Translator
from surveys.engine.form import Kind
from surveys.engine.prompts import Option, QuestionPrompt

PER_PAGE = 8
LONGEST_SCALE = 8

HELP = {
    Kind.TEXT: N_("Please write your answer."),
    Kind.BARCODE: N_("Please write the code, or send a photo of it."),
    Kind.INTEGER: N_("Please write a whole number."),
    Kind.DECIMAL: N_("Please write a number."),
    Kind.SELECT_MULTIPLE: N_("You may choose more than one: press the choices, then Done."),
    Kind.RANK: N_("Press the choices in your order, the most important first."),
    Kind.DATE: N_("Choose a day, or write it: 31/12/2024."),
    Kind.TIME: N_("Please write the time: 9:30."),
    Kind.DATETIME: N_("Please write day and time: 31/12/2024 9:30."),
    Kind.IMAGE: N_("Please send a photo or a picture here."),
    Kind.AUDIO: N_("Please record a voice message here, or send a recording."),
    Kind.VIDEO: N_("Please send a video here."),
    Kind.FILE: N_("Please send the file here."),
    Kind.GEOPOINT: N_("Please send the place here: the paperclip, then Location."),
}


@dataclass(frozen=True)
class Keyboard:
    """Makes buttons for one question as it stands; `page` is that of options or the month shown."""

    prompt: QuestionPrompt
    response_id: int
    revision: int
    t: Translator
    page: str = ""

    def key(self, text: str, act: Act, value: str = "") -> Key:
        press = Press(self.response_id, self.prompt.code, self.revision, act, value)
        return Key(label(text), pack(press))

    def rows(self) -> Rows:
        """The question's own buttons, without those that lead away from it."""
        make = _MAKERS.get(self.prompt.kind)
        if self.prompt.readonly:
            return ((self.key(self.t("Go on"), Act.CONFIRM),),)
        return make(self) if make else self.kept()

    def kept(self) -> Rows:
        """For typed answers: the one that is kept can be left as it is."""
        if not self.prompt.value:
            return ()
        return ((self.key(self.t("Keep: {answer}", answer=self.prompt.value), Act.CONFIRM),),)

    def offered(self) -> list[tuple[int, Option]]:
        """The options with their places: all, of a ranking those left."""
        options = list(enumerate(self.prompt.options))
        ranked = self.prompt.draft if self.prompt.kind is Kind.RANK else ()
        return [(place, one) for place, one in options if one.value not in ranked]

    def shown(self) -> list[tuple[int, Option]]:
        """Those of the page."""
        page, _ = self.pages()
        return self.offered()[page * PER_PAGE : (page + 1) * PER_PAGE]

    def pages(self) -> tuple[int, int]:
        """The page's number and the last one's, from 0."""
        last = max(0, (len(self.offered()) - 1) // PER_PAGE)
        return min(int(self.page) if self.page.isdecimal() else 0, last), last

    def options(self, make: Callable[[int, Option], Key]) -> Rows:
        """A page of options with arrows to the others."""
        rows = arrange([make(place, one) for place, one in self.shown()])
        return (*rows, *self.turns(*self.pages()))

    def turns(self, page: int, last: int) -> Rows:
        """Arrows to the pages before and after, nothing where there is only one."""
        if not last:
            return ()
        turn = [self.key("◀", Act.PAGE, str(page - 1))] if page else []
        turn.append(Key(f"{page + 1}/{last + 1}", IDLE))
        turn += [self.key("▶", Act.PAGE, str(page + 1))] if page < last else []
        return (tuple(turn),)


def _one(board: Keyboard) -> Rows:
    chosen = board.prompt.value

    def make(place: int, option: Option) -> Key:
        return board.key(f"● {option.label}" if option.value == chosen else option.label, Act.CHOOSE, str(place))

    return board.options(make)


def _several(board: Keyboard) -> Rows:
    def make(place: int, option: Option) -> Key:
        tick = "☑" if option.value in board.prompt.draft else "☐"
        return board.key(f"{tick} {option.label}", Act.TICK, str(place))

    rows = board.options(make)
    if not board.prompt.draft and board.prompt.required:
        return rows
    return (*rows, (board.key(board.t("Done"), Act.CONFIRM),))


def _rank(board: Keyboard) -> Rows:
    def make(place: int, option: Option) -> Key:
        return board.key(option.label, Act.RANK, str(place))

    left = board.offered()
    rows = board.options(make) if left else ()
    if not left:
        rows = (*rows, (board.key(board.t("Done"), Act.CONFIRM),))
    return (*rows, (board.key(board.t("Undo"), Act.UNDO),)) if board.prompt.draft else rows


def _scale(board: Keyboard) -> Rows:
    steps = scale(board.prompt)
    if len(steps) > LONGEST_SCALE:
        return board.kept()
    chosen = board.prompt.value
    return (tuple(board.key(f"● {one}" if one == chosen else one, Act.VALUE, one) for one in steps),)


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


def _date(board: Keyboard) -> Rows:
    month = calendar(board.page, board.prompt.value, board.t.language)
    arrows = (
        board.key("◀", Act.MONTH, month.before),
        Key(month.title, IDLE),
        board.key("▶", Act.MONTH, month.after),
    )
    weeks = tuple(
        tuple(board.key(str(day.day), Act.VALUE, day.isoformat()) if day else Key("·", IDLE) for day in week)
        for week in month.weeks
    )
    return (arrows, *weeks)


def scale(prompt: QuestionPrompt) -> list[str]:
    """The steps of a range from its parameters; one step more than fit when there are too many."""
    start, end = Decimal(prompt.parameters.get("start", "0")), Decimal(prompt.parameters.get("end", "10"))
    step = abs(Decimal(prompt.parameters.get("step", "1"))) or Decimal(1)
    step = step if end >= start else -step
    count = min(int((end - start) / step), LONGEST_SCALE)
    return [format((start + number * step).normalize(), "f") for number in range(count + 1)]


_MAKERS: dict[Kind, Callable[[Keyboard], Rows]] = {
    Kind.SELECT_ONE: _one,
    Kind.SELECT_MULTIPLE: _several,
    Kind.RANK: _rank,
    Kind.RANGE: _scale,
    Kind.NOTE: _note,
    Kind.ACKNOWLEDGE: _acknowledge,
    Kind.DATE: _date,
    Kind.REPEAT: _repeat,
}
