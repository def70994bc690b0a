"""A poll's result as a picture for chats, mails and the room: PNG, drawn without a browser.

A card of its own colours with an edge, so that it is read on a light and on a dark ground alike; letters are large
enough for a telephone at one point a pixel. What it says stands in words beside it (published.in_words).
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from core.errors import Problem
from core.i18n import N_, Translator
from surveys.polls.kinds import Kind
from surveys.polls.poll import Poll
from surveys.polls.published import (
    NOBODY_VOTED,
    PublicLine,
    Published,
    about_hidden,
    about_lines,
    also_told,
    decimal,
    placed,
    too_few,
    value,
    winners_told,
)

FONTS = Path(__file__).parents[2] / "node_modules" / "dejavu-fonts-ttf" / "ttf"
WIDTH, EDGE, GAP = 1000, 40, 18
TITLE, WORDS, SMALL = 42, 30, 24
BAR = 26
PAPER, INK, QUIET, DRAWN, TRACK = "#ffffff", "#17324d", "#3d5a74", "#0066cc", "#dfe6ee"
MOST_LINES, MOST_TITLE = 12, 4
NO_LETTER = "\U0010ffff"  # stands for no character, and is drawn as what is missing
ROOM = 1.92  # of the picture for the room: 1920 pixels wide


class FontsMissing(Problem):
    text = N_("The letters for pictures are not installed ({file}). Please run: make setup")
    status = 500


@dataclass(frozen=True)
class Told:
    """What stands around the bars: the office, and when the poll closed, in words."""

    office: str
    closed: str


def draw_result(poll: Poll, result: Published | None, told: Told, t: Translator, scale: float = 1.0) -> bytes:
    """A PNG; `result` None stands for a poll that is not closed yet. Raises FontsMissing."""
    canvas = _Canvas(scale)
    canvas.text(poll.title_in(t.language), TITLE, INK, bold=True, most=MOST_TITLE)
    canvas.gap(GAP)
    if result is None:
        canvas.text(t("The result will stand here when the poll is closed."), WORDS, QUIET)
    elif result.ballots is None:
        canvas.text(too_few(poll, result, t), WORDS, INK)
    elif result.is_empty:
        canvas.text(t(NOBODY_VOTED), WORDS, INK)
    else:
        _draw_lines(canvas, poll, result, t)
    canvas.gap(GAP)
    for words in _foot(poll, result, told, t):
        canvas.text(words, SMALL, QUIET)
    return canvas.png()


def _draw_lines(canvas: _Canvas, poll: Poll, result: Published, t: Translator) -> None:
    for words in winners_told(poll, result, t):
        canvas.text(words, WORDS, INK, bold=bool(result.winners), most=3)
        canvas.gap(GAP // 2)
    if result.mean is not None:
        canvas.text(t("Mean: {mean}", mean=decimal(result.mean, t)), WORDS, INK, bold=True)
    most = max((one.count or 0 for one in result.lines), default=0) or 1
    for one in result.lines[:MOST_LINES]:
        canvas.row(placed(poll, _drawable(poll, one), t), value(one, result, t))
        if one.count is None:
            canvas.gap(GAP)
        else:
            canvas.bar(float(one.count / most) if one.share is None else one.share)
    if (left := len(result.lines) - MOST_LINES) > 0:
        canvas.text(t.n("and {count} more option", "and {count} more options", left), SMALL, QUIET)
    for words in also_told(poll, result.also, t):
        canvas.text(words, SMALL, INK)


def _drawable(poll: Poll, line: PublicLine) -> PublicLine:
    """Of what people said the letters are looked for before quotes stand around it: these alone would say nothing."""
    return replace(line, name=drawable(line.name)) if poll.kind is Kind.TEXT else line


def _foot(poll: Poll, result: Published | None, told: Told, t: Translator) -> Iterator[str]:
    if result is not None and result.ballots:
        yield from about_lines(poll, result, t)
        yield t.n("{count} vote counted.", "{count} votes counted.", result.ballots)
        yield from about_hidden(result, t)
    yield " · ".join(one for one in (told.office, told.closed) if one)


@dataclass
class _Canvas:
    """Draws from top to bottom, on paper that grows; measures are those of a picture 1000 pixels wide."""

    scale: float = 1.0
    at: float = EDGE
    drawn: list[tuple[str, tuple[float, ...], str, int, bool]] = field(default_factory=list)

    @cached_property
    def _room(self) -> int:
        return WIDTH - 2 * EDGE

    def gap(self, height: float) -> None:
        self.at += height

    def text(self, words: str, size: int, ink: str, *, bold: bool = False, most: int = 3) -> None:
        """Words in lines, the last one cut where they take more than `most`."""
        for line in _wrapped(words, _font(size, bold), self._room, most):
            self._put(line, EDGE, size, ink, bold=bold)
            self.at += size * 1.35

    def row(self, name: str, said: str) -> None:
        """A label with its value at the right; a long label takes lines of its own."""
        font, strong = _font(WORDS, False), _font(WORDS, True)
        wide = strong.getlength(said)
        *first, last = _wrapped(name, font, self._room - wide - 2 * GAP, 3)
        for line in first:
            self._put(line, EDGE, WORDS, INK)
            self.at += WORDS * 1.3
        self._put(last, EDGE, WORDS, INK)
        self._put(said, WIDTH - EDGE - wide, WORDS, INK, bold=True)
        self.at += WORDS * 1.35

    def bar(self, share: float) -> None:
        """A bar on its track, as long as its share of it."""
        self.drawn.append(("box", (EDGE, self.at, WIDTH - EDGE, self.at + BAR), TRACK, 0, False))
        self.drawn.append(("box", (EDGE, self.at, EDGE + self._room * share, self.at + BAR), DRAWN, 0, False))
        self.at += BAR + GAP

    def png(self) -> bytes:
        height = self.at + EDGE
        size = (self._pixels(WIDTH), self._pixels(height))
        image = Image.new("RGB", size, PAPER)
        draw = ImageDraw.Draw(image)
        for what, place, ink, letters, bold in self.drawn:
            spot = [self._pixels(one) for one in place]
            if what == "box":
                if spot[2] > spot[0]:
                    draw.rectangle((spot[0], spot[1], spot[2], spot[3]), fill=ink)
            else:
                draw.text((spot[0], spot[1]), what[1:], fill=ink, font=_font(self._pixels(letters), bold))
        draw.rectangle((0, 0, size[0] - 1, size[1] - 1), outline=QUIET, width=max(2, self._pixels(2)))
        kept = io.BytesIO()
        image.quantize(64, method=Image.Quantize.MEDIANCUT).save(kept, "PNG", optimize=True)
        return kept.getvalue()

    def _put(self, words: str, left: float, size: int, ink: str, *, bold: bool = False) -> None:
        self.drawn.append((f"'{words}", (left, self.at), ink, size, bold))

    def _pixels(self, length: float) -> int:
        return round(length * self.scale)


@cache
def _font(size: int, bold: bool) -> ImageFont.FreeTypeFont:
    file = FONTS / ("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf")
    if not file.is_file():
        raise FontsMissing(file=file.name)
    return ImageFont.truetype(str(file), size)


def drawable(words: str) -> str:
    """Words without the signs for which there is no letter, as most emoji; where nothing would be left, their names."""
    plain = "".join(one if one.isprintable() else " " for one in words)
    kept = " ".join("".join(one for one in plain if _has_letter(one)).split())
    if kept or not plain.strip():
        return kept
    return ", ".join(unicodedata.name(one, "").lower() for one in plain if unicodedata.category(one) == "So") or "–"


@lru_cache(maxsize=4096)
def _has_letter(char: str) -> bool:
    if unicodedata.category(char) in {"Cf", "Mn"} and not unicodedata.combining(char):
        return False  # what joins and colours emoji
    return char.isspace() or _drawn(char) != _drawn(NO_LETTER)


def _drawn(char: str) -> bytes:
    return bytes(_font(WORDS, False).getmask(char))


def _wrapped(words: str, font: ImageFont.FreeTypeFont, room: float, most: int) -> list[str]:
    """Lines that fit; a word that does not fit is broken, and the last of `most` lines ends in dots if more follows."""
    lines, line = list[str](), ""
    for word in drawable(words).split():
        rest = word
        while rest:
            tried = f"{line} {rest}" if line else rest
            if font.getlength(tried) <= room:
                line, rest = tried, ""
            elif line:
                lines, line = [*lines, line], ""
            else:
                fits = next(n for n in range(len(rest), 0, -1) if n == 1 or font.getlength(rest[:n]) <= room)
                lines, rest = [*lines, rest[:fits]], rest[fits:]
            if len(lines) > most:
                break
    lines = [*lines, line] if line else lines
    if len(lines) <= most:
        return lines or [""]
    cut = lines[most - 1]
    while cut and font.getlength(f"{cut}…") > room:
        cut = cut[:-1]
    return [*lines[: most - 1], f"{cut}…"]
