"""Short names of what can be pressed: `15`, and `15.2.1` where repeats are around it.

First the number of the question or repeat in the form, then those of the instances around it,
outermost first. A code means the same as long as the version does, whatever is added or taken away.
"""

from __future__ import annotations

from collections.abc import Mapping

from surveys.engine.machine import Machine
from surveys.engine.refs import form_ref, is_instance, parent_ref, position_of, whole_of

LONGEST = 60
Repeats = Mapping[str, tuple[int, ...]]


def code_of(made: Machine, repeats: Repeats, ref: str) -> str:
    """The code of a question, of an instance, or of a repeat as a whole; "" for what has none."""
    number = made.numbers.get(form_ref(ref))
    if number is None:
        return ""
    found: list[str] = []
    at = ref
    while at:
        if is_instance(at):
            found.append(str(repeats[whole_of(at)][position_of(at) - 1]))
        at = parent_ref(at)
    return ".".join((str(number), *reversed(found)))


def ref_of(made: Machine, repeats: Repeats, code: str) -> str:
    """The reference of a code; "" where it means nothing, or what is gone."""
    parts = code.split(".")
    if len(code) > LONGEST or not all(part.isdecimal() and part.isascii() for part in parts):
        return ""
    form, numbers = made.numbered.get(int(parts[0]), ""), [int(part) for part in parts[1:]]
    ref, at = "", ""
    for name in form.split("/")[1:]:
        ref, at = f"{ref}/{name}", f"{at}/{name}"
        if at in made.repeating and (numbers or at != form):
            known = repeats.get(ref, ())
            if not numbers or numbers[0] not in known:
                return ""
            ref = f"{ref}[{known.index(numbers.pop(0)) + 1}]"
    return "" if numbers else ref
