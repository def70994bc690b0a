"""A compiled text with gaps: built once for everybody, filled once a person."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape

from notifications.content.variables import GAP, mark

Clean = Callable[[str], str]


@dataclass(frozen=True)
class Skeleton:
    """Fixed pieces and, between them, the names of the gaps; `clean` makes a value fit for its place."""

    pieces: tuple[str, ...]
    gaps: tuple[str, ...]
    clean: Clean

    def fill(self, values: Mapping[str, str]) -> str:
        out = [self.pieces[0]]
        for gap, piece in zip(self.gaps, self.pieces[1:], strict=True):
            out += (self.clean(values[gap]), piece)
        return "".join(out)


def compile_skeleton(text: str, fixed: Mapping[str, str], clean: Clean) -> Skeleton:
    """Splits a text at its marks; those in `fixed` are the same for everybody and filled at once."""
    text = GAP.sub(lambda found: clean(fixed[found[1]]) if found[1] in fixed else mark(found[1]), text)
    parts = GAP.split(text)
    return Skeleton(tuple(parts[0::2]), tuple(parts[1::2]), clean)


def as_html(value: str) -> str:
    """Text for HTML and for Telegram's subset, quotes included; line breaks become spaces."""
    return escape(one_line(value), quote=True)


def one_line(value: str) -> str:
    """A value without line breaks, control and private-use characters."""
    if value.isascii() and value.isprintable() and "  " not in value:  # as nearly all are
        return value.strip()
    kept = "".join(" " if char.isspace() else char for char in value if char.isprintable() or char.isspace())
    return " ".join(kept.split())
