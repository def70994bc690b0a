"""What is typed into the console's pages is kept over a sign-in, or has its reason here not to be.

Every page that a test's client is shown is looked at, so that a new field cannot be forgotten in `WRITTEN`.
"""

from __future__ import annotations

from typing import Any

import httpx
from lxml import html
from starlette.datastructures import FormData

from web.console.kept_form import has_text

NOT_WRITTEN = {
    "signs somebody in": {"email", "password"},
    "is said to a trial, which keeps nothing": {"said"},
    "is a number, an hour or a choice beside texts; it goes with them and is quickly typed again": {
        "after", "axis", "before", "budget", "companions", "days", "hours", "least", "link_hours", "minutes", "most",
        "offer_hours", "overbooking", "quorum", "seats-in-person", "seats-online", "slug", "spread", "threshold",
        "time", "within",
    },
}  # fmt: skip
TEXTS = " text url tel search email password "
TYPED = f"self::textarea or self::input[not(@type) or contains('{TEXTS}', concat(' ', @type, ' '))]"
SENT = "not(ancestor::form[not(@method='post')])"  # what is searched for stands in the address


def look_at(answer: httpx.Response) -> None:
    """A client's hook: fails for a page of the console with a field that nobody has thought of."""
    is_page = answer.headers.get("content-type", "").startswith("text/html")
    if is_page and answer.request.url.path.startswith("/console"):
        lost = forgotten(answer.read().decode())
        assert not lost, f"{answer.request.url.path}: in WRITTEN of web/console/kept_form.py there is no {lost}"


def forgotten(page: str) -> list[str]:
    """The names of fields that are typed into, would be lost with a session, and have no reason to be."""
    if not page.strip():
        return []
    fields: Any = html.fromstring(page).xpath(f"//*[{TYPED}][@name][{SENT}]/@name")
    reasoned = set().union(*NOT_WRITTEN.values())
    return sorted({str(name) for name in fields if name not in reasoned and not has_text(FormData([(name, "x")]))})
