"""The code that somebody shows at the door: it says which attendance, is signed, and tells nobody anything else.

It does not expire by itself: an event may be moved, and the code is good at that event's door only. It is the same at
every time, so that a telephone without a connection finds it on the list by its digest.
"""

from __future__ import annotations

import re
from hashlib import sha256
from io import BytesIO

import segno

from core.errors import LinkForged
from core.links import Links, Purpose
from core.process.door.errors import CodeForged

WRITTEN = re.compile(rb"([1-9][0-9]{0,18}):([1-9][0-9]{0,18})")
LARGEST = 2**63 - 1
DIGEST = 20  # characters: enough to tell any two codes of a list apart
PATH = "/door/"


def code_for(links: Links, participant_id: int, event_id: int) -> str:
    return links.seal(Purpose.DOOR, b"%d:%d" % (participant_id, event_id))


def read_code(links: Links, scanned: str) -> tuple[int, int]:
    """Participant and event of a code, alone or in its address; raises CodeForged."""
    try:
        found = WRITTEN.fullmatch(links.unseal(Purpose.DOOR, bare(scanned)))
    except (LinkForged, ValueError) as error:
        raise CodeForged from error
    if found is None or any(int(one) > LARGEST for one in found.groups()):
        raise CodeForged
    return int(found[1]), int(found[2])


def bare(scanned: str) -> str:
    """The code in what a camera read: its address or the code alone."""
    return scanned.strip().rpartition(PATH)[2][:200]


def digest_of(code: str) -> str:
    """What a telephone knows a code by: it can be found on the list, and made by nobody who has only the list."""
    return sha256(code.encode()).hexdigest()[:DIGEST]


def picture(address: str, scale: int = 8) -> bytes:
    """The code as PNG; level M leaves it coarse enough for a telephone's small screen (ISO/IEC 18004)."""
    out = BytesIO()
    segno.make(address, error="m", micro=False).save(out, kind="png", scale=scale, border=4)
    return out.getvalue()


def drawing(address: str) -> str:
    """The code as an address of an SVG drawing, for a page."""
    return segno.make(address, error="m", micro=False).svg_data_uri(border=4, scale=6)
