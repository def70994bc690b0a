"""What every answer carries and every request is held to."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.errors import RequestTooLarge

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "media-src 'self'",
        "font-src 'self' data:",
        "connect-src 'self'",
        "frame-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
IN_TELEGRAM = "/app/"  # pages that Telegram's own web page may frame
FRAMED_POLICY = POLICY.replace("frame-ancestors 'none'", "frame-ancestors https://web.telegram.org")
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",  # addresses hold signed links
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), geolocation=(self), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
TWO_YEARS = "max-age=63072000"
FOR_ALL = ("Referrer-Policy", "X-Content-Type-Options")  # the others are about what a page may do
MEGABYTE = 1024 * 1024

Headers = list[tuple[bytes, bytes]]


class SecurityHeaders:
    """Adds the headers; pages are kept by no cache unless they say otherwise."""

    def __init__(self, app: ASGIApp, secure: bool) -> None:
        self._app = app
        headers = HEADERS | _usual(secure)
        kept = {name: value for name, value in headers.items() if name != "X-Frame-Options"}
        self._headers = _written(headers)
        self._framed = _written({**kept, "Content-Security-Policy": FRAMED_POLICY})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        given = self._framed if str(scope.get("path", "")).startswith(IN_TELEGRAM) else self._headers

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = with_others(message["headers"], given)
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)


def headers_of_answers(secure: bool) -> Headers:
    """For what is no page: a redirect, or what one program tells another."""
    return _written({name: HEADERS[name] for name in FOR_ALL} | _usual(secure))


def with_others(own: Iterable[tuple[bytes, bytes]], given: Headers) -> Headers:
    """An answer's own headers, and those of the given that it does not set itself."""
    headers = list(own)
    names = {name.lower() for name, _ in headers}
    return headers + [one for one in given if one[0] not in names]


def _usual(secure: bool) -> dict[str, str]:
    return {"Cache-Control": "no-store"} | ({"Strict-Transport-Security": TWO_YEARS} if secure else {})


def _written(headers: dict[str, str]) -> Headers:
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


class BodyLimit:
    """Stops reading a request whose body grows beyond the limit; the reader gets RequestTooLarge.

    Below `files_at` pages send files (as multipart/form-data), at most `files_mb` in all.
    """

    def __init__(self, app: ASGIApp, limit_mb: int, files_at: tuple[str, ...], files_mb: int) -> None:
        self._app = app
        self._usual, self._files = limit_mb, max(files_mb, limit_mb)
        self._files_at = files_at

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        told = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        size = 0
        limit = self._files if self._may_hold_files(scope) else self._usual

        async def receive_at_most() -> Message:
            nonlocal size
            message = await receive() if int(told) <= limit * MEGABYTE else None
            size += len(message.get("body", b"")) if message else limit * MEGABYTE + 1
            if message is None or size > limit * MEGABYTE:
                raise RequestTooLarge(limit=limit)
            return message

        await self._app(scope, receive_at_most, send)

    def _may_hold_files(self, scope: Scope) -> bool:
        kind: bytes = next((value for name, value in scope["headers"] if name == b"content-type"), b"")
        return kind.startswith(b"multipart/") and str(scope["path"]).startswith(self._files_at)
