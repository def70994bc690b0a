"""A form: one frozen version of a questionnaire, compiled once, shared by everyone who answers it.

References are those of the XForm (`/data/group/question`), the position of a repeat
instance from 1 in brackets. Expressions are XPath 1.0 with ODK's functions, compiled when
the form is (ODK XForms specification, "XPath Expressions").
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

Texts = dict[str, "Text"]
"""A text for each language of the form; the key "" stands for a form without languages."""


class Kind(StrEnum):
    """What a question asks for (XLSForm reference, "Question types")."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    RANGE = "range"
    SELECT_ONE = "select_one"
    SELECT_MULTIPLE = "select_multiple"
    RANK = "rank"
    NOTE = "note"
    DATE = "date"
    TIME = "time"
    DATETIME = "dateTime"
    GEOPOINT = "geopoint"
    GEOTRACE = "geotrace"
    GEOSHAPE = "geoshape"
    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"
    FILE = "file"
    BARCODE = "barcode"
    ACKNOWLEDGE = "acknowledge"
    CALCULATE = "calculate"
    HIDDEN = "hidden"
    METADATA = "metadata"
    REPEAT = "repeat"  # whether a part is to be filled in once more; stands after its last instance


@dataclass(frozen=True)
class Expression:
    """An XPath expression as the author's form holds it; `source` is the XForm's spelling."""

    source: str


@dataclass(frozen=True)
class Text:
    """A text with gaps: literal parts and expressions in turn."""

    parts: tuple[str | Expression, ...]


@dataclass(frozen=True)
class Media:
    """The files that are shown with a text, by name, "" where there is none."""

    image: str = ""
    audio: str = ""
    video: str = ""

    def __bool__(self) -> bool:
        return bool(self.image or self.audio or self.video)


NO_MEDIA = Media()

Shown = dict[str, Media]
"""The files for each language of the form, as `Texts`."""


@dataclass(frozen=True)
class Choice:
    """One offered choice; `attributes` are the further columns that a choice_filter may read."""

    value: str
    label: Texts
    attributes: dict[str, str] = field(default_factory=dict)
    media: Shown = field(default_factory=dict)


@dataclass(frozen=True)
class Logic:
    """The expressions bound to a node; None where the column was empty."""

    relevant: Expression | None = None
    required: Expression | None = None
    readonly: Expression | None = None
    constraint: Expression | None = None
    calculation: Expression | None = None
    default: str | Expression | None = None
    choice_filter: Expression | None = None
    constraint_message: Texts = field(default_factory=dict)
    required_message: Texts = field(default_factory=dict)


@dataclass(frozen=True)
class Offered:
    """Choices that are answers given earlier: the nodes they come from, and what of each is value and label."""

    nodes: Expression
    value: str
    label: str


@dataclass(frozen=True)
class Question:
    """Anything that holds a value, asked or computed."""

    ref: str
    name: str
    kind: Kind
    label: Texts
    hint: Texts = field(default_factory=dict)
    guidance: Texts = field(default_factory=dict)  # more help, for whoever asks for it
    media: Shown = field(default_factory=dict)
    logic: Logic = field(default_factory=Logic)
    choices: str = ""  # the list's name, "" where nothing is chosen
    appearance: frozenset[str] = frozenset()
    parameters: dict[str, str] = field(default_factory=dict)  # range: start, end, step; ...
    preload: str = ""  # metadata: "start", "end", "today", "uid", or the name of a property such as "username"
    triggers: tuple[tuple[str, Expression], ...] = ()  # what is set, and to what, when this answer changes
    offered: Offered | None = None  # instead of a list of choices

    @property
    def asked(self) -> bool:
        """Whether a person is asked it."""
        return self.kind not in (Kind.CALCULATE, Kind.HIDDEN, Kind.METADATA) and not self.heads

    @property
    def heads(self) -> bool:
        """Whether it only names the columns of a matrix, or the matrix (XLSForm: "label", "table-list")."""
        if self.kind is Kind.NOTE:
            return self.name.startswith("generated_table_list_label_")
        return self.kind in (Kind.SELECT_ONE, Kind.SELECT_MULTIPLE) and "label" in self.appearance

    @property
    def row(self) -> bool:
        """Whether it is a row of a matrix."""
        return bool(self.appearance & {"list", "list-nolabel"})


@dataclass(frozen=True)
class Repeat:
    """How often a group is asked: as often as `count` says, else as often as people add it, `first` times at first."""

    count: Expression | None = None
    first: int = 1


@dataclass(frozen=True)
class Group:
    """Nodes that belong together; `field_list` puts them on one page, `repeat` says that they may come again."""

    ref: str
    name: str
    label: Texts
    children: tuple[Node, ...]
    logic: Logic = field(default_factory=Logic)
    field_list: bool = False
    appearance: frozenset[str] = frozenset()
    repeat: Repeat | None = None


Node = Question | Group


@dataclass(frozen=True)
class Form:
    """A compiled form; `name` is the questionnaire's, `version` counts from 1."""

    name: str
    version: int
    title: str
    languages: tuple[str, ...]  # codes such as "it"; () for a form without languages
    default_language: str
    root: Group
    choices: dict[str, tuple[Choice, ...]]

    def questions(self) -> Iterator[Question]:
        """All questions in form order."""
        yield from _questions(self.root)


def _questions(group: Group) -> Iterator[Question]:
    for child in group.children:
        if isinstance(child, Question):
            yield child
        else:
            yield from _questions(child)
