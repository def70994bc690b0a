"""Files that a page sends: read without filling memory or disk, and kept with the answers they belong to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from anyio import to_thread
from sqlalchemy.orm import Session
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from core.errors import FileTooLarge, Problem
from surveys.engine.form import Question
from surveys.responses.attachment_store import Arrival, keep, load_named
from surveys.responses.attachments import MEGABYTE, Looked, examine, look_through
from surveys.responses.errors import AttachmentAbsent
from surveys.responses.media import MEDIA, NAME, TAKES_FILES
from surveys.responses.service import Turn
from web.errors import PostIncomplete
from web.files import hand_out
from web.public import reading
from web.public.controls import FILE, REMOVE, field_name
from web.public.entry import Entrance, Opening, know_reader, read_link, stand
from web.public.reading import Post
from web.site import site_of

MOST_FILES = 10  # in one post


@dataclass(frozen=True)
class Upload:
    """One file of a post, read through; of one that is too large only the beginning is here."""

    name: str
    looked: Looked
    too_large: bool


@dataclass(frozen=True)
class Uploads:
    """The files of a post by the names of their fields; each at most `limit_mb`."""

    limit_mb: int
    files: Mapping[str, Upload] = field(default_factory=dict)


@dataclass(frozen=True)
class Kept:
    """What became of a post's files: values for the answers, and why a file was not taken, both by reference."""

    values: Mapping[str, str] = field(default_factory=dict)
    unfit: Mapping[str, Problem] = field(default_factory=dict)


def body_limit_mb(limit_mb: int) -> int:
    """How much a page with files may send in all."""
    return MOST_FILES * limit_mb + 1


@asynccontextmanager
async def received(request: Request, limit_mb: int) -> AsyncIterator[tuple[FormData, Uploads]]:
    """The fields and files of a post, for as long as the context lasts.

    Small files stay in memory, larger ones go to disk; what a file has beyond the limit goes
    nowhere. Raises PostIncomplete for a post that breaks off or cannot be read.
    """
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        yield await request.form(), Uploads(limit_mb)
        return
    parser = _Parser(request, limit_mb * MEGABYTE)
    try:
        data = await parser.parse()
    except (MultiPartException, ClientDisconnect) as error:
        raise PostIncomplete from error
    try:
        if not parser.whole:
            raise PostIncomplete
        files = await to_thread.run_sync(lambda: dict(parser.chosen(data)))  # before anything waits for the database
        yield data, Uploads(limit_mb, files)
    finally:
        parser.close()


def keep_files(session: Session, turn: Turn, post: Post, given: tuple[Uploads, Arrival]) -> Kept:
    """Keeps the files of a page. A question left without one keeps what it has, unless it is to be removed."""
    uploads, arrival = given
    values: dict[str, str] = {}
    unfit: dict[str, Problem] = {}
    for code, question in reading.questions_of(turn.form, post, turn.session):
        if question.kind not in TAKES_FILES:
            continue
        upload = uploads.files.get(f"{field_name(code)}{FILE}")
        try:
            if upload is not None:
                new = _fitting(upload, question, uploads.limit_mb)
                values[question.ref] = keep(session, arrival, new)
                continue
        except Problem as problem:
            unfit[question.ref] = problem
        kept = turn.session.values.get(question.ref, "")
        if post.text(f"{field_name(code)}{REMOVE}") and upload is None:
            values[question.ref] = ""
        elif question.kind in MEDIA or (NAME.fullmatch(kept) and not post.text(field_name(code)).strip()):
            values[question.ref] = kept  # what a page says in words is no file
    return Kept(values, unfit)


async def show(request: Request) -> Response:
    """A file that the person sent, for themselves."""
    return await show_to(request, read_link(request))


async def show_to(request: Request, link: Entrance) -> Response:
    """A file of a response, for whoever fills it in."""
    site = site_of(request)
    await know_reader(request, link)
    now, name = site.deps.clock.now(), request.path_params["name"]

    def work(session: Session) -> Any:
        found = stand(session, site.deps.shelf, link, now)
        if isinstance(found, Opening):
            raise AttachmentAbsent
        return load_named(session, found.response_id, name)

    return hand_out(request, await site.deps.database.aread(work))


def _fitting(upload: Upload, question: Question, limit_mb: int) -> Any:
    if upload.too_large:
        raise FileTooLarge(limit=limit_mb)
    return examine(upload.looked, question.kind, upload.name, limit_mb)


class _Parser(MultiPartParser):
    """Counts what each file has, and notes whether the post came to its end."""

    def __init__(self, request: Request, limit: int) -> None:
        super().__init__(request.headers, request.stream(), max_files=MOST_FILES)
        self._limit = limit
        self._sizes: dict[int, int] = {}  # by the parser's own object of the file
        self.whole = False

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        file = self._current_part.file
        if file is None:
            return super().on_part_data(data, start, end)
        before = self._sizes.get(id(file), 0)
        self._sizes[id(file)] = before + end - start
        room = max(self._limit - before, 0)
        if room:
            super().on_part_data(data, start, min(end, start + room))
        return None

    def on_end(self) -> None:
        self.whole = True

    def close(self) -> None:
        """Also what a post that broke off had begun."""
        for file in self._files_to_close_on_error:
            file.close()

    def chosen(self, data: FormData) -> Iterator[tuple[str, Upload]]:
        """The files by their fields; a browser sends a part without a name where none was chosen."""
        for name, value in data.multi_items():
            if isinstance(value, UploadFile) and (value.filename or value.size):
                too_large = self._sizes.get(id(value), 0) > self._limit
                yield name, Upload(value.filename or "", look_through(value.file), too_large)
