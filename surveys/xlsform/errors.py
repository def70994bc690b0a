"""What is wrong with a form, in the words of the person who wrote the spreadsheet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.errors import FileTooLarge, Problem
from core.i18n import N_, Translator


@dataclass(frozen=True)
class FormError:
    """One fault or warning.

    `sheet` and `column` are as in the file ("" where none is meant), `row` counts from 1 with
    the headers (0: the whole sheet); `text` is a message id, `values` fill its gaps.
    """

    sheet: str
    row: int
    column: str
    text: str
    values: tuple[tuple[str, str], ...] = ()

    def say(self, t: Translator) -> str:
        return t(self.text, **dict(self.values))

    def to_json(self, t: Translator) -> dict[str, Any]:
        return {"sheet": self.sheet, "row": self.row or None, "column": self.column, "text": self.say(t)}


class FormErrors(Problem):
    """All that is wrong with a form, at once."""

    text = N_("The questionnaire cannot be used yet. Please correct what is listed and try again.")

    def __init__(self, errors: tuple[FormError, ...]) -> None:
        super().__init__()
        self.errors = errors

    def __str__(self) -> str:
        return "\n".join(
            f"{one.sheet} {one.row} {one.column}: {one.text.format(**dict(one.values))}" for one in self.errors
        )


def error(text: str, sheet: str = "", row: int = 0, column: str = "", **values: str) -> FormError:
    return FormError(sheet, row, column, text, tuple(values.items()))


FAULTS = {
    "open-quote": N_("A quotation mark is opened and not closed: {found}"),
    "unclosed": N_("A closing {found} is missing."),
    "incomplete": N_("The expression stops in the middle: something is missing at its end."),
    "unexpected": N_("This part of the expression cannot be understood: {found}"),
    "variable": N_("{found} is not known. Write the name of a question as in this example: {example}."),
    "too-long": N_("The expression is too long."),
    "too-deep": N_("The expression has too many brackets within brackets."),
    "arguments": N_("The function {found}() has too few or too many values between its brackets."),
    "pattern": N_("This pattern of regex() cannot be used: {found}"),
    "fails": N_("This expression fails as long as nothing is answered. Check the kinds of its values."),
    "unknown-reference": N_("There is no question named {found}."),
    "unknown-function": N_("There is no function named {found}()."),
    "unknown-function-near": N_("There is no function named {found}(). Did you mean {near}()?"),
}
CYCLE = N_("These questions depend on one another in a circle: {names} (rows {rows}). Break the circle.")
NO_QUESTIONS = N_("The form asks no question.")
WRONG_KIND = N_("This is not a questionnaire: send an XLSX, XLS or CSV spreadsheet, a Markdown table or an XForm.")
BROKEN = N_("The file is damaged and cannot be read. Please save it again and send it anew.")
ONE_SETTING = N_("A setting is the same in all languages: call the column {name}, without a language.")
TOO_LARGE = FileTooLarge.text
TOO_MANY_CELLS = N_("The spreadsheet has too many cells: at most {limit} are accepted. Delete empty rows and columns.")
UNTRANSLATED = N_("The {part} of {name} is not written in {language}.")
UNREACHABLE = N_("{name} can never be reached: its condition is never true.")
NOTHING_OFFERED = N_("{name} offers no choice: its list is empty.")
