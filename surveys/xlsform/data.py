"""Lists that come from files beside a form, taken into its XForm, so that what is published is whole.

Sources: ODK XForms specification, "Secondary Instances - External" (CSV, XML, GeoJSON);
RFC 7946 for GeoJSON, whose points become `latitude longitude 0 0`.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from io import StringIO
from pathlib import Path
from typing import Any

from lxml import etree

from core.i18n import N_
from surveys.engine.values import clean
from surveys.xlsform.errors import TOO_LARGE, FormError, FormErrors, error
from surveys.xlsform.limits import LARGEST, MEGABYTE
from surveys.xlsform.xml import XFORMS, parse_xml

MOST_ROWS = 50_000
MOST_COLUMNS = 100
BROKEN_DATA = N_("The file {name} cannot be read. Save it as CSV (UTF-8), XML or GeoJSON and send it anew.")
TOO_LONG_DATA = N_(
    "The file {name} has too many rows or columns: at most {rows} rows of {columns} columns are accepted."
)
MISSING_DATA = N_("The file {name} was not sent with the form: the list that comes from it is empty.")

Files = Mapping[str, bytes]
Row = dict[str, str]
_NAME = re.compile(r"[^\W\d][\w.-]*")
_KEPT = ("jr://instance/last-saved",)


class FilesBeside(Mapping[str, bytes]):
    """The data files in a form's folder by name, each read when it is asked for."""

    def __init__(self, form: Path) -> None:
        found = (one for one in form.parent.iterdir() if one.suffix.lower() in _READERS and one != form)
        self._paths = {one.name: one for one in found if one.is_file()}

    def __getitem__(self, name: str) -> bytes:
        if self._paths[name].stat().st_size > LARGEST:
            raise FormErrors((error(TOO_LARGE, limit=str(LARGEST // MEGABYTE)),))
        return self._paths[name].read_bytes()

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


def take_in(xform: str, files: Files) -> tuple[str, tuple[FormError, ...]]:
    """The XForm with the rows of all files it names, and warnings for those missing; raises FormErrors."""
    if " src=" not in xform:
        return xform, ()
    document = parse_xml(xform)
    missing: list[FormError] = []
    faults: list[FormError] = []
    for instance in document.iter(f"{XFORMS}instance"):
        source = instance.get("src")
        if source is None or source in _KEPT:
            continue
        name = source.rpartition("/")[2]
        if name not in files:
            missing.append(error(MISSING_DATA, "survey", name=name))
            continue
        try:
            _fill(instance, name, files[name])
        except FormErrors as fault:
            faults += fault.errors
    if faults:
        raise FormErrors(tuple(faults))
    return etree.tostring(document, encoding="unicode"), tuple(missing)


def _fill(instance: Any, name: str, data: bytes) -> None:
    del instance.attrib["src"]
    read = _READERS.get(Path(name).suffix.lower())
    if read is None:
        raise FormErrors((error(BROKEN_DATA, "survey", name=name),))
    root = etree.SubElement(instance, f"{XFORMS}root")
    try:
        for number, row in enumerate(read(data), 1):
            if number > MOST_ROWS or len(row) > MOST_COLUMNS:
                rows, columns = f"{MOST_ROWS:,}", str(MOST_COLUMNS)
                raise FormErrors((error(TOO_LONG_DATA, "survey", name=name, rows=rows, columns=columns),))
            item = etree.SubElement(root, f"{XFORMS}item")
            for column, value in row.items():
                if _NAME.fullmatch(column):
                    etree.SubElement(item, f"{XFORMS}{column}").text = clean(value)
    except (csv.Error, UnicodeDecodeError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as fault:
        raise FormErrors((error(BROKEN_DATA, "survey", name=name),)) from fault


def _csv(data: bytes) -> Iterator[Row]:
    text = data.decode("utf-8-sig")
    head = text.partition("\n")[0]
    separator = max((",", ";", "\t"), key=head.count)
    for row in csv.DictReader(StringIO(text), delimiter=separator):
        yield {_column(name): value or "" for name, value in row.items() if isinstance(name, str)}


def _column(header: str) -> str:
    """A heading as an expression can name it."""
    return re.sub(r"\s+", "_", header.strip())


def _xml(data: bytes) -> Iterator[Row]:
    for item in parse_xml(data):
        if isinstance(item.tag, str):
            cells = (child for child in item if isinstance(child.tag, str))
            yield {etree.QName(child).localname: "".join(child.itertext()) for child in cells}


def _geojson(data: bytes) -> Iterator[Row]:
    for feature in json.loads(data.decode("utf-8-sig"))["features"]:
        written = {_column(str(name)): _said(value) for name, value in (feature.get("properties") or {}).items()}
        named = {"id": _said(feature["id"])} if "id" in feature else {}
        shape = feature.get("geometry") or {}
        yield {**written, **named, "geometry": _places(shape.get("type"), shape.get("coordinates"))}


def _said(value: object) -> str:
    return "" if value is None else json.dumps(value) if isinstance(value, bool | list | dict) else str(value)


def _places(kind: str | None, coordinates: Any) -> str:
    if not coordinates:
        return ""
    points: Iterable[Any] = {"Point": [coordinates], "LineString": coordinates}.get(kind or "", ())
    if kind == "Polygon":
        points = coordinates[0]
    return ";".join(f"{float(point[1])} {float(point[0])} 0 0" for point in points)


_READERS = {".csv": _csv, ".xml": _xml, ".geojson": _geojson}
