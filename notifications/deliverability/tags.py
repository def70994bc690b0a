"""Lists of tags, as DKIM and DMARC write them: `v=DKIM1; k=rsa; p=...` (RFC 6376, section 3.2)."""

from __future__ import annotations

import re

TAG = re.compile(r"\s*([A-Za-z][A-Za-z0-9_]*)\s*=\s*(.*?)\s*", re.DOTALL)


class NoTags(ValueError):
    """A text that is no list of tags; its argument is the part that is none."""


def read_tags(text: str) -> dict[str, str]:
    """The tags in their order; raises NoTags for what is none, or stands there twice."""
    tags: dict[str, str] = {}
    for part in text.split(";"):
        if not part.strip():
            continue
        found = TAG.fullmatch(part)
        if found is None or found[1] in tags:
            raise NoTags(part.strip())
        tags[found[1]] = found[2]
    return tags
