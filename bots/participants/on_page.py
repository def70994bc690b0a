"""Questions that are easier on a page than in a chat, and the button that opens the page inside Telegram."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.addresses import PublicUrls
from core.links import Links, Purpose, in_days
from surveys.engine.form import Kind
from surveys.engine.prompts import QuestionPrompt

DAYS = 30
MANY_CHOICES = 100
DRAWN = frozenset({Kind.GEOTRACE, Kind.GEOSHAPE})
MAPS = frozenset({"maps", "placement-map"})


@dataclass(frozen=True)
class PageButtons:
    """Makes the addresses of pages inside Telegram."""

    links: Links
    urls: PublicUrls

    def address(self, participant_id: int, round_id: int, now: datetime) -> str:
        """Where the pages of a response open, "" where Telegram would not open them."""
        if not self.urls.opens_in_telegram:
            return ""
        token = self.links.sign(Purpose.OPEN_APP, participant_id, round_id, expires=in_days(now, DAYS))
        return self.urls.app(token)


def easier_on_a_page(prompt: QuestionPrompt) -> bool:
    """Lines and areas, places on a map, the rows of a table, and lists of more than a hundred choices."""
    if prompt.readonly:
        return False
    on_map = prompt.kind is Kind.GEOPOINT and not MAPS.isdisjoint(prompt.appearance)
    return prompt.kind in DRAWN or on_map or bool(prompt.heading) or len(prompt.options) > MANY_CHOICES
