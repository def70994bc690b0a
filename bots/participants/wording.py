"""Why an answer was not kept, said in the chat."""

from __future__ import annotations

from core.i18n import N_, Translator
from surveys.engine.events import AnswerRefused, Fault

FAULTS = {
    Fault.REQUIRED: N_("This question needs an answer."),
    Fault.CONSTRAINT: N_("This answer cannot be accepted. Please check it."),
    Fault.NOT_A_NUMBER: N_("Please write a number, for example 12 or 3.5."),
    Fault.NOT_WHOLE: N_("Please write a whole number, without decimals."),
    Fault.NOT_A_DATE: N_("I did not understand the date or time. Please write it like this: 31/12/2024 or 9:30."),
    Fault.NOT_A_PLACE: N_("Please write latitude and longitude in degrees, for example 45.07 7.68."),
    Fault.NOT_A_LINE: N_("Please write at least two points, each on a line of its own: latitude, then longitude."),
    Fault.NOT_AN_AREA: N_("Please write at least three different points, each on a line: latitude, then longitude."),
    Fault.OUT_OF_RANGE: N_("Please give a value between {start} and {end}."),
    Fault.NOT_OFFERED: N_("This is not one of the choices. Please use the buttons, or write a choice or its number."),
    Fault.NOT_UNDERSTOOD: N_("I did not understand. Please use the buttons, or write a choice or its number."),
    Fault.RANK_INCOMPLETE: N_("Please put all the choices in order, then press Done."),
    Fault.TOO_LONG: N_("This text is too long. Please write at most 10,000 characters."),
    Fault.TOO_MANY: N_("There can be at most {limit} of these."),
    Fault.READ_ONLY: N_("This answer cannot be changed."),
    Fault.NOT_OPEN: N_("This question is not open any more."),
}


def why_refused(t: Translator, refused: AnswerRefused) -> str:
    """The author's message, else ours."""
    values = dict(refused.values)
    if refused.message:
        return refused.message
    if refused.fault is Fault.OUT_OF_RANGE and not {"start", "end"} <= values.keys():
        return t(FAULTS[Fault.CONSTRAINT])
    return t(FAULTS[refused.fault], **values) if values else t(FAULTS[refused.fault])
