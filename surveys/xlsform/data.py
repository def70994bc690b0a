"""Lists that come from files beside a form, taken into its XForm, so that what is published is whole.

Sources: ODK XForms specification, "Secondary Instances - External" (CSV, XML, GeoJSON);
RFC 7946 for GeoJSON, whose points become `latitude longitude 0 0`.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any

from lxml import etree

from core.i18n import N_
from surveys.engine.values import clean
from surveys.xlsform.errors import TOO_LARGE, FormError, FormErrors, error
from surveys.xlsform.limits import LARGEST, MEGABYTE
from surveys.xlsform.xml import XFORMS, parse_xml

ENDINGS = frozenset(
    {".jpg", ".jpeg", ".png", ".webp", ".gif", ".mp3", ".m4a", ".aac", ".ogg", ".oga", ".opus", ".wav", ".flac",
     ".mp4", ".webm", ".ogv"}
)  # fmt: skip
"""Of pictures, sounds and films (`surveys/xlsform/media.py`)."""
LARGEST_FILE = 50 * MEGABYTE  # read at all; which are taken, surveys/xlsform/media.py says
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
    """The files beside a form and in the folder `<form>-media` by name, each read when it is asked for."""

    def __init__(self, form: Path) -> None:
        folders = (form.parent, form.parent / f"{form.stem}-media")
        found = (one for folder in folders if folder.is_dir() for one in sorted(folder.iterdir()))
        wanted = _READERS.keys() | ENDINGS
        self._paths = {one.name: one for one in found if one.suffix.lower() in wanted and one != form and one.is_file()}

    def __getitem__(self, name: str) -> bytes:
        limit = LARGEST_FILE if self._paths[name].suffix.lower() in ENDINGS else LARGEST
        if self._paths[name].stat().st_size > limit:
            raise FormErrors((error(TOO_LARGE, limit=str(limit // MEGABYTE)),))
        return self._paths[name].read_bytes()

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


class FilesRead(Mapping[str, bytes]):
    """Files by name, noting which were read: what a form is made of besides itself."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._read: dict[str, str] = {}

    def __getitem__(self, name: str) -> bytes:
        content = self._files[name]
        self._read[name] = sha256(content).hexdigest()
        return content

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

    def __contains__(self, name: object) -> bool:
        return name in self._files

    def digest(self, form: bytes) -> str:
        """SHA-256 of a form with all that was read for it; of a form alone, its own."""
        own = sha256(form).hexdigest()
        if not self._read:
            return own
        read = (f"{name} {of}" for name, of in sorted(self._read.items()))
        return sha256("\n".join([own, *read]).encode()).hexdigest()


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
