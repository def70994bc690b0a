"""Places as numbers: a point is latitude, longitude and, where known, altitude and accuracy.

Source: ODK XForms specification, "Data Types" (geopoint, geotrace, geoshape).
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

_LIMITS = (Decimal(90), Decimal(180), Decimal(100_000), Decimal(100_000_000))  # degrees, degrees, metres, metres
_NUMBER = re.compile(r"[+-]?(\d{1,15}(\.\d{0,30})?|\.\d{1,30})([eE][+-]?\d{1,2})?", re.ASCII)
_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d)")


def points_of(value: str) -> tuple[str, ...]:
    """The points of a trace or shape; one mark after the last is no further point."""
    parts = [part.strip() for part in value.split(";")]
    return tuple(parts[:-1] if len(parts) > 1 and not parts[-1] else parts)


def is_place(point: str) -> bool:
    """Whether a text is latitude and longitude in degrees, with or without altitude and accuracy in metres."""
    parts = point.split()
    if not 2 <= len(parts) <= 4 or not all(map(_NUMBER.fullmatch, parts)):
        return False
    try:
        numbers = [Decimal(part) for part in parts]
    except InvalidOperation:
        return False
    return all(abs(number) <= limit for number, limit in zip(numbers, _LIMITS, strict=False))


def read_point(text: str) -> str:
    """A point as people write it: numbers apart by blanks, a comma or a semicolon; `45,07 7,68` has decimal commas."""
    text = " ".join(text.replace("°", " ").split())
    if is_place(text):
        return text
    commas = _DECIMAL_COMMA.sub(".", text)
    for tried in (commas.replace(",", " ").replace(";", " "), text.replace(",", " ").replace(";", " ")):
        if is_place(tried):
            return " ".join(tried.split())
    return text


def read_points(text: str, *, closed: bool) -> str:
    """Points as people write them, one a line or apart by semicolons; the last of a shape is joined to the first."""
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) == 1:
        lines = [part for part in text.split(";") if part.strip()]
    points = [read_point(line.strip(" ;")) for line in lines]
    if closed and len(points) > 2 and points[0].split()[:2] != points[-1].split()[:2]:
        points.append(points[0])
    return ";".join(points)
