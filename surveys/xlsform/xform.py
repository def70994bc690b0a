"""XForm XML (ODK XForms specification) read into a Form.

A stored form is its XForm: the very text that was published is compiled again at each start.
"""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from core.i18n import LANGUAGE_NAMES
from surveys.engine.form import (
    Expression,
    Form,
    Group,
    Kind,
    Logic,
    Node,
    Question,
    Repeat,
    Text,
    Texts,
)
from surveys.xlsform.errors import BROKEN, FormErrors, error
from surveys.xlsform.offers import read_list, read_offer, read_offered
from surveys.xlsform.reading import Reading, expression, label_of, local_name, media_of, message_of, text_of
from surveys.xlsform.xml import XFORMS, parse_xml

HTML = "{http://www.w3.org/1999/xhtml}"
JR = "{http://openrosa.org/javarosa}"
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
MEDIA = ("image", "big-image", "audio", "video")
_PRELOADS = frozenset({"timestamp", "date", "property", "uid"})


def read_xform(source: str | bytes, name: str, version: int) -> Form:
    """The form of an XForm document, its expressions not yet compiled; raises FormErrors."""
    document = parse_xml(source)
    model = document.find(f".//{XFORMS}model")
    instance = model.find(f"{XFORMS}instance") if model is not None else None
    if model is None or instance is None or not len(instance):
        raise FormErrors((error(BROKEN),))
    reading = Reading()
    _read_model(reading, model)
    body = document.find(f"{HTML}body")
    for control in body.iter(etree.Element) if body is not None else ():
        ref = control.get("ref") or control.get("nodeset")
        if ref and local_name(control) not in ("label", "hint", "value", "setvalue", "itemset", "repeat"):
            reading.controls[ref] = control
        if local_name(control) == "repeat":
            reading.repeats[control.get("nodeset", "")] = control
    root = _group(reading, instance[0], f"/{local_name(instance[0])}")
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


def _read_model(reading: Reading, model: Any) -> None:
    for translation in model.findall(f"{XFORMS}itext/{XFORMS}translation"):
        language = language_code(translation.get("lang", ""))
        for text in translation.findall(f"{XFORMS}text"):
            for value in text.findall(f"{XFORMS}value"):
                kept = {None: reading.texts, "long": reading.texts, "guidance": reading.guidance}.get(value.get("form"))
                if value.get("form") in MEDIA:
                    of_text = reading.media.setdefault(text.get("id"), {}).setdefault(language, {})
                    of_text[value.get("form")] = (value.text or "").strip().rpartition("/")[2]
                elif kept is not None:
                    kept.setdefault(text.get("id"), {}).setdefault(language, text_of(value))
    for texts in (*reading.texts.values(), *reading.guidance.values()):
        _drop_dashes(texts)
    for bind in model.findall(f"{XFORMS}bind"):
        reading.binds[bind.get("nodeset")] = bind
    for setvalue in model.findall(f"{XFORMS}setvalue"):
        if "odk-instance-first-load" in setvalue.get("event", ""):
            reading.first_loads[setvalue.get("ref")] = setvalue.get("value") or "''"
    for instance in model.findall(f"{XFORMS}instance")[1:]:
        read_list(reading, instance)


def _drop_dashes(texts: Texts) -> None:
    """pyxform writes "-" where a translation is missing; the default language stands in."""
    dash = Text(("-",))
    if any(text != dash for text in texts.values()):
        for language in [one for one, text in texts.items() if text == dash]:
            del texts[language]


def _group(reading: Reading, element: Any, ref: str) -> Group:
    children: dict[str, Node] = {}
    for child in element:
        if not isinstance(child.tag, str) or local_name(child) in children or _stands_in(child):
            continue
        below = f"{ref}/{local_name(child)}"
        nested = len(child) or below in reading.repeats or local_name(reading.controls.get(below)) == "group"
        children[local_name(child)] = _group(reading, child, below) if nested else _question(reading, child, below)
    control, repeat = reading.controls.get(ref), reading.repeats.get(ref)
    written = " ".join(one.get("appearance", "") for one in (control, repeat) if one is not None)
    appearance = frozenset(written.split())
    return Group(
        ref,
        local_name(element),
        label_of(reading, control, "label"),
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
    return Repeat(expression(control.get(f"{JR}count")), first)


def _question(reading: Reading, element: Any, ref: str) -> Question:
    bind, control = reading.binds.get(ref), reading.controls.get(ref)
    preload = bind.get(f"{JR}preload", "") if bind is not None else ""
    kind = _kind(element, bind, control)
    choices, condition, parameters = read_offer(reading, control, ref)
    default: str | Expression | None = element.text or None
    if ref in reading.first_loads:
        default = Expression(reading.first_loads[ref])
    return Question(
        ref=ref,
        name=local_name(element),
        kind=kind,
        label=label_of(reading, control, "label"),
        hint=label_of(reading, control, "hint"),
        guidance=reading.guidance.get(f"{ref}:hint", {}),
        media=media_of(reading, control),
        logic=_logic(reading, ref, default, condition),
        choices=choices,
        appearance=frozenset(control.get("appearance", "").split()) if control is not None else frozenset(),
        parameters=parameters,
        preload=_preload(bind) if preload in _PRELOADS else "",
        triggers=_triggers(control),
        offered=read_offered(reading, control),
    )


def _kind(element: Any, bind: Any, control: Any) -> Kind:
    form_type = (bind.get("type") or "string").rpartition(":")[2] if bind is not None else "string"
    if control is None:
        if bind is not None and bind.get(f"{JR}preload") in _PRELOADS:
            return Kind.METADATA
        return Kind.CALCULATE if bind is not None and bind.get("calculate") else Kind.HIDDEN
    name = local_name(control)
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
    reading: Reading, ref: str, default: str | Expression | None = None, condition: Expression | None = None
) -> Logic:
    bind = reading.binds.get(ref)
    if bind is None:
        return Logic(default=default, choice_filter=condition)
    return Logic(
        relevant=expression(bind.get("relevant")),
        required=expression(bind.get("required")),
        readonly=expression(bind.get("readonly")),
        constraint=expression(bind.get("constraint")),
        calculation=expression(bind.get("calculate")),
        default=default,
        choice_filter=condition,
        constraint_message=message_of(reading, bind.get(f"{JR}constraintMsg")),
        required_message=message_of(reading, bind.get(f"{JR}requiredMsg")),
    )


def _triggers(control: Any) -> tuple[tuple[str, Expression], ...]:
    if control is None:
        return ()
    found = (one for one in control.findall(f"{XFORMS}setvalue") if "xforms-value-changed" in one.get("event", ""))
    return tuple((one.get("ref"), Expression(one.get("value") or "''")) for one in found)
