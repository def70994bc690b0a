"""Style sheets, scripts, fonts and icons: each under a name of ours, with its content's hash."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from web.errors import AssetsMissing, PageUnknown

STATIC = Path(__file__).parent / "static"
MODULES = Path(__file__).parent.parent / "node_modules"
ITALIA = MODULES / "bootstrap-italia" / "dist"
FONTS = ITALIA / "fonts"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
FOR_EVER = "public, max-age=31536000, immutable"
FOR_A_DAY = "public, max-age=86400"


@dataclass(frozen=True)
class Asset:
    """One file, read once when first asked for."""

    path: Path

    @cached_property
    def content(self) -> bytes:
        return self.path.read_bytes()

    @cached_property
    def packed(self) -> bytes:
        """gzip for text, "" for what is packed already."""
        return b"" if self.path.suffix == ".woff2" else gzip.compress(self.content, mtime=0)

    @cached_property
    def digest(self) -> str:
        return hashlib.sha256(self.content).hexdigest()[:12]


class Assets:
    """The files that pages may load, by name; raises AssetsMissing where they are not installed."""

    def __init__(self) -> None:
        self._files = dict(_files())
        for asset in self._files.values():
            if not asset.path.is_file():
                raise AssetsMissing(file=asset.path.name)

    def url(self, name: str) -> str:
        """The address of a file, different whenever its content is."""
        return f"/assets/{name}?v={self._files[name].digest}"

    async def serve(self, request: Request) -> Response:
        asset = self._files.get(request.path_params["name"])
        if asset is None:
            raise PageUnknown
        fresh = request.query_params.get("v") == asset.digest
        headers = {
            "Cache-Control": FOR_EVER if fresh else FOR_A_DAY,
            "ETag": f'"{asset.digest}"',
            "Vary": "Accept-Encoding",
        }
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        content = asset.content
        if asset.packed and "gzip" in request.headers.get("accept-encoding", ""):
            content, headers["Content-Encoding"] = asset.packed, "gzip"
        return Response(content, headers=headers, media_type=TYPES[asset.path.suffix])


def _files() -> Iterator[tuple[str, Asset]]:
    yield "bootstrap-italia.css", Asset(ITALIA / "css" / "bootstrap-italia.min.css")
    yield "bootstrap-italia.js", Asset(ITALIA / "js" / "bootstrap-italia.min.js")
    yield "sprites.svg", Asset(ITALIA / "svg" / "sprites.svg")
    yield "jsqr.js", Asset(MODULES / "jsqr" / "dist" / "jsQR.js")
    yield "htmx.js", Asset(MODULES / "htmx.org" / "dist" / "htmx.min.js")
    for weight in ("300", "regular", "italic", "600", "700"):
        file = f"titillium-web-v10-latin-ext_latin-{weight}.woff2"
        yield f"fonts/titillium-{weight}.woff2", Asset(FONTS / "Titillium_Web" / file)
    for path in sorted(STATIC.iterdir()):
        yield path.name, Asset(path)
