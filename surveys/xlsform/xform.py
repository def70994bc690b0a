"""XForm XML (ODK XForms specification) read into a Form.

A stored form is its XForm: the very text that was published is compiled again at each start.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from core.i18n import LANGUAGE_NAMES
from surveys.engine.form import (
    Choice,
    Expression,
    Form,
    Group,
    Kind,
    Logic,
    Node,
    Offered,
    Question,
    Repeat,
    Text,
    Texts,
)
from surveys.xlsform.errors import BROKEN, FormError, FormErrors, error
from surveys.xlsform.xml import XFORMS, parse_xml

HTML = "{http://www.w3.org/1999/xhtml}"
JR = "{http://openrosa.org/javarosa}"
_ITEXT = re.compile(r"jr:itext\('(.*)'\)", re.DOTALL)
_LIST = re.compile(r"instance\('([^']+)'\)/root/item")
_CODE = re.compile(r"\(([A-Za-z]{2,3}(?:-[A-Za-z0-9]+)*)\)\s*$")
_NAMES = {
    "english": "en", "inglese": "en", "italiano": "it", "italian": "it",
    "français": "fr", "francais": "fr", "french": "fr", "francese": "fr",
}  # fmt: skip
_INPUTS = {
    "int": Kind.INTEGER, "integer": Kind.INTEGER, "decimal": Kind.DECIMAL, "date": Kind.DATE, "time": Kind.TIME,
    "dateTime": Kind.DATETIME, "geopoint": Kind.GEOPOINT, "geotrace": Kind.GEOTRACE, "geoshape": Kind.GEOSHAPE,
    "barcode": Kind.BARCODE,
}  # fmt: skip
_CONTROLS = {
    "select1": Kind.SELECT_ONE, "select": Kind.SELECT_MULTIPLE, "rank": Kind.RANK, "range": Kind.RANGE,
    "trigger": Kind.ACKNOWLEDGE,
}  # fmt: skip
_UPLOADS = {"image": Kind.IMAGE, "audio": Kind.AUDIO, "video": Kind.VIDEO}
_USUAL = (("value", "name"), ("label", "label"))
_PRELOADS = frozenset({"timestamp", "date", "property", "uid"})


@dataclass
class _Reading:
    """What is gathered while a document is read."""

    binds: dict[str, Any] = field(default_factory=dict)
    controls: dict[str, Any] = field(default_factory=dict)
    repeats: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, Texts] = field(default_factory=dict)
    guidance: dict[str, Texts] = field(default_factory=dict)
    first_loads: dict[str, str] = field(default_factory=dict)
    choices: dict[str, tuple[Choice, ...]] = field(default_factory=dict)
    errors: list[FormError] = field(default_factory=list)


def read_xform(source: str | bytes, name: str, version: int) -> Form:
    """The form of an XForm document, its expressions not yet compiled; raises FormErrors."""
    document = parse_xml(source)
    model = document.find(f".//{XFORMS}model")
    instance = model.find(f"{XFORMS}instance") if model is not None else None
    if model is None or instance is None or not len(instance):
        raise FormErrors((error(BROKEN),))
    reading = _Reading()
    _read_model(reading, model)
    body = document.find(f"{HTML}body")
    for control in body.iter(etree.Element) if body is not None else ():
        ref = control.get("ref") or control.get("nodeset")
        if ref and _local(control) not in ("label", "hint", "value", "setvalue", "itemset", "repeat"):
            reading.controls[ref] = control
        if _local(control) == "repeat":
            reading.repeats[control.get("nodeset", "")] = control
    root = _group(reading, instance[0], f"/{_local(instance[0])}")
    if reading.errors:
        raise FormErrors(tuple(reading.errors))
    languages, default = read_languages(model)
    title = document.findtext(f"{HTML}head/{HTML}title") or name
    return Form(name, version, title, languages, default, root, reading.choices)


def read_languages(model: Any) -> tuple[tuple[str, ...], str]:
    """The codes of the form's languages and the default one, "" for a form without languages."""
    found = model.findall(f"{XFORMS}itext/{XFORMS}translation")
    codes = [language_code(one.get("lang", "")) for one in found]
    named = tuple(dict.fromkeys(code for code in codes if code))
    default = next((language_code(one.get("lang", "")) for one in found if one.get("default") is not None), "")
    return named, default or (named[0] if named else "")


def language_code(written: str) -> str:
    """`Italiano (it)` is "it", `English` is "en", `default` is ""."""
    match = _CODE.search(written)
    if match:
        return match[1].lower()
    name = written.strip().lower()
    if name in ("default", ""):
        return ""
    return _NAMES.get(name, name if name in LANGUAGE_NAMES else written.strip())


def _read_model(reading: _Reading, model: Any) -> None:
    for translation in model.findall(f"{XFORMS}itext/{XFORMS}translation"):
        language = language_code(translation.get("lang", ""))
        for text in translation.findall(f"{XFORMS}text"):
            for value in text.findall(f"{XFORMS}value"):
                kept = {None: reading.texts, "long": reading.texts, "guidance": reading.guidance}.get(value.get("form"))
                if kept is not None:
                    kept.setdefault(text.get("id"), {}).setdefault(language, _text(value))
    for texts in (*reading.texts.values(), *reading.guidance.values()):
        _drop_dashes(texts)
    for bind in model.findall(f"{XFORMS}bind"):
        reading.binds[bind.get("nodeset")] = bind
    for setvalue in model.findall(f"{XFORMS}setvalue"):
        if "odk-instance-first-load" in setvalue.get("event", ""):
            reading.first_loads[setvalue.get("ref")] = setvalue.get("value") or "''"
    for instance in model.findall(f"{XFORMS}instance")[1:]:
        _read_list(reading, instance)


def _drop_dashes(texts: Texts) -> None:
    """pyxform writes "-" where a translation is missing; the default language stands in."""
    dash = Text(("-",))
    if any(text != dash for text in texts.values()):
        for language in [one for one, text in texts.items() if text == dash]:
            del texts[language]


def _read_list(reading: _Reading, instance: Any) -> None:
    name = instance.get("id", "")
    items = instance.findall(f"{XFORMS}root/{XFORMS}item")
    reading.choices[name] = tuple(_choice(reading, item) for item in items)


def _choice(reading: _Reading, item: Any) -> Choice:
    columns = {_local(child): "".join(child.itertext()) for child in item if isinstance(child.tag, str)}
    itext = columns.get("itextId", "")
    plain: Texts = {"": Text((columns["label"],))} if "label" in columns else {}
    return Choice(columns.get("name", ""), reading.texts.get(itext, plain), columns)


def _group(reading: _Reading, element: Any, ref: str) -> Group:
    children: dict[str, Node] = {}
    for child in element:
        if not isinstance(child.tag, str) or _local(child) in children or _stands_in(child):
            continue
        below = f"{ref}/{_local(child)}"
        nested = len(child) or below in reading.repeats or _local(reading.controls.get(below)) == "group"
        children[_local(child)] = _group(reading, child, below) if nested else _question(reading, child, below)
    control, repeat = reading.controls.get(ref), reading.repeats.get(ref)
    written = " ".join(one.get("appearance", "") for one in (control, repeat) if one is not None)
    appearance = frozenset(written.split())
    return Group(
        ref,
        _local(element),
        _label(reading, control, "label"),
        tuple(children.values()),
        _logic(reading, ref),
        bool(appearance & {"field-list", "table-list"}),
        appearance,
        None if repeat is None else _repeat(repeat, element),
    )


def _stands_in(element: Any) -> bool:
    """Whether an element is the template of a repeat that has an instance as well, which says more."""
    following = element.itersiblings(element.tag)
    return element.get(f"{JR}template") is not None and next(following, None) is not None


def _repeat(control: Any, element: Any) -> Repeat:
    """How often a part is asked; an instance that is there from the start is not the template."""
    siblings = element.getparent().findall(element.tag)
    first = sum(1 for one in siblings if one.get(f"{JR}template") is None)
    return Repeat(_expression(control.get(f"{JR}count")), first)


def _question(reading: _Reading, element: Any, ref: str) -> Question:
    bind, control = reading.binds.get(ref), reading.controls.get(ref)
    preload = bind.get(f"{JR}preload", "") if bind is not None else ""
    kind = _kind(element, bind, control)
    choices, condition, parameters = _offer(reading, control, ref)
    default: str | Expression | None = element.text or None
    if ref in reading.first_loads:
        default = Expression(reading.first_loads[ref])
    return Question(
        ref=ref,
        name=_local(element),
        kind=kind,
        label=_label(reading, control, "label"),
        hint=_label(reading, control, "hint"),
        guidance=reading.guidance.get(f"{ref}:hint", {}),
        logic=_logic(reading, ref, default, condition),
        choices=choices,
        appearance=frozenset(control.get("appearance", "").split()) if control is not None else frozenset(),
        parameters=parameters,
        preload=_preload(bind) if preload in _PRELOADS else "",
        triggers=_triggers(control),
        offered=_offered(reading, control),
    )


def _kind(element: Any, bind: Any, control: Any) -> Kind:
    form_type = (bind.get("type") or "string").rpartition(":")[2] if bind is not None else "string"
    if control is None:
        if bind is not None and bind.get(f"{JR}preload") in _PRELOADS:
            return Kind.METADATA
        return Kind.CALCULATE if bind is not None and bind.get("calculate") else Kind.HIDDEN
    name = _local(control)
    if name in _CONTROLS:
        return _CONTROLS[name]
    if name == "upload":
        return _UPLOADS.get((control.get("mediatype") or "").partition("/")[0], Kind.FILE)
    if form_type in _INPUTS:
        return _INPUTS[form_type]
    read_only = bind is not None and bind.get("readonly") == "true()"
    filled = element.text or (bind is not None and (bind.get("calculate") or bind.get(f"{JR}preload")))
    return Kind.NOTE if read_only and not filled else Kind.TEXT


def _preload(bind: Any) -> str:
    return "uid" if bind.get(f"{JR}preload") == "uid" else str(bind.get(f"{JR}preloadParams", ""))


def _logic(
    reading: _Reading, ref: str, default: str | Expression | None = None, condition: Expression | None = None
) -> Logic:
    bind = reading.binds.get(ref)
    if bind is None:
        return Logic(default=default, choice_filter=condition)
    return Logic(
        relevant=_expression(bind.get("relevant")),
        required=_expression(bind.get("required")),
        readonly=_expression(bind.get("readonly")),
        constraint=_expression(bind.get("constraint")),
        calculation=_expression(bind.get("calculate")),
        default=default,
        choice_filter=condition,
        constraint_message=_message(reading, bind.get(f"{JR}constraintMsg")),
        required_message=_message(reading, bind.get(f"{JR}requiredMsg")),
    )


def _offer(reading: _Reading, control: Any, ref: str) -> tuple[str, Expression | None, dict[str, str]]:
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
    return _listed(reading, offer.name, itemset), _expression(offer.condition), parameters


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


def _listed(reading: _Reading, name: str, itemset: Any) -> str:
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


def _offered(reading: _Reading, control: Any) -> Offered | None:
    """Where the choices are answers of a repeat."""
    itemset = control.find(f"{XFORMS}itemset") if control is not None else None
    if itemset is None or _read_itemset(itemset.get("nodeset", "")):
        return None
    value, label = (itemset.find(f"{XFORMS}{part}") for part in ("value", "label"))
    refs = [one.get("ref", "") if one is not None else "" for one in (value, label)]
    return Offered(Expression(itemset.get("nodeset", "").strip()), *refs)


def _static_choice(reading: _Reading, item: Any) -> Choice:
    value = item.findtext(f"{XFORMS}value") or ""
    return Choice(value, _label(reading, item, "label"), {"name": value})


def _triggers(control: Any) -> tuple[tuple[str, Expression], ...]:
    if control is None:
        return ()
    found = (one for one in control.findall(f"{XFORMS}setvalue") if "xforms-value-changed" in one.get("event", ""))
    return tuple((one.get("ref"), Expression(one.get("value") or "''")) for one in found)


def _label(reading: _Reading, control: Any, part: str) -> Texts:
    found = control.find(f"{XFORMS}{part}") if control is not None else None
    if found is None:
        return {}
    itext = _ITEXT.fullmatch((found.get("ref") or "").strip())
    if itext:
        return reading.texts.get(itext[1], {})
    text = _text(found)
    return {"": text} if text.parts else {}


def _message(reading: _Reading, written: str | None) -> Texts:
    if not written:
        return {}
    itext = _ITEXT.fullmatch(written.strip())
    return reading.texts.get(itext[1], {}) if itext else {"": Text((written,))}


def _text(element: Any) -> Text:
    """A text with the `output` elements in it as gaps."""
    parts: list[str | Expression] = [element.text or ""]
    for child in element:
        if _local(child) == "output":
            parts.append(Expression((child.get("value") or child.get("ref") or "''").strip()))
        parts.append(child.tail or "")
    if len(parts) == 1:
        parts = [str(parts[0]).strip()]
    return Text(tuple(part for part in parts if part))


def _expression(source: str | None) -> Expression | None:
    return Expression(source.strip()) if source and source.strip() else None


def _local(element: Any) -> str:
    return "" if element is None or not isinstance(element.tag, str) else etree.QName(element).localname
