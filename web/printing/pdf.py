"""PDF files with the letters of many scripts: Latin, Greek, Cyrillic, Armenian, Georgian, Hebrew, Arabic."""

from __future__ import annotations

from datetime import datetime
from unicodedata import bidirectional

from fpdf import FPDF

from web.assets import MODULES

FONTS = MODULES / "dejavu-fonts-ttf" / "ttf"
FAMILY = "DejaVu"
DARK, GREY, ACCENT = (23, 50, 77), (69, 90, 100), (0, 77, 153)
LONGEST = 300  # characters of one line of people's text


class Paper(FPDF):
    """A4 pages; text is data, and what has no letter in the font shows as a box."""

    def __init__(self, title: str, language: str, now: datetime, *, landscape: bool = False) -> None:
        super().__init__(orientation="landscape" if landscape else "portrait", format="A4")
        self.set_title(title)
        self.set_lang(language)
        self.set_creation_date(now)
        self.set_producer("Ascolto")
        self.add_font(FAMILY, "", FONTS / "DejaVuSans.ttf")
        self.add_font(FAMILY, "B", FONTS / "DejaVuSans-Bold.ttf")
        self.set_margin(18)
        self.set_auto_page_break(auto=True, margin=18)
        self.set_font(FAMILY, size=11)
        self.set_text_color(*DARK)

    def shape_for(self, text: str) -> None:
        """Joins and turns letters where a script needs it; all others are drawn three times as fast without."""
        wanted = any(bidirectional(one) in {"R", "AL"} for one in text)
        if bool(self.text_shaping) != wanted:
            self.set_text_shaping(use_shaping_engine=wanted)

    def bytes(self) -> bytes:
        return bytes(self.output())


def plain(text: str, longest: int = LONGEST) -> str:
    """People's text on one line, without what no reader sees."""
    shown = "".join(one if one.isprintable() else " " for one in text)
    one_line = " ".join(shown.split())
    return one_line if len(one_line) <= longest else f"{one_line[: longest - 1]}…"
