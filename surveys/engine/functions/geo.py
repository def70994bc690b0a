"""Functions over places on Earth: points, lines and shapes in XForms spelling.

Source: ODK XForms specification, "Geographic Functions"; radius and formulas are JavaRosa's.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any, NamedTuple

from surveys.engine.functions.kinds import Function, texts

_RADIUS = 6_378_100.0  # metres, at the equator
_DEGREE = 2 * math.pi * _RADIUS / 360


class _Point(NamedTuple):
    latitude: float
    longitude: float


def area(_: Any, *values: Any) -> float:
    """The square metres within a shape or a node-set of points; blank where one cannot be read."""
    points = _points(values)
    if points is None:
        return math.nan
    sides, total = [_flat(points[0], point) for point in points[1:]], 0.0
    for (x1, y1), (x2, y2) in pairwise(sides):
        total += (y1 * x2 - x1 * y2) / 2
    return abs(total)


def distance(_: Any, *values: Any) -> float:
    """The metres from point to point, over all arguments; blank where one cannot be read."""
    points = _points(values)
    return math.nan if points is None else math.fsum(_between(one, other) for one, other in pairwise(points))


def geofence(_: Any, place: Any, shape: Any) -> bool:
    """Whether a point lies within a shape: a ray from it crosses an odd number of sides."""
    points, corners = _points((place,)), _points((shape,))
    if not points or corners is None:
        return False
    at, inside = points[0], False
    for one, other in pairwise(corners):
        if (one.latitude > at.latitude) != (other.latitude > at.latitude):
            slope = (one.longitude - other.longitude) / (one.latitude - other.latitude)
            inside ^= at.longitude < slope * (at.latitude - other.latitude) + other.longitude
    return inside


def _points(values: tuple[Any, ...]) -> list[_Point] | None:
    """All points in order, blanks left out; None where one of them cannot be read."""
    written = [part.split() for one in texts(values) for part in one.split(";") if part.strip()]
    points = [_Point(_degrees(one[0]), _degrees(one[1])) for one in written if 2 <= len(one) <= 4]
    sound = all(abs(point.latitude) <= 90 and abs(point.longitude) <= 180 for point in points)
    return points if sound and len(points) == len(written) else None


def _degrees(written: str) -> float:
    try:
        return float(written)
    except ValueError:
        return math.nan


def _flat(origin: _Point, point: _Point) -> tuple[float, float]:
    """Metres east and north of an origin, on a map that keeps areas (sinusoidal)."""
    east = (point.longitude - origin.longitude) * _DEGREE * math.cos(math.radians(point.latitude))
    return east, (point.latitude - origin.latitude) * _DEGREE


def _between(one: _Point, other: _Point) -> float:
    """By the spherical law of cosines, as both of ODK's engines."""
    if one == other:
        return 0.0
    north, south, turn = map(math.radians, (one.latitude, other.latitude, one.longitude - other.longitude))
    cosine = math.sin(north) * math.sin(south) + math.cos(north) * math.cos(south) * math.cos(turn)
    return math.acos(max(-1.0, min(cosine, 1.0))) * _RADIUS


GEO: dict[str, Function] = {
    "area": Function(area, 1),
    "enclosed-area": Function(area, 1),  # JavaRosa's other name for it
    "distance": Function(distance, 1),
    "geofence": Function(geofence, 2, 2),
}
