"""Why an answer was not kept, said on a page."""

from __future__ import annotations

from core.i18n import N_, Translator
from surveys.engine.events import AnswerRefused, Fault
from surveys.engine.form import Kind

FAULTS = {
    Fault.REQUIRED: N_("This question needs an answer."),
    Fault.CONSTRAINT: N_("This answer cannot be accepted. Please check it."),
    Fault.NOT_A_NUMBER: N_("Please write a number, for example 12 or 3.5."),
    Fault.NOT_WHOLE: N_("Please write a whole number, without decimals."),
    Fault.NOT_A_DATE: N_("Please write a date that exists, day before month, for example 31/12/2024."),
    Fault.NOT_A_PLACE: N_("Please give latitude (-90 to 90) and longitude (-180 to 180) in degrees: 45.07 7.68."),
    Fault.NOT_A_LINE: N_("Please write at least two points, each on a line of its own: latitude, then longitude."),
    Fault.NOT_AN_AREA: N_("Please write at least three different points, each on a line: latitude, then longitude."),
    Fault.OUT_OF_RANGE: N_("Please give a value between {start} and {end}, in steps of {step}."),
    Fault.NOT_OFFERED: N_("Please choose among the answers on this page: they may have changed with another answer."),
    Fault.NOT_UNDERSTOOD: N_("This answer was not understood. Please check it."),
    Fault.RANK_INCOMPLETE: N_("Please give every line a place of its own, or leave all of them without one."),
    Fault.TOO_LONG: N_("This text is too long: at most {limit} characters are accepted."),
    Fault.TOO_MANY: N_("There can be at most {limit} of these."),
    Fault.READ_ONLY: N_("This answer cannot be changed."),
    Fault.NOT_OPEN: N_("This question is not open any more."),
}
ORDER_NEEDED = N_("Please give every line a place of its own: 1, 2, 3 and so on, without repeating any.")
POINT = N_("Point {number} is not a place. Please write latitude and longitude in degrees: 45.07 7.68.")
TIME = N_("Please write a time that exists, for example 9:30.")


def why_refused(t: Translator, refused: AnswerRefused, kind: Kind, *, required: bool) -> str:
    """The author's message, else ours."""
    if refused.message:
        return refused.message
    if refused.fault is Fault.NOT_A_DATE and kind is Kind.TIME:
        return t(TIME)
    if refused.fault is Fault.NOT_A_PLACE and refused.values:
        return t(POINT, **dict(refused.values))
    if refused.fault is Fault.RANK_INCOMPLETE and required:
        return t(ORDER_NEEDED)
    return t(FAULTS[refused.fault], **dict(refused.values)) if refused.values else t(FAULTS[refused.fault])
