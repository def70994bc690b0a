"""What the type column of a survey row says, taken apart.

Source: XLSForm reference, "Question types"; spellings of earlier years are pyxform's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from surveys.xlsform.sheets import Row

_STRUCTURE = re.compile(
    r"(?P<edge>begin|end)[ _](?P<what>looped group|lgroup|group|repeat|loop)(?: (?:over )?(?P<list>\S+))?"
)
_SELECT = re.compile(
    r"(?P<command>(?P<one>select_one|select one|select1|add select one prompt using)"
    r"|select_multiple|select multiple|select all that apply|add select multiple prompt using|rank)"
    r"(?P<origin>[ _]from[ _]file|_external)?(?: from)?(?: (?P<list>\$\{[^}]*\}|\S+))?"
    r"(?P<other> (?:or specify other|or_other|or other))?"
)
_OSM = re.compile(r"osm(?: (?P<list>\S+))?")
_SETTINGS = ("form_title", "set_form_title", "form_id", "set_form_id", "prefix")
COMMON = (
    "text", "integer", "decimal", "range", "select_one", "select_multiple", "select_one_from_file",
    "select_multiple_from_file", "rank", "note", "geopoint", "geotrace", "geoshape", "date", "time", "dateTime",
    "image", "audio", "video", "file", "barcode", "calculate", "acknowledge", "hidden", "xml-external", "csv-external",
    "start", "end", "today", "deviceid", "username", "phonenumber", "email", "audit", "background-audio",
    "start-geopoint", "background-geopoint", "begin group", "end group", "begin repeat", "end repeat",
)  # fmt: skip
SELECTS = frozenset({"select_one", "select_multiple", "rank"})


@dataclass(frozen=True)
class RowType:
    """A row's type.

    `kind` is "group", "repeat" or "loop" (then `edge` is "begin" or "end"), "select_one",
    "select_multiple", "rank", "osm", the plain name of a question ("text", "integer", "date",
    ...), "metadata", "external", "setting", or "" where the type is not known. `origin` tells where the
    choices of a select come from: "choices", "file", "external" or "repeat".
    """

    kind: str
    edge: str = ""
    listed: str = ""
    origin: str = ""
    other: bool = False


def read_type(row: Row) -> RowType:
    """The type of a row, its kind "" where nobody knows it."""
    return _read(" ".join(row.get("type").split())[:300])


def active(rows: tuple[Row, ...]) -> Iterator[Row]:
    """The rows that are not commented out or disabled."""
    for row in rows:
        if row.get("type") and row.get("disabled").lower() not in ("yes", "true", "1"):
            yield row


@cache
def known_types() -> dict[str, RowType]:
    """The types that take no list of choices, as pyxform spells them."""
    from pyxform.aliases import _type_alias_map  # noqa: PLC0415
    from pyxform.question_type_dictionary import QUESTION_TYPE_DICT  # noqa: PLC0415 - a second to import

    known = {name: RowType(_kind(name, made)) for name, made in QUESTION_TYPE_DICT.items()}
    return known | {alias: known[name] for alias, name in _type_alias_map.items()}


def _read(written: str) -> RowType:
    structure = _STRUCTURE.fullmatch(written)
    if structure:
        what = {"lgroup": "repeat", "looped group": "repeat"}.get(structure["what"], structure["what"])
        return RowType(what, structure["edge"], structure["list"] or "")
    select = _SELECT.fullmatch(written)
    if select:
        return _select(select)
    osm = _OSM.fullmatch(written)
    if osm:
        return RowType("osm", listed=osm["list"] or "")
    return RowType("setting") if written in _SETTINGS else known_types().get(written, RowType(""))


def _select(match: re.Match[str]) -> RowType:
    kind = "select_one" if match["one"] else "rank" if match["command"] == "rank" else "select_multiple"
    listed, origin = match["list"] or "", (match["origin"] or "").strip(" _")
    if origin != "external":
        origin = "file" if origin else "repeat" if listed.startswith("${") else "choices"
    return RowType(kind, "", listed, origin, match["other"] is not None)


def _kind(name: str, made: dict[str, Any]) -> str:
    """The plain name of one of pyxform's types, from the control and the binding it makes."""
    control, bind = made.get("control", {}), made.get("bind", {})
    tag, bound = control.get("tag", ""), bind.get("type", "string")
    if name in ("range", "note", "hidden", "audit", "osm") or name.startswith(("background-", "start-")):
        return "metadata" if "-" in name or name == "audit" else name
    if name.endswith("-external"):
        return "external"
    if not tag:
        return "metadata" if "jr:preload" in bind else "calculate"
    if tag in ("select", "select1", "odk:rank"):
        return {"select": "select_multiple", "select1": "select_one"}.get(tag, "rank")
    if tag == "upload":
        media = str(control.get("mediatype", "")).partition("/")[0]
        return media if media in ("image", "audio", "video") else "file"
    if bound == "string":
        return "note" if bind.get("readonly") == "true()" else "acknowledge" if tag == "trigger" else "text"
    return "integer" if bound == "int" else str(bound)
