"""What works badly, though it works: told to the author as warnings."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import chain, islice
from pathlib import PurePath

from core.i18n import N_
from surveys.engine.syntax import Binary, Call, ExpressionFault, Negate, Path, Tree, parse
from surveys.xlsform.appearances import WORDS, is_known, searches, words_of
from surveys.xlsform.book import Book, at, has_data, open_book, plain_expression
from surveys.xlsform.data import MISSING_DATA
from surveys.xlsform.errors import FormError, error
from surveys.xlsform.near import nearest
from surveys.xlsform.parameters import allowed
from surveys.xlsform.rowtypes import SELECTS, RowType
from surveys.xlsform.sheets import Row, Sheets
from surveys.xlsform.xform import MEDIA, language_code

LONG_LABEL = 1_000
LONG_LIST = 50
MOST_WARNINGS = 200
_SAME_WORD = 0.85
_BY_ORIGIN = {"choices": "choices", "external": "external_choices"}
_NEEDED_BY = {"required_message": "required", "constraint_message": "constraint"}
_COLUMNS = frozenset({
    "type", "name", "label", "hint", "guidance_hint", "relevant", "constraint", "constraint_message", "required",
    "required_message", "calculation", "choice_filter", "default", "readonly", "appearance", "parameters", "trigger",
    "repeat_count", "image", "big-image", "audio", "video", "disabled",
})  # fmt: skip

TOO_LONG = N_("This text has {length} characters. In chat people read a few lines: write fewer than {limit}.")
LIST_LONG = N_("The list {list} has {count} choices. Write the appearance autocomplete, so that people can type.")
MATRIX = N_("In chat a table is asked row by row.")
NO_APPEARANCE = N_("The appearance {word} is not known and has no effect.")
NO_APPEARANCE_NEAR = N_("The appearance {word} is not known and has no effect. Did you mean {near}?")
NO_COLUMN = N_("The choices have no column {missing}: this filter lets nothing through.")
NO_COLUMN_NEAR = N_("The choices have no column {missing}: this filter lets nothing through. Did you mean {near}?")
BLANK = N_("The list {list} has names with blanks, such as {name}. Only one of its choices can be chosen at a time.")
MESSAGE_ALONE = N_("This message is never shown: the column {needed} is empty.")
NO_PARAMETERS = N_("Questions of type {type} have no parameters: these have no effect.")
LANGUAGES = N_("{language} and {other} look like one language written in two ways. Write it the same in all columns.")
OF_GROUP = N_("Pictures, sounds and films of a group are not shown. Name the file in a row of type note inside it.")
COLUMN_NEAR = N_("The column {header} is not known and has no effect. Did you mean {near}?")


def warnings_of(sheets: Sheets, files: Collection[str] | None = None) -> list[FormError]:
    """What an author should know of sheets without faults; `files` are the data files sent with them, if known."""
    book = open_book(sheets, files)
    rows = chain.from_iterable(_row_warnings(book, row, kind) for row, kind in book.rows if kind.edge != "end")
    found = chain(_language_warnings(sheets), _column_warnings(sheets), rows, _choice_warnings(book))
    return sorted(islice(found, MOST_WARNINGS), key=lambda one: (one.sheet != "survey", one.row))


def _row_warnings(book: Book, row: Row, kind: RowType) -> Iterator[FormError]:
    yield from _long_texts("survey", row)
    yield from _appearance_warnings(row)
    for message, column in _NEEDED_BY.items():
        if row.get(message) and not row.get(column):
            yield at(row, message, MESSAGE_ALONE, needed=column)
    if row.get("parameters") and not allowed(row, kind):
        yield at(row, "parameters", NO_PARAMETERS, type=row.get("type"))
    if kind.kind in SELECTS:
        yield from _list_warnings(book, row, kind)
    shown = next((header for key, header in row.headers.items() if key[0] in MEDIA and row.cells.get(key)), "")
    if kind.edge == "begin" and shown:
        yield error(OF_GROUP, "survey", row.number, shown)
    missing = kind.listed if kind.origin == "file" else row.get("name") if kind.kind == "external" else ""
    if missing and not has_data(book, PurePath(missing).stem):
        yield at(row, "type", MISSING_DATA, name=missing)


def _appearance_warnings(row: Row) -> Iterator[FormError]:
    words = words_of(row.get("appearance"))
    if "table-list" in words or "label" in words:
        yield at(row, "appearance", MATRIX)
    for word in dict.fromkeys(words):
        if not is_known(word):
            near = nearest(word, WORDS)
            yield at(row, "appearance", NO_APPEARANCE_NEAR if near else NO_APPEARANCE, word=word, near=near)


def _list_warnings(book: Book, row: Row, kind: RowType) -> Iterator[FormError]:
    count = len(book.lists.get(kind.listed, ())) if kind.origin == "choices" else 0
    if count > LONG_LIST and not row.get("choice_filter") and not searches(row.get("appearance")):
        yield at(row, "appearance", LIST_LONG, list=kind.listed, count=str(count))
    source = row.get("choice_filter")
    if not source or kind.origin not in _BY_ORIGIN:
        return
    headers = book.sheets.headers(_BY_ORIGIN[kind.origin])
    columns = {column for column, _ in headers} | set(headers.values())
    for column in dict.fromkeys(_columns_of(source)):
        if column not in columns:
            near = nearest(column, columns)
            yield at(row, "choice_filter", NO_COLUMN_NEAR if near else NO_COLUMN, missing=column, near=near)


def _columns_of(source: str) -> list[str]:
    """The columns of the choices that a filter asks for."""
    try:
        return list(_relative(parse(plain_expression(source))))
    except (ExpressionFault, RecursionError):
        return []


def _relative(tree: Tree) -> Iterator[str]:
    match tree:
        case Path("", (first, *_)) if first.test.replace("_", "a")[0].isalpha() and not first.test.endswith(")"):
            yield first.test.removeprefix("child::")
        case Path(start) if not isinstance(start, str):
            yield from _relative(start)
        case Call(_, args):
            for one in args:
                yield from _relative(one)
        case Binary(_, left, right):
            yield from _relative(left)
            yield from _relative(right)
        case Negate(operand):
            yield from _relative(operand)


def _choice_warnings(book: Book) -> Iterator[FormError]:
    told: set[str] = set(book.several)
    for row in book.sheets.choices:
        listed, name = row.get("list_name"), row.get("name")
        if listed and len(name.split()) > 1 and listed not in told:
            told.add(listed)
            yield error(BLANK, "choices", row.number, row.header("name"), name=name, list=listed)
        yield from _long_texts("choices", row)


def _long_texts(sheet: str, row: Row) -> Iterator[FormError]:
    for (column, language), cell in row.cells.items():
        if column == "label" and len(cell) > LONG_LABEL:
            values = {"length": str(len(cell)), "limit": str(LONG_LABEL)}
            yield error(TOO_LONG, sheet, row.number, row.headers[column, language], **values)


def _language_warnings(sheets: Sheets) -> Iterator[FormError]:
    """Languages that the headers of the sheets spell in more than one way."""
    seen: dict[str, str] = {}
    for sheet in ("survey", "choices"):
        for (_, language), header in sheets.headers(sheet).items():
            if not language or language in seen:
                continue
            other = _same_language(language, seen)
            if other:
                yield error(LANGUAGES, sheet, 1, header, language=language, other=other)
            seen[language] = language_code(language)


def _same_language(language: str, seen: dict[str, str]) -> str:
    """The spelling met before of what must be the same language; those with two codes are two."""
    code, coded = language_code(language), "(" in language
    for other, known in seen.items():
        if known == code:
            return other
    names = {other.partition("(")[0].strip(): other for other in seen if not (coded and "(" in other)}
    return names.get(nearest(language.partition("(")[0].strip(), names, _SAME_WORD), "")


def _column_warnings(sheets: Sheets) -> Iterator[FormError]:
    for (column, _), header in sheets.headers("survey").items():
        near = "" if column in _COLUMNS else nearest(column, _COLUMNS)
        if near:
            yield error(COLUMN_NEAR, "survey", 1, header, header=header, near=near)
