"""What a page shows for a question: which control, with which value, and what is said beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from hashlib import sha256

from surveys.engine.form import Kind
from surveys.engine.prompts import Option, QuestionPrompt
from surveys.responses.media import NAME, TAKES_FILES
from web.public.places import split_point, write_points
from web.public.widgets import is_searched, layout_of, longest_scale, widget_for

LONGEST_SCALE = 11
COMMA = ("it", "fr")
LENGTHS = {"time": 5, "datetime-local": 16, "month": 7, "year": 4}  # browsers show no seconds that nobody gave
FIRST_DAYS = {"month": "-01", "year": "-01-01"}
FILE, REMOVE = "-file", "-remove"  # what the names of a question's further fields end with
ACCEPTS = {Kind.IMAGE: "image/*", Kind.BARCODE: "image/*", Kind.AUDIO: "audio/*", Kind.VIDEO: "video/*"}
FIXED = ("note", "readonly", "upload", "repeat")
GROUPED = ("radio", "checkbox", "rank", "scale", "point")  # several inputs under one legend


@dataclass(frozen=True)
class Typed:
    """What a page sent for one question: a single text, ticked values, or places by choice."""

    text: str = ""
    ticked: tuple[str, ...] = ()
    places: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Control:
    """One question on a page. `text`, `ticked` and `places` are what it is filled with."""

    prompt: QuestionPrompt
    widget: str
    options: tuple[Option, ...] = ()
    text: str = ""
    ticked: tuple[str, ...] = ()
    places: Mapping[str, str] = field(default_factory=dict)
    limits: tuple[str, str, str] = ("", "", "")  # start, end and step of a range that is typed
    error: str = ""
    in_table: bool = False
    seen: str = ""  # marks of what the page shows and of what is kept meanwhile, "" where nothing can be entered

    @property
    def name(self) -> str:
        return field_name(self.prompt.code)

    @property
    def takes_file(self) -> bool:
        return self.prompt.kind in TAKES_FILES and self.widget != "readonly"

    @property
    def kept_file(self) -> str:
        """The name of the file that is the answer now, "" where none is."""
        return kept_file(self.prompt)

    @property
    def accepts(self) -> str:
        """What a browser offers to choose from; what is really sent is looked at by `examine`."""
        return ACCEPTS.get(self.prompt.kind, "")

    @property
    def capture(self) -> str:
        """The camera, where the author wants a new picture and none from the album (XLSForm appearance "new")."""
        if self.prompt.appearance & {"selfie", "new-front"}:
            return "user"
        return "environment" if "new" in self.prompt.appearance else ""

    @property
    def file_name(self) -> str:
        return f"{self.name}{FILE}"

    @property
    def remove_name(self) -> str:
        return f"{self.name}{REMOVE}"

    @property
    def grouped(self) -> bool:
        return self.widget in GROUPED

    @property
    def layout(self) -> str:
        return layout_of(self.prompt)

    @property
    def searched(self) -> bool:
        return is_searched(self.prompt)

    @property
    def first(self) -> str:
        """The id of the input that an error's link leads to."""
        return f"{self.name}-1" if self.grouped else self.name


def control_for(prompt: QuestionPrompt, language: str, typed: Typed | None = None, error: str = "") -> Control:
    """The control of a question: filled with what was typed just now, else with what is kept."""
    steps = scale(prompt) if prompt.kind is Kind.RANGE else ()
    widget = widget_for(prompt, steps)
    options = tuple(Option(step, write_number(step, language)) for step in steps) if not prompt.options else ()
    filled = typed or _kept(prompt, widget, language)
    return Control(
        prompt=prompt,
        widget=widget,
        options=options or prompt.options,
        text=filled.text,
        ticked=filled.ticked,
        places=filled.places,
        limits=_limits(prompt, language) if widget == "range" else ("", "", ""),
        error=error,
        seen="" if widget in FIXED else f"{mark(_left_alone(prompt, widget))}.{mark(prompt.value)}",
    )


def field_name(code: str) -> str:
    """The name of a question's field on the page."""
    return f"q{code.replace('.', '_')}"


def kept_file(prompt: QuestionPrompt) -> str:
    return prompt.value if prompt.kind in TAKES_FILES and NAME.fullmatch(prompt.value) else ""


def mark(value: str) -> str:
    """A short stand-in for a value."""
    return sha256(value.encode()).hexdigest()[:12]


def scale(prompt: QuestionPrompt) -> tuple[str, ...]:
    """The values of a short range, () where there are too many to show."""
    start, end, step = _bounds(prompt)
    count = int((end - start) / step)
    if not 0 <= count < longest_scale(prompt, LONGEST_SCALE):
        return ()
    return tuple(_plain(start + number * step) for number in range(count + 1))


def write_number(value: str, language: str) -> str:
    """A number as people of a language write it."""
    return value.replace(".", ",") if language[:2] in COMMA else value


def _kept(prompt: QuestionPrompt, widget: str, language: str) -> Typed:
    if widget == "rank":
        return Typed(places={value: str(place) for place, value in enumerate(prompt.draft, 1)})
    if widget == "checkbox":
        return Typed(ticked=prompt.draft)
    if widget in ("radio", "scale"):
        return Typed(ticked=(prompt.value,) if prompt.value else ())
    if widget == "point":
        numbers = split_point(prompt.value)
        return Typed(places={part: write_number(number, language) for part, number in numbers.items()})
    if widget == "points":
        return Typed(write_points(prompt.value))
    if widget in FIRST_DAYS:
        return Typed(prompt.value[: LENGTHS[widget]])
    if widget in ("decimal", "range"):
        return Typed(write_number(prompt.value, language))
    return Typed(_left_alone(prompt, widget))


def _left_alone(prompt: QuestionPrompt, widget: str) -> str:
    """The value that comes back where nothing was touched."""
    if widget in ("rank", "checkbox"):
        return " ".join(prompt.draft)
    if kept_file(prompt):  # stands beside its control, not in it
        return ""
    if widget in FIRST_DAYS and prompt.value:
        return prompt.value[: LENGTHS[widget]] + FIRST_DAYS[widget]
    return prompt.value[: LENGTHS.get(widget)]


def _limits(prompt: QuestionPrompt, language: str) -> tuple[str, str, str]:
    start, end, step = (write_number(_plain(one), language) for one in _bounds(prompt))
    return start, end, step


def _bounds(prompt: QuestionPrompt) -> tuple[Decimal, Decimal, Decimal]:
    """Start, end and step, the step in the direction of the end (XLSForm: 0, 10 and 1 where not given)."""
    given = (prompt.parameters.get(name, usual) for name, usual in (("start", "0"), ("end", "10"), ("step", "1")))
    try:
        start, end, step = (Decimal(one) for one in given)
    except InvalidOperation:
        return Decimal(0), Decimal(10), Decimal(1)
    step = abs(step) or Decimal(1)
    return start, end, step if end >= start else -step


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f")
