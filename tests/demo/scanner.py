"""A mail scanner: follows every link of a mail and of the pages behind it, and sends every form that asks by GET."""

from __future__ import annotations

from collections import deque
from typing import Any
from urllib.parse import urldefrag, urlencode, urljoin, urlsplit

import httpx
from lxml import html

PRETEND = ("/sandbox", "/mail", "/telegram", "/clock")  # the world outside, not the product
MOST_PAGES = 300


def scan(http: httpx.Client, links: list[str]) -> dict[str, int]:
    """Looks (HEAD, then GET) at everything that can be reached from some links; the status of each address."""
    home = urlsplit(str(http.base_url)).netloc
    waiting, seen = deque(links), dict[str, int]()
    while waiting and len(seen) < MOST_PAGES:
        address = urldefrag(waiting.popleft()).url.replace("webcal:", f"{http.base_url.scheme}:", 1)  # as calendars do
        parts = urlsplit(address)
        if address in seen or parts.netloc != home or parts.path.startswith(PRETEND):
            continue
        http.head(address, follow_redirects=True)
        answer = http.get(address, follow_redirects=True)
        seen[address] = answer.status_code
        if "html" in answer.headers.get("content-type", ""):
            waiting.extend(urljoin(str(answer.url), one) for one in _further(answer.content))
    return seen


def _further(page: bytes) -> list[str]:
    tree: Any = html.document_fromstring(page)
    links = [str(one) for one in tree.xpath("//a/@href | //link/@href | //img/@src | //script/@src | //iframe/@src")]
    asking = [form for form in tree.forms if form.method == "GET"]
    return links + [f"{form.action or ''}?{urlencode(form.form_values())}" for form in asking]
