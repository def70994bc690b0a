"""Mail over HTTP, for programs: `/mail/messages`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.mail.parsing import Letter
from sandbox.mail.store import Mail, MailStore

# Mail is anybody's text: shown apart from our pages, without scripts, its links free to open. The same
# origin lets our page measure it; without scripts the mail itself can do nothing with it.
SHUT = (
    "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation; "
    "default-src 'none'; img-src 'self' data: http: https:; style-src 'unsafe-inline'; font-src 'none'"
)


@dataclass(frozen=True)
class MailApi:
    """Reads the store."""

    store: MailStore

    def routes(self) -> Iterable[Route]:
        yield Route("/mail/messages", self.listed, methods=["GET"])
        yield Route("/mail/messages", self.emptied, methods=["DELETE"])
        yield Route("/mail/messages/{id:int}", self.one, methods=["GET"])
        yield Route("/mail/messages/{id:int}/raw", self.raw, methods=["GET"])
        yield Route("/mail/messages/{id:int}/html", self.html, methods=["GET"])
        yield Route("/mail/messages/{id:int}/parts/{number:int}", self.part, methods=["GET"])

    async def listed(self, request: Request) -> Response:
        """`?to=` an address; `?after=` an id, to read on from there."""
        after = request.query_params.get("after", "0")
        if not after.isdecimal():
            return JSONResponse({"error": "after is an id"}, status_code=400)
        found = [mail for mail in self.store.to(request.query_params.get("to")) if mail.id > int(after)]
        return JSONResponse([summary(mail, mail.letter) for mail in found])

    async def emptied(self, _: Request) -> Response:
        self.store.kept.clear()
        return Response(status_code=204)

    async def one(self, request: Request) -> Response:
        mail = self._wanted(request)
        if mail is None:
            return _missing()
        letter = mail.letter
        parts = [{"number": p.number, "name": p.name, "type": p.mime, "size": len(p.content)} for p in letter.parts]
        told = {"headers": letter.headers, "text": letter.text, "html": letter.html, "parts": parts}
        return JSONResponse(summary(mail, letter) | told)

    async def raw(self, request: Request) -> Response:
        mail = self._wanted(request)
        return _missing() if mail is None else Response(mail.raw, media_type="text/plain; charset=utf-8")

    async def html(self, request: Request) -> Response:
        """The HTML part alone, shut in; embedded pictures come from their parts."""
        mail = self._wanted(request)
        if mail is None:
            return _missing()
        letter = mail.letter
        html = letter.html
        for part in letter.parts:
            if part.content_id:
                html = html.replace(f"cid:{part.content_id}", f"/mail/messages/{mail.id}/parts/{part.number}")
        headers = {"Content-Security-Policy": SHUT}
        return Response(f'<base target="_top">{html}', media_type="text/html; charset=utf-8", headers=headers)

    async def part(self, request: Request) -> Response:
        mail = self._wanted(request)
        parts = mail.letter.parts if mail is not None else []
        part = next((p for p in parts if p.number == request.path_params["number"]), None)
        if part is None:
            return _missing()
        shown = "inline" if part.mime.startswith("image/") else "attachment"
        headers = {
            "Content-Disposition": f"{shown}; filename*=UTF-8''{quote(part.name)}",
            "Content-Security-Policy": "sandbox",
            "X-Content-Type-Options": "nosniff",
        }
        return Response(part.content, media_type=part.mime, headers=headers)

    def _wanted(self, request: Request) -> Mail | None:
        return self.store.find(request.path_params["id"])


def summary(mail: Mail, letter: Letter) -> dict[str, Any]:
    """A message in a list: its envelope, subject, date and links."""
    return {
        "id": mail.id,
        "from": mail.sender,
        "to": list(mail.recipients),
        "subject": letter.header("Subject"),
        "date": letter.header("Date"),
        "received_at": mail.at.isoformat(),
        "links": letter.links,
    }


def _missing() -> Response:
    return JSONResponse({"error": "no such message"}, status_code=404)
