"""Short names for what has a title, each used once. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from itertools import count

UNFIT = re.compile(r"[^a-z0-9]+")
LONGEST = 50  # of what is made of a title, with room for a number


def slug_from(title: str, otherwise: str) -> str:
    """Its letters without accents, and its digits; `otherwise` where it has none."""
    plain = "".join(one for one in unicodedata.normalize("NFKD", title.casefold()) if not unicodedata.combining(one))
    return UNFIT.sub("-", plain).strip("-")[:LONGEST].strip("-") or otherwise


def free_slug(wanted: str, taken: Collection[str]) -> str:
    """The wanted one, or with the first number behind it with which it is free."""
    return wanted if wanted not in taken else next(one for at in count(2) if (one := f"{wanted}-{at}") not in taken)
