"""Files sent from pages without scripts: kept with their answers, and nothing else taken for a file."""

from __future__ import annotations

import io
import resource
import socket
import zipfile
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from core.clock import FixedClock
from core.database.database import Database
from core.links import Links, Purpose
from surveys.responses import attachment_store as store
from surveys.responses.tables import Attachment
from tests.responses.scene import Scene, build
from tests.support.attachments import HTML, JPEG, MP3, MP4, PDF, SVG, media_form, png
from tests.support.web import RunningWeb, running_web
from tests.web.reader import Reader

MEGABYTE = 1024 * 1024
Files = dict[str, tuple[str, bytes, str]]


@pytest.fixture
def scene(database: Database, clock: FixedClock) -> Scene:
    return build(database, clock.now(), media_form("picture", "code", "idea"))


@pytest.fixture
def page(database: Database, clock: FixedClock, links: Links) -> Iterator[tuple[Scene, RunningWeb]]:
    """A questionnaire with all on one page."""
    scene = build(database, clock.now(), media_form("name", "picture", "sound", "film", "paper", together=True))
    with running_web(database, clock, links) as running:
        yield scene, running


def begun(scene: Scene, web: RunningWeb, http: httpx.Client) -> Reader:
    someone = Reader(http, web.answer_path(scene.participant(language="en"), scene.round_id))
    someone.press("begin")
    return someone


def field(someone: Reader, place: int = 0) -> str:
    return f"q{someone.code(place).replace('.', '_')}"


def send(
    someone: Reader, typed: dict[str, str] | None = None, *, do: str = "save", files: Files | None = None
) -> httpx.Response:
    """What a browser posts: the page's fields, and a part for each place for a file, chosen or not."""
    data = {**someone.fields(do), **(typed or {}), "do": do}
    empty: Files = dict.fromkeys(places(someone), ("", b"", "application/octet-stream"))
    fields: dict[str, Any] = {name: value for name, value in data.items() if name not in empty}
    someone.at = someone.http.post(
        someone.path, data=fields, files={**empty, **(files or {})}, follow_redirects=True
    )  # fmt: skip
    return someone.at


def places(someone: Reader) -> list[str]:
    return [str(one) for one in someone.page.xpath("//input[@type='file']/@name")]


def kept(scene: Scene) -> list[Attachment]:
    return list(scene.database.read(lambda s: s.scalars(select(Attachment).order_by(Attachment.id)).all()))


def content(scene: Scene, attachment_id: int) -> bytes:
    return scene.database.read(lambda s: b"".join(store.parts(s, attachment_id)))


def test_a_picture_is_kept_shown_and_handed_back(scene: Scene, web: RunningWeb, http: httpx.Client) -> None:
    someone = begun(scene, web, http)
    form, (place,) = someone.form("save"), places(someone)
    assert form.get("enctype") == "multipart/form-data"
    control = someone.page.xpath("//input[@type='file']")[0]
    assert (control.get("accept"), control.get("capture")) == ("image/*", None)
    picture = png(40, 30)
    send(someone, files={place: ("Città.png", picture, "image/png")})
    (one,) = kept(scene)
    assert scene.answers(1) == {"/data/picture": one.name}
    assert (one.name[:6], one.media_type, one.door, content(scene, one.id)) == ("Citta-", "image/png", "web", picture)
    send(someone, do="back:1")
    assert one.name in someone.at.text
    got = http.get(someone.page.xpath("//a[@download]/@href")[0])
    assert got.content == picture
    assert got.headers["content-disposition"] == f'attachment; filename="{one.name}"'
    assert got.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["content-type"] == "image/png"


def test_a_page_sent_again_without_a_file_keeps_the_one_there_is(
    scene: Scene, web: RunningWeb, http: httpx.Client
) -> None:
    someone = begun(scene, web, http)
    (place,) = places(someone)
    send(someone, files={place: ("a.jpg", JPEG, "image/jpeg")})
    before = scene.answers(1)
    send(someone, do="back:1")
    send(someone)
    assert scene.answers(1) == before
    send(someone, do="back:1")
    send(someone, files={place: ("b.png", png(), "image/png")})
    assert [one.name for one in kept(scene)] == [scene.answers(1)["/data/picture"]] != [before["/data/picture"]]
    send(someone, do="back:1")
    send(someone, {f"{field(someone)}-remove": "1"})
    assert (scene.answers(1), kept(scene)) == ({}, [])


def test_a_page_sent_twice_keeps_its_file_once(scene: Scene, web: RunningWeb, http: httpx.Client) -> None:
    someone = begun(scene, web, http)
    (place,) = places(someone)
    data = {**someone.fields(), "do": "save"}
    for _ in range(3):
        sent = http.post(someone.path, data=data, files={place: ("a.jpg", JPEG, "image/jpeg")})
        assert sent.status_code == 303
    assert len(kept(scene)) == 1
    late = http.post(someone.path, data=data, files={place: ("b.png", png(), "image/png")})
    assert late.status_code == 303
    assert [one.media_type for one in kept(scene)] == ["image/jpeg"], "another file under the same key leaves no trace"


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("photo.jpg", HTML), ("photo.png", SVG), ("photo.jpg", PDF), ("photo.jpg", b"MZ\x90\0"), ("x.jpg", MP4),
        ("../../etc/passwd", b"root:x:0:0"), ("a\0.jpg", HTML), ("p.jpg", b""), ("b.zip.zip.zip", b"PK\x03\x04"),
    ],
)  # fmt: skip
def test_what_is_no_picture_is_refused_in_clear_words(
    scene: Scene, web: RunningWeb, http: httpx.Client, name: str, sent: bytes
) -> None:
    someone = begun(scene, web, http)
    (place,) = places(someone)
    answer = send(someone, files={place: (name, sent, "image/jpeg")})
    assert answer.status_code == 422
    (error,) = someone.errors
    assert "Please send a picture: JPEG" in error or "This file is empty" in error
    assert (kept(scene), scene.answers(1)) == ([], {})
    assert places(someone) == [place], "the same page is there to try again"


@pytest.mark.parametrize("name", ["../../etc/passwd", "a\0b.jpg", 'x"; filename="evil.html', "x" * 2000, "\udc80.jpg"])
def test_no_name_of_a_picture_leads_anywhere(scene: Scene, web: RunningWeb, http: httpx.Client, name: str) -> None:
    someone = begun(scene, web, http)
    (place,) = places(someone)
    head = f'Content-Disposition: form-data; name="{place}"; filename="{name}"\r\nContent-Type: image/jpeg\r\n\r\n'
    body = multipart(someone.fields(), head.encode("utf-8", "surrogateescape") + JPEG)
    http.post(someone.path, content=body, headers={"Content-Type": "multipart/form-data; boundary=xYz"})
    for one in kept(scene):
        assert one.name.endswith(".jpg")
        assert set(one.name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")
        assert len(one.name) <= 100
        assert http.get(f"{someone.path}/files/{one.name}").content == JPEG
    assert len(kept(scene)) == 1


def multipart(fields: Any, part: bytes, end: bytes = b"\r\n--xYz--\r\n") -> bytes:
    lines = [
        f'--xYz\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in {**fields, "do": "save"}.items()
    ]
    return "".join(lines).encode() + b"--xYz\r\n" + part + end


def test_words_are_never_taken_for_a_file(scene: Scene, web: RunningWeb, http: httpx.Client) -> None:
    someone = begun(scene, web, http)
    name = field(someone)
    forged = {name: "../../etc/passwd", f"{name}-file": "/etc/passwd", f"seen{someone.code()}": "x.y"}
    someone.http.post(someone.path, data={**someone.fields(), **forged, "do": "save"})
    assert (kept(scene), scene.answers(1)) == ([], {})


def test_a_person_can_take_their_files_along(
    scene: Scene, web: RunningWeb, http: httpx.Client
) -> None:  # fmt: skip
    someone = begun(scene, web, http)
    participant = scene.responses()[0].participant_id or 0
    preferences = f"/preferences/{web.link(Purpose.PREFERENCES, participant, scene.office_id)}"
    assert "files.zip" not in http.get(preferences).text
    (place,) = places(someone)
    send(someone, files={place: ("a.jpg", JPEG, "image/jpeg")})
    other = begun(scene, web, http)
    send(other, files={place: ("b.png", png(), "image/png")})
    assert f"{preferences}/files.zip" in http.get(preferences).text
    taken = http.get(f"{preferences}/files.zip")
    told = http.get(f"{preferences}/data").json()["answers"][0]
    with zipfile.ZipFile(io.BytesIO(taken.content)) as archive:
        assert archive.namelist() == [f"{told['response']}/{told['files'][0]['name']}"]
        assert archive.read(archive.namelist()[0]) == JPEG


def test_nobody_gets_what_is_not_theirs(scene: Scene, web: RunningWeb, http: httpx.Client) -> None:
    someone, other = begun(scene, web, http), begun(scene, web, http)
    (place,) = places(someone)
    send(someone, files={place: ("a.jpg", JPEG, "image/jpeg")})
    name = kept(scene)[0].name
    assert http.get(f"{other.path}/files/{name}").status_code == 404
    for wrong in ("nothing.jpg", "..%2f..%2fetc%2fpasswd", "a%00b"):
        assert http.get(f"{someone.path}/files/{wrong}").status_code == 404


def test_a_code_may_be_typed_or_photographed(scene: Scene, web: RunningWeb, http: httpx.Client) -> None:
    someone = begun(scene, web, http)
    send(someone)
    assert someone.heading.startswith("The code on the sign?")
    code = field(someone)
    send(someone, {code: "8001234567890"})
    assert scene.answers(1) == {"/data/code": "8001234567890"}
    send(someone, do="back:2")
    send(someone, files={f"{code}-file": ("code.jpg", JPEG, "image/jpeg")})
    (one,) = kept(scene)
    assert scene.answers(1) == {"/data/code": one.name}
    send(someone, do="back:2")
    assert someone.fields()[code] == "", "the file stands beside the field"
    send(someone)
    assert scene.answers(1) == {"/data/code": one.name}
    send(someone, do="back:2")
    send(someone, {code: "123"})
    assert (scene.answers(1), kept(scene)) == ({"/data/code": "123"}, [])


def test_of_a_page_what_fits_is_kept_and_the_rest_is_asked_again(
    page: tuple[Scene, RunningWeb], links: Links
) -> None:  # fmt: skip
    scene, web = page
    with httpx.Client(base_url=web.url, timeout=60, headers={"Accept": "text/html", "Accept-Language": "en"}) as http:
        someone = begun(scene, web, http)
        picture, sound, film, paper = places(someone)
        too_large = JPEG.ljust(2 * MEGABYTE + 1, b"\0")
        answer = send(someone, {field(someone): "Ada"}, files={
            picture: ("big.jpg", too_large, "image/jpeg"), sound: ("a.mp3", MP3, "audio/mpeg"),
            film: ("film.mp4", PDF, "video/mp4"), paper: ("paper.pdf", PDF, "application/pdf"),
        })  # fmt: skip
        assert answer.status_code == 422
        assert [one.rpartition(" – ")[2] for one in someone.errors] == [
            "The file is too large: at most 2 MB are accepted.",
            "Please send a video: MP4, MOV, WebM, 3GP, MPEG or AVI, at most 2 MB.",
        ]
        names = [one.name for one in kept(scene)]
        assert [one.media_type for one in kept(scene)] == ["audio/mpeg", "application/pdf"]
        assert all(name in someone.at.text for name in names)
        assert someone.fields()[field(someone)] == "Ada"
        answer = send(someone, files={
            picture: ("ok.jpg", JPEG.ljust(2 * MEGABYTE, b"\0"), "image/jpeg"), film: ("film.mp4", MP4, "video/mp4"),
        })  # fmt: skip
        assert answer.status_code == 200
        assert len(kept(scene)) == 4
        assert set(names) < set(scene.answers(1).values())


def test_a_post_that_breaks_off_keeps_nothing(scene: Scene, web: RunningWeb, http: httpx.Client) -> None:
    someone = begun(scene, web, http)
    (place,) = places(someone)
    head = f'Content-Disposition: form-data; name="{place}"; filename="a.jpg"\r\n\r\n'.encode()
    whole = multipart(someone.fields(), head + JPEG)
    for cut in (b"", b"\r\n--xY"):  # a length that fits what came, but no end
        body = multipart(someone.fields(), head + JPEG, cut)
        answer = http.post(someone.path, content=body, headers={"Content-Type": "multipart/form-data; boundary=xYz"})
        assert answer.status_code == 400
    host, _, port = web.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port))) as line:  # somebody goes away in the middle
        line.sendall(f"POST {someone.path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {len(whole)}\r\n"
                     "Content-Type: multipart/form-data; boundary=xYz\r\n\r\n".encode() + whole[:-40])  # fmt: skip
    assert http.get(someone.path).status_code == 200
    assert (kept(scene), scene.answers(1)) == ([], {})


@pytest.fixture
def no_large_file() -> Iterator[None]:
    """No file of this process grows beyond some megabytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (6 * MEGABYTE, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures("no_large_file")
@pytest.mark.parametrize(("megabytes", "status"), [(18, 422), (1024, 413)])
def test_a_huge_post_fills_neither_memory_nor_disk(
    scene: Scene, web: RunningWeb, http: httpx.Client, megabytes: int, status: int
) -> None:
    someone = begun(scene, web, http)
    (place,) = places(someone)
    head = f'Content-Disposition: form-data; name="{place}"; filename="a.jpg"\r\n\r\n'.encode() + JPEG
    piece = bytes(MEGABYTE)

    def body() -> Iterator[bytes]:
        yield multipart(someone.fields(), head, b"")
        for _ in range(megabytes):
            yield piece
        yield b"\r\n--xYz--\r\n"

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answer = http.post(someone.path, content=body(), headers={"Content-Type": "multipart/form-data; boundary=xYz"})
    assert answer.status_code == status
    assert "too large" in answer.text
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 30 * 1024, "kilobytes"
    assert (kept(scene), scene.answers(1)) == ([], {})


def test_more_files_than_a_page_has_are_not_read(scene: Scene, web: RunningWeb, http: httpx.Client) -> None:
    someone = begun(scene, web, http)
    files: Files = {f"q{number}-file": (f"{number}.jpg", JPEG, "image/jpeg") for number in range(40)}
    answer = http.post(someone.path, data={**someone.fields(), "do": "save"}, files=files)
    assert answer.status_code == 400
    assert kept(scene) == []
