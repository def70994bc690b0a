"""References of nodes: `/data/person[2]/name`.

A repeat's instances stand at `/data/person[1]`, `/data/person[2]`; the whole of them, where one
more is asked for, at `/data/person`. A form's own reference has no positions: it stands for the
nodes of all instances.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_POSITION = re.compile(r"\[\d+\]")


def form_ref(ref: str) -> str:
    """The form's own reference: `/data/person[2]/name` is `/data/person/name`."""
    return _POSITION.sub("", ref) if "[" in ref else ref


def parent_ref(ref: str) -> str:
    return ref.rpartition("/")[0]


def within(ref: str, top: str) -> bool:
    """Whether a reference lies below another."""
    return ref.startswith(f"{top}/")


def is_instance(ref: str) -> bool:
    return ref.endswith("]")


def whole_of(instance: str) -> str:
    """The repeat that an instance belongs to: `/data/person[2]` is one of `/data/person`."""
    return instance[: instance.rindex("[")]


def position_of(instance: str) -> int:
    return int(instance[instance.rindex("[") + 1 : -1])


def positions_in(ref: str) -> tuple[int, ...]:
    """The positions of all instances around a reference and of its own, by which instances stand in order."""
    return tuple(int(at[1:-1]) for at in _POSITION.findall(ref))


def instances_around(ref: str) -> Iterator[str]:
    """The instances that a node stands in, from the innermost out."""
    end = len(ref)
    while (end := ref.rfind("]", 0, end)) > 0:
        yield ref[: end + 1]


def shared_instance(form: str, ref: str) -> str:
    """The innermost instance around a node that a form reference lies in as well, "" where there is none."""
    for instance in instances_around(ref):
        top = form_ref(instance)
        if form == top or within(form, top):
            return instance
    return ""


def beside(form: str, ref: str) -> str:
    """A form's reference in the instances that a node stands in: `/data/person/age` beside `/data/person[2]/name`."""
    shared = shared_instance(form, ref)
    return shared + form[len(form_ref(shared)) :]


def counts_of(refs: Iterable[str]) -> dict[str, int]:
    """How many instances of each repeat some references stand in, or behind."""
    found: dict[str, int] = {}
    for ref in refs:
        for at in _POSITION.finditer(ref):
            whole = ref[: at.start()]
            found[whole] = max(found.get(whole, 0), int(at[0][1:-1]))
    return found


def without(ref: str, gone: str) -> str | None:
    """A reference after an instance went: those behind move up by one; None for what went with it."""
    whole, at = whole_of(gone), position_of(gone)
    if not ref.startswith(f"{whole}["):
        return ref
    position, _, rest = ref[len(whole) + 1 :].partition("]")
    if int(position) == at:
        return None
    return f"{whole}[{int(position) - (int(position) > at)}]{rest}"
