"""Points, lines and areas on a page: numbers in boxes, or one point a line."""

from __future__ import annotations

from collections.abc import Mapping

from surveys.engine.places import is_place, read_point

PARTS = ("lat", "lon", "alt", "acc")


def split_point(value: str) -> dict[str, str]:
    """The numbers of a geopoint by the names of their boxes."""
    return dict(zip(PARTS, value.split(), strict=False))


def join_point(boxes: Mapping[str, str]) -> str:
    """A geopoint from its boxes; both numbers may stand in the first, as they are copied from a map."""
    latitude, longitude, altitude, accuracy = (boxes.get(part, "").strip() for part in PARTS)
    whole = read_point(latitude)
    if not longitude and is_place(whole):
        return whole
    given = [_number(one) for one in (latitude, longitude) if one]
    if accuracy:
        return " ".join((*given, _number(altitude) or "0", _number(accuracy))) if given else ""
    return " ".join((*given, _number(altitude))).strip() if len(given) == 2 else " ".join(given)


def write_points(value: str) -> str:
    """A geotrace or geoshape, one point a line."""
    return "\n".join(point.strip() for point in value.split(";") if point.strip())


def _number(text: str) -> str:
    return text.replace(",", ".").replace(" ", "")
