"""Pictures, sounds and films that a form names: found beside it, looked at, missed in the author's words."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.i18n import translator
from surveys.engine.dialogue import resume, start
from surveys.engine.form import Media
from surveys.engine.inputs import ChangeLanguage
from surveys.engine.prompts import QuestionPrompt
from surveys.engine.show import prompts
from surveys.xlsform.compile import Compiled, compile_form
from surveys.xlsform.errors import FormErrors
from tests.form_files.forms import FILES, FORM
from tests.support.attachments import HTML, MP3, PROGRAM, SVG, png
from tests.support.forms import NOW

MEGABYTE = 1024 * 1024


def compiled(**changed: bytes | None) -> Compiled:
    files = {**FILES, **{name.replace("_", "."): content for name, content in changed.items()}}
    given = {name: content for name, content in files.items() if content is not None}
    return compile_form(FORM.encode(), "form.md", name="form", version=1, files=given)


def test_a_question_shows_what_its_language_names() -> None:
    form = compiled().form
    session, _ = start(form, "it", NOW)
    (shown,) = prompts(form, session, NOW)
    assert isinstance(shown, QuestionPrompt)
    assert shown.media == Media("map.png", "heard.mp3")
    assert [one.media.image for one in shown.options] == ["park.jpg", "river.png", ""]
    session, _ = resume(form, session, ChangeLanguage("en"), NOW)
    (shown,) = prompts(form, session, NOW)
    assert isinstance(shown, QuestionPrompt) and shown.media.image == "map-en.png"


def test_the_files_come_along_with_what_they_are() -> None:
    assert {one.name: one.media_type for one in compiled().files} == {
        "map.png": "image/png", "map-en.png": "image/png", "heard.mp3": "audio/mpeg", "film.mp4": "video/mp4",
        "park.jpg": "image/jpeg", "river.png": "image/png",
    }  # fmt: skip


def test_files_stand_beside_the_form_or_in_its_folder(tmp_path: Path) -> None:
    form = tmp_path / "places.md"
    form.write_text(FORM, encoding="utf-8")
    (tmp_path / "places-media").mkdir()
    for number, (name, content) in enumerate(FILES.items()):
        (tmp_path / ("places-media" if number % 2 else ".") / name).write_bytes(content)
    assert len(compile_form(form, "places.md", name="places", version=1).files) == len(FILES)


def test_what_is_missing_is_told_with_its_place_and_stops_publication() -> None:
    (missing,) = compiled(park_jpg=None).stumbles
    assert (missing.sheet, missing.row, missing.column) == ("choices", 2, "image::Italiano (it)")
    assert "park.jpg was not sent" in missing.say(translator("en"))


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        ("park_jpg", SVG, "no picture that every browser shows"),
        ("park_jpg", HTML, "no picture"),
        ("park_jpg", PROGRAM, "no picture"),
        ("park_jpg", b"", "no picture"),
        ("park_jpg", MP3, "no picture"),
        ("heard_mp3", png(), "no sound"),
        ("film_mp4", MP3, "no film"),
        ("river_png", png() + bytes(11 * MEGABYTE), "at most 10 MB"),
        ("film_mp4", FILES["film.mp4"] + bytes(60 * MEGABYTE), "at most 20 MB"),
    ],
)
def test_what_cannot_be_shown_is_refused(name: str, content: bytes, text: str) -> None:
    with pytest.raises(FormErrors) as caught:
        compiled(**{name: content})
    (fault,) = caught.value.errors
    assert text in fault.say(translator("en")) and fault.row and fault.column


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "..\\secret.png", "a/b/map.png"])
def test_a_name_leads_nowhere_else(tmp_path: Path, name: str) -> None:
    form = tmp_path / "form.md"
    form.write_text(FORM.replace("map.png", name), encoding="utf-8")
    made = compile_form(form, "form.md", name="form", version=1)
    assert made.files == () and any("was not sent" in one.say(translator("en")) for one in made.stumbles)


def test_what_the_author_sent_has_one_digest() -> None:
    assert compiled().digest == compiled().digest
    assert compiled().digest != compiled(park_jpg=FILES["park.jpg"] + b"\0").digest


def test_a_picture_is_no_list() -> None:
    form = "| survey |\n| | type | name | label | calculation |\n| | text | a | A | |\n"
    form += "| | calculate | b | | pulldata('map', 'name', 'key', ${a}) |\n"
    with pytest.raises(FormErrors):
        compile_form(form.encode(), "form.md", name="form", version=1, files={"map.png": png()})


@pytest.mark.parametrize("column", ["image", "media::image", "image::Italiano (it)", "media::image::Italiano (it)"])
def test_a_picture_of_a_group_is_told_not_to_be_shown(column: str) -> None:
    rows = ["| | begin_group | part | The part | map.png |", "| | text | why | Why? | |", "| | end_group | | | |"]
    form = "\n".join(["| survey |", f"| | type | name | label | {column} |", *rows])
    made = compile_form(form.encode(), "form.md", name="form", version=1)
    (told,) = (one for one in made.warnings if "of a group" in one.say(translator("en")))
    assert (told.sheet, told.row, told.column) == ("survey", 2, column)


def test_the_larger_picture_is_shown() -> None:
    form = "| survey |\n| | type | name | label | image | big-image |\n| | text | why | Why? | map.png | river.png |"
    made = compile_form(form.encode(), "form.md", name="form", version=1, files=FILES)
    assert [one.media[""].image for one in made.form.questions() if one.media] == ["river.png"]
    assert [one.name for one in made.files] == ["river.png"] and not made.warnings
