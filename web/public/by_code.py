"""Where the code of a poll is typed that a screen shows, `/v`. A look changes nothing, and says of a code only what its
own address says."""

from __future__ import annotations

import re
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from surveys.polls.errors import PollUnknown
from surveys.polls.store import find_by_code
from web.public.store import load_office
from web.site import chosen_language, site_of

LONGEST = 200  # whoever types the whole address is understood


async def show(request: Request) -> Response:
    """`?code=` leads on to the poll; an unknown one stays in the field."""
    site, typed = site_of(request), request.query_params.get("code", "").strip()[:LONGEST]
    language = chosen_language(request)
    try:
        poll = await site.deps.database.aread(lambda session: find_by_code(session, _code_in(typed))) if typed else None
    except PollUnknown:
        poll = None
    if poll is not None:
        return RedirectResponse(f"/v/{poll.code}" + (f"?lang={language}" if language else ""), 303)
    return site.page(
        request,
        "public/by_code.html",
        status=PollUnknown.status if typed else 200,
        office=await site.deps.database.aread(load_office),
        typed=typed,
        kept_query=f"&code={quote(typed, safe='')}" if typed else "",
    )


def _code_in(typed: str) -> str:
    """Letters and digits of what stands behind `/v/` in an address, else of its last part."""
    path = "/" + re.split(r"[?#]", typed.lower())[0].rstrip("/")
    _, is_address, behind = path.partition("/v/")
    code = behind.partition("/")[0] if is_address else path.rpartition("/")[2]
    return "".join(one for one in code if one.isalnum())
