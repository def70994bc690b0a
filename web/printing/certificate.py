"""A certificate of attendance as PDF, in the language of whoever it is for."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO

import segno
from fpdf.enums import Align, XPos, YPos

from core.i18n import Translator, pick_text, translator
from core.process.door.certificates import Certificate
from core.process.replies import Reply
from web.printing.pdf import ACCENT, DARK, FAMILY, GREY, Paper, plain
from web.written import hours

CODE = 34.0  # millimetres


def certificate_pdf(one: Certificate, address: str, now: datetime) -> bytes:
    """`address` is where anybody sees whether it is true."""
    t, event = translator(one.language), one.event
    title = plain(pick_text(event.title, one.language))
    paper = Paper(f"{t('Certificate of attendance')} – {title}", one.language, now, landscape=True)
    paper.set_auto_page_break(auto=False)
    paper.add_page()
    paper.set_draw_color(*ACCENT)
    paper.set_line_width(1)
    paper.rect(9, 9, paper.w - 18, paper.h - 18)
    _line(paper, 22, plain(one.office), 14)
    _line(paper, 44, t("Certificate of attendance"), 26, bold=True, colour=ACCENT)
    _line(paper, 66, t("This is to certify that"), 12, colour=GREY)
    _line(paper, 76, plain(one.name, 120), 24, bold=True)
    _line(paper, 94, _how(one, t), 12, colour=GREY)
    _line(paper, 104, title, 17, bold=True)
    where = plain(", ".join(filter(None, (event.place, event.address)))) if one.mode == Reply.IN_PERSON else t("online")
    when = hours(event.starts, event.ends, one.language)
    _line(paper, 122, f"{when} · {where}" if where else when, 12)
    _foot(paper, t, address, plain(one.office_address))
    return paper.bytes()


def _how(one: Certificate, t: Translator) -> str:
    return t("took part in person in the event") if one.mode == Reply.IN_PERSON else t("took part online in the event")


def _foot(paper: Paper, t: Translator, address: str, office_address: str) -> None:
    picture = BytesIO()
    segno.make(address, error="m", micro=False).save(picture, kind="png", scale=6, border=2)
    paper.image(picture, x=18, y=paper.h - 18 - CODE, w=CODE, h=CODE, alt_text=t("QR code of the address beside it"))
    paper.set_xy(18 + CODE + 6, paper.h - 18 - CODE + 4)
    paper.set_font(FAMILY, size=10)
    paper.set_text_color(*DARK)
    lines = [t("Whether this certificate is true can be seen at this address:"), address, office_address]
    for text in filter(None, lines):
        link = text if text == address else ""
        paper.multi_cell(paper.w - 36 - CODE - 6, 6, text, align=Align.L, link=link, new_x=XPos.LEFT, new_y=YPos.NEXT)


def _line(  # noqa: PLR0913 - where, what, and how it looks
    paper: Paper, y: float, text: str, size: int, *, bold: bool = False, colour: tuple[int, int, int] = DARK
) -> None:
    """A line in the middle; smaller where it would not fit, and at last on two."""
    room = paper.w - 50
    while True:
        paper.set_font(FAMILY, "B" if bold else "", size)
        if paper.get_string_width(text) <= room or size <= 11:
            break
        size -= 1
    paper.shape_for(text)
    paper.set_text_color(*colour)
    paper.set_xy(25, y)
    paper.multi_cell(room, size * 0.5, text, align=Align.C)
