"""What the questions of an XForm offer to choose from: lists, filters, answers of a repeat."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from surveys.engine.form import Choice, Expression, Offered, Text, Texts
from surveys.xlsform.reading import Reading, expression, label_of, local_name, media_of, shown
from surveys.xlsform.xml import XFORMS

_LIST = re.compile(r"instance\('([^']+)'\)/root/item")
_USUAL = (("value", "name"), ("label", "label"))


def read_list(reading: Reading, instance: Any) -> None:
    name = instance.get("id", "")
    items = instance.findall(f"{XFORMS}root/{XFORMS}item")
    reading.choices[name] = tuple(_choice(reading, item) for item in items)


def _choice(reading: Reading, item: Any) -> Choice:
    columns = {local_name(child): "".join(child.itertext()) for child in item if isinstance(child.tag, str)}
    itext = columns.get("itextId", "")
    plain: Texts = {"": Text((columns["label"],))} if "label" in columns else {}
    return Choice(columns.get("name", ""), reading.texts.get(itext, plain), columns, shown(reading, itext))


def read_offer(reading: Reading, control: Any, ref: str) -> tuple[str, Expression | None, dict[str, str]]:
    """The list a question chooses from, its filter, and its parameters."""
    if control is None:
        return "", None, {}
    parameters = {name: str(control.get(name)) for name in ("start", "end", "step", "rows") if control.get(name)}
    itemset = control.find(f"{XFORMS}itemset")
    if itemset is None:
        items = control.findall(f"{XFORMS}item")
        if items:
            reading.choices[ref] = tuple(_static_choice(reading, item) for item in items)
        return (ref if items else ""), None, parameters
    offer = _read_itemset(itemset.get("nodeset", ""))
    if offer is None:
        return "", None, parameters
    if offer.shuffled:
        parameters |= {"randomize": "true", "seed": offer.seed}
    return _listed(reading, offer.name, itemset), expression(offer.condition), parameters


@dataclass(frozen=True)
class _Offer:
    """What an itemset's `nodeset` says: a list of choices, its filter, and whether it is shuffled."""

    name: str
    condition: str
    shuffled: bool
    seed: str


def _read_itemset(nodeset: str) -> _Offer | None:
    """`randomize(instance('list')/root/item[filter], seed)` or less; None for the answers of a repeat."""
    written = nodeset.strip()
    shuffled = written.startswith("randomize(") and written.endswith(")")
    written = written[len("randomize(") : -1].strip() if shuffled else written
    head = _LIST.match(written)
    rest, condition = (written[head.end() :].strip(), "") if head else ("", "")
    if rest.startswith("["):
        end = _closing(rest)
        condition, rest = rest[1:end], rest[end + 1 :].strip()
    if head is None or (rest and not (shuffled and rest.startswith(","))):
        return None
    return _Offer(head[1], condition, shuffled, rest[1:].strip())


def _closing(text: str) -> int:
    """Where the bracket that a text begins with is closed, quotation marks minded."""
    depth, quote = 0, ""
    for at, letter in enumerate(text):
        if quote or letter in "'\"":
            quote = "" if letter == quote else quote or letter
        else:
            depth += (letter == "[") - (letter == "]")
            if depth == 0:
                return at
    return len(text)


def _listed(reading: Reading, name: str, itemset: Any) -> str:
    """The list of a question; one that takes its values or labels from columns of its own is a list of its own."""
    value, label = (_column_of(itemset.find(f"{XFORMS}{part}"), usual) for part, usual in _USUAL)
    named = f"{name}#{value}#{label}"
    if (value, label) == ("name", "label"):
        return name
    reading.choices.setdefault(
        named,
        tuple(
            Choice(one.attributes.get(value, ""), {"": Text((one.attributes.get(label, ""),))}, one.attributes)
            for one in reading.choices.get(name, ())
        ),
    )
    return named


def _column_of(element: Any, usual: str) -> str:
    """The column that an itemset names; translated labels are the usual ones."""
    written = element.get("ref", usual) if element is not None else usual
    return usual if "itext" in written else str(written)


def read_offered(reading: Reading, control: Any) -> Offered | None:
    """Where the choices are answers of a repeat."""
    itemset = control.find(f"{XFORMS}itemset") if control is not None else None
    if itemset is None or _read_itemset(itemset.get("nodeset", "")):
        return None
    value, label = (itemset.find(f"{XFORMS}{part}") for part in ("value", "label"))
    refs = [one.get("ref", "") if one is not None else "" for one in (value, label)]
    return Offered(Expression(itemset.get("nodeset", "").strip()), *refs)


def _static_choice(reading: Reading, item: Any) -> Choice:
    value = item.findtext(f"{XFORMS}value") or ""
    return Choice(value, label_of(reading, item, "label"), {"name": value}, media_of(reading, item))
