"""The list of an event as PDF: who came, or who is expected with room for a signature."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from fpdf.enums import TableBordersLayout
from fpdf.fonts import FontFace

from web.printing.pdf import DARK, FAMILY, GREY, Paper, plain


def list_pdf(  # noqa: PLR0913, PLR0917 - what stands above the list, the list, and when
    title: str, below: str, rows: Sequence[Sequence[str]], widths: Sequence[int], language: str, now: datetime
) -> bytes:
    """`rows` begin with the names of the columns, which stand on every page."""
    paper = Paper(title, language, now, landscape=True)
    paper.shape_for("".join(cell for row in rows for cell in row))
    paper.add_page()
    paper.set_font(FAMILY, "B", 16)
    paper.multi_cell(0, 8, plain(title), new_x="LMARGIN", new_y="NEXT")
    paper.set_font(FAMILY, size=11)
    paper.set_text_color(*GREY)
    paper.multi_cell(0, 7, plain(below), new_x="LMARGIN", new_y="NEXT")
    paper.ln(3)
    paper.set_text_color(*DARK)
    paper.set_font(FAMILY, size=9)
    heading = FontFace(emphasis="BOLD", color=DARK)
    layout = TableBordersLayout.HORIZONTAL_LINES
    look = {"headings_style": heading, "borders_layout": layout, "line_height": 6, "text_align": "LEFT"}
    with paper.table(col_widths=tuple(widths), **look) as table:
        for row in rows:
            cells = table.row()
            for cell in row:
                cells.cell(plain(cell))
    return paper.bytes()
