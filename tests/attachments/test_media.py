"""What a file is by its first bytes, and the names that files get."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import FileTooLarge, Problem
from core.media_types import SHOWN, sniff
from surveys.engine.form import Kind
from surveys.responses.attachments import MEGABYTE, Announced, examine, expect, look_through
from surveys.responses.errors import AttachmentEmpty, NotADocument, NotAPicture, NotASound, NotAVideo
from surveys.responses.media import EXTENSIONS, MEDIA, NAME, attachment_name, fitting
from tests.support.attachments import (
    GIF,
    HEIC,
    HTML,
    JPEG,
    M4A,
    MP3,
    MP4,
    OGG,
    PDF,
    PROGRAM,
    SVG,
    WAV,
    WEBM,
    WEBP,
    ZIP,
    png,
)  # fmt: skip

RUNS = {"html", "htm", "svg", "xhtml", "xml", "js", "exe", "bat", "cmd", "sh", "jar", "docm", "scr", "lnk", "hta"}


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (JPEG, "image/jpeg"), (png(), "image/png"), (GIF, "image/gif"), (WEBP, "image/webp"), (HEIC, "image/heic"),
        (OGG, "audio/ogg"), (MP3, "audio/mpeg"), (b"\xff\xfb\x90\0", "audio/mpeg"), (M4A, "audio/mp4"),
        (WAV, "audio/wav"), (b"\xff\xf1\x50\x80", "audio/aac"), (MP4, "video/mp4"), (WEBM, "video/webm"),
        (PDF, "application/pdf"), (ZIP, "application/zip"), (b"Caff\xe8, si\r\n", "text/plain"),
        (HTML, "text/plain"), (SVG, "text/plain"), (PROGRAM, ""), (b"\x7fELF\x02", ""), (b"a\0b", ""), (b"", ""),
    ],
)  # fmt: skip
def test_a_file_is_what_its_bytes_say(content: bytes, media_type: str) -> None:
    assert sniff(content) == media_type


@pytest.mark.parametrize(
    ("kind", "content", "refused"),
    [
        (Kind.IMAGE, HTML, NotAPicture), (Kind.IMAGE, SVG, NotAPicture), (Kind.IMAGE, PDF, NotAPicture),
        (Kind.BARCODE, MP4, NotAPicture), (Kind.AUDIO, JPEG, NotASound), (Kind.VIDEO, MP3, NotAVideo),
        (Kind.FILE, PROGRAM, NotADocument), (Kind.IMAGE, b"", AttachmentEmpty),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_whatever_its_name(
    kind: Kind, content: bytes, refused: type[Problem]
) -> None:  # fmt: skip
    with pytest.raises(refused) as told:
        examine(look_through(io.BytesIO(content)), kind, "photo.jpg", 20)
    assert "{" not in str(told.value)


def test_a_recording_of_a_telephone_is_a_sound_where_sound_is_asked_for() -> None:
    assert [fitting(kind, "video/mp4") for kind in (Kind.AUDIO, Kind.VIDEO)] == ["audio/mp4", "video/mp4"]
    assert examine(look_through(io.BytesIO(MP4)), Kind.AUDIO, "rec.mp4", 1).media_type == "audio/mp4"


def test_a_file_may_be_as_large_as_the_limit_and_no_larger() -> None:
    assert examine(look_through(io.BytesIO(JPEG.ljust(MEGABYTE, b"\0"))), Kind.IMAGE, "a.jpg", 1).size == MEGABYTE
    with pytest.raises(FileTooLarge):
        examine(look_through(io.BytesIO(JPEG.ljust(MEGABYTE + 1, b"\0"))), Kind.IMAGE, "a.jpg", 1)


@pytest.mark.parametrize(
    ("given_name", "stem"),
    [
        ("foto.jpg", "foto"), ("../../etc/passwd", "passwd"), ("C:\\Users\\Ada\\Città d'arte.JPG", "Citta-d-arte"),
        ("a\0b\r\nX-Evil: 1.jpg", "a-b-X-Evil-1"), ("", "photo"), ("....jpg", "photo"), ("日本.png", "photo"),
        ("bomb.zip.zip.zip", "bomb-zip-zip"), ("x" * 10_000 + ".jpg", "x" * 60), ("<img src=x>.svg", "img-src-x"),
    ],
)  # fmt: skip
def test_names_are_safe_and_still_say_what_they_were(given_name: str, stem: str) -> None:
    name = examine(look_through(io.BytesIO(JPEG)), Kind.IMAGE, given_name, 1).name
    assert NAME.fullmatch(name), name
    assert name.rpartition("-")[0] == stem
    assert name.endswith(".jpg")


@given(st.text(max_size=200), st.sampled_from(sorted(MEDIA)))
def test_no_name_leads_anywhere(given_name: str, kind: Kind) -> None:
    name = attachment_name(kind, given_name, "bin", b"x")
    assert NAME.fullmatch(name)
    assert len(name) <= 100


def test_no_ending_runs_or_draws_a_page() -> None:
    endings = {ending for allowed in EXTENSIONS.values() for ending in allowed}
    assert not endings & RUNS
    page = examine(look_through(io.BytesIO(HTML)), Kind.FILE, "page.html", 1)
    assert (page.media_type, page.name[-4:]) == ("text/plain", ".txt")
    assert examine(look_through(io.BytesIO(ZIP)), Kind.FILE, "app.jar", 1).name.endswith(".zip")
    assert examine(look_through(io.BytesIO(ZIP)), Kind.FILE, "Report.DOCX", 1).name.endswith(".docx")
    assert "image/svg+xml" not in SHOWN


def test_a_file_in_telegram_is_expected_by_what_its_sender_says() -> None:
    photo = Announced("id", "unique", 1000, "", "image/jpeg")
    assert expect(photo, Kind.IMAGE, 5, 20).name == expect(photo, Kind.IMAGE, 5, 20).name
    assert expect(Announced("id", "u", 10, "x.html", "text/html"), Kind.FILE, 5, 20).name.endswith(".txt")
    with pytest.raises(NotAPicture):
        expect(Announced("id", "u", 10, "x.jpg", "application/pdf"), Kind.IMAGE, 5, 20)
    with pytest.raises(FileTooLarge) as told:
        expect(Announced("id", "u", 21 * MEGABYTE, "", "image/jpeg"), Kind.IMAGE, 5, 50)
    assert told.value.values == {"limit": 20}, "Telegram hands bots no more, whatever the setting says"
