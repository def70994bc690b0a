"""What is gathered while an XForm is read, and its texts."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from surveys.engine.form import Choice, Expression, Media, Shown, Text, Texts
from surveys.xlsform.errors import FormError
from surveys.xlsform.xml import XFORMS

_ITEXT = re.compile(r"jr:itext\('(.*)'\)", re.DOTALL)


@dataclass
class Reading:
    """What is gathered while a document is read."""

    binds: dict[str, Any] = field(default_factory=dict)
    controls: dict[str, Any] = field(default_factory=dict)
    repeats: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, Texts] = field(default_factory=dict)
    guidance: dict[str, Texts] = field(default_factory=dict)
    media: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)  # text, language, kind: the file's name
    first_loads: dict[str, str] = field(default_factory=dict)
    choices: dict[str, tuple[Choice, ...]] = field(default_factory=dict)
    errors: list[FormError] = field(default_factory=list)


def label_of(reading: Reading, control: Any, part: str) -> Texts:
    found = control.find(f"{XFORMS}{part}") if control is not None else None
    if found is None:
        return {}
    itext = _ITEXT.fullmatch((found.get("ref") or "").strip())
    if itext:
        return reading.texts.get(itext[1], {})
    text = text_of(found)
    return {"": text} if text.parts else {}


def media_of(reading: Reading, control: Any) -> Shown:
    """The files shown with a control's label."""
    found = control.find(f"{XFORMS}label") if control is not None else None
    itext = _ITEXT.fullmatch((found.get("ref") or "").strip()) if found is not None else None
    return shown(reading, itext[1]) if itext else {}


def shown(reading: Reading, text: str) -> Shown:
    """The files shown with a text of the form, by language; a large picture stands for the small one."""
    return {
        language: Media(found.get("big-image", found.get("image", "")), found.get("audio", ""), found.get("video", ""))
        for language, found in reading.media.get(text, {}).items()
    }


def text_of(element: Any) -> Text:
    """A text with the `output` elements in it as gaps."""
    parts: list[str | Expression] = [element.text or ""]
    for child in element:
        if local_name(child) == "output":
            parts.append(Expression((child.get("value") or child.get("ref") or "''").strip()))
        parts.append(child.tail or "")
    if len(parts) == 1:
        parts = [str(parts[0]).strip()]
    return Text(tuple(part for part in parts if part))


def expression(source: str | None) -> Expression | None:
    return Expression(source.strip()) if source and source.strip() else None


def local_name(element: Any) -> str:
    return "" if element is None or not isinstance(element.tag, str) else etree.QName(element).localname


def message_of(reading: Reading, written: str | None) -> Texts:
    if not written:
        return {}
    itext = _ITEXT.fullmatch(written.strip())
    return reading.texts.get(itext[1], {}) if itext else {"": Text((written,))}
