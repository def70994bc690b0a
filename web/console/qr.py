"""Addresses as QR codes."""

from __future__ import annotations

import segno
from markupsafe import Markup


def qr_svg(address: str, scale: int) -> Markup:
    """The picture as it stands in a page, of an address of ours.

    Level Q survives a poster that is folded or stained (ISO/IEC 18004).
    """
    code = segno.make(address, error="q", micro=False)
    return Markup(code.svg_inline(scale=scale, omitsize=True, svgclass="qr", lineclass=None))  # noqa: S704
