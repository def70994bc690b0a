"""Pictures and attachments beside a package's texts: looked at, loaded once, told apart from the console's own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from core.database.database import Database
from core.faults import FileWrong
from core.file_contents import read_content
from core.i18n import translator
from core.process.package.loading import check_package
from core.process.package.section import What
from core.tables import FileContent
from notifications.ledger.files import files_of, write_files
from notifications.ledger.tables import MailingFile, MailingText
from notifications.package import notification_sections
from tests.package.conftest import TEXT
from tests.package.test_package import SECTIONS, bring, told
from tests.support.attachments import HTML, PDF, png

SHOWN = TEXT.replace("---\nsubject", "---\nattachments: [programma.pdf]\nsubject") + "\n![A map](mappa.png)\n"
ONE = "messages/invitation.it.md"


@pytest.fixture
def files(folder: Path) -> Path:
    for language in ("it", "en"):
        (folder / f"messages/invitation.{language}.md").write_text(SHOWN, encoding="utf-8")
    (folder / "messages/mappa.png").write_bytes(png(3, 2))
    (folder / "messages/programma.pdf").write_bytes(PDF)
    return folder


def kept(database: Database) -> dict[str, str]:
    return {name: one.sha256 for name, one in database.read(lambda s: files_of(s, 1)).items()}


def faults(folder: Path) -> list[tuple[str, str]]:
    with pytest.raises(FileWrong) as caught:
        check_package(folder, SECTIONS)
    return [(one.place, one.say(translator("en"))) for one in caught.value.faults]


def test_they_are_loaded_with_their_texts_and_once(files: Path, database: Database) -> None:
    bring(database, files)
    assert sorted(kept(database)) == ["mappa.png", "programma.pdf"]
    attachments = database.read(lambda s: s.scalars(select(MailingText.attachments)).all())
    assert attachments == [["programma.pdf"], ["programma.pdf"]]
    assert told(bring(database, files)) == {}
    row = database.read(lambda s: s.scalars(select(MailingFile).where(MailingFile.name == "mappa.png")).one())
    assert (row.media_type, row.width, row.height, row.size) == ("image/png", 3, 2, len(png(3, 2)))
    assert database.read(lambda s: s.scalar(select(func.count()).select_from(FileContent))) == 2


def test_a_changed_file_is_a_changed_mailing(files: Path, database: Database) -> None:
    bring(database, files)
    before = kept(database)
    (files / "messages/mappa.png").write_bytes(png(4, 4))
    assert told(bring(database, files)) == {"mailing invitation": What.CHANGED}
    after = kept(database)
    assert (after["mappa.png"] != before["mappa.png"], after["programma.pdf"]) == (True, before["programma.pdf"])
    assert database.read(lambda s: read_content(s, after["mappa.png"])) == png(4, 4)
    (files / "messages/other.png").write_bytes(png(9, 9))  # nobody names it
    assert told(bring(database, files)) == {}


def test_what_the_console_changed_is_kept_unless_told(files: Path, database: Database) -> None:
    bring(database, files)
    database.write(lambda s: write_files(s, 1, [one for one in files_of(s, 1).values() if one.is_picture]))
    database.write(lambda s: s.execute(update(MailingText).values(attachments=[])))
    assert told(bring(database, files)) == {"mailing invitation": What.KEPT}
    assert sorted(kept(database)) == ["mappa.png"]
    bring(database, files, force=True)
    assert sorted(kept(database)) == ["mappa.png", "programma.pdf"]


def test_a_package_without_files_is_as_it_was(folder: Path, database: Database) -> None:
    bring(database, folder)
    assert (told(bring(database, folder)), kept(database)) == ({}, {})


def test_each_language_may_have_its_own(files: Path, database: Database) -> None:
    english = SHOWN.replace("mappa.png", "map.png")
    (files / "messages/invitation.en.md").write_text(english, encoding="utf-8")
    (files / "messages/map.png").write_bytes(png(5, 5))
    bring(database, files)
    assert sorted(kept(database)) == ["map.png", "mappa.png", "programma.pdf"]


def test_letters_with_accents_are_found_however_they_are_written(files: Path, database: Database) -> None:
    (files / ONE).write_text(SHOWN.replace("mappa.png", "citta\u0300.png"), encoding="utf-8")
    (files / "messages/citt\u00e0.png").write_bytes(png(5, 5))
    bring(database, files)
    assert "citt\u00e0.png" in kept(database)


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("mappa.png", "none.png", 9, "names the file none.png"),
        ("mappa.png", "../process.yaml", 9, "../process.yaml cannot be the name of a file"),
        ("mappa.png", "https://example.org/a.png", 9, "cannot be the name of a file"),
        ("![A map]", "![]", 9, "does not say what the picture mappa.png shows"),
        ("programma.pdf", "/etc/passwd", 2, "cannot be the name of a file"),
        ("programma.pdf", "a.exe", 2, "cannot go with a mailing"),
        ("[programma.pdf]", "programma.pdf", 2, "list of names"),
        ("[programma.pdf]", "[{a: b}]", 2, "list of names"),
        ("[programma.pdf]", "[!!binary AAAA]", 2, "list of names"),
    ],
)
def test_what_is_wrong_has_its_line(files: Path, old: str, new: str, line: int, said: str) -> None:
    (files / ONE).write_text(SHOWN.replace(old, new), encoding="utf-8")
    found = faults(files)
    assert [place for place, _ in found] == [f"{ONE}:{line}"]
    assert said in found[0][1]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("mappa.png", HTML, "is not what its name says"),
        ("mappa.png", b"", "is not what its name says"),
        ("mappa.png", png(400, 2), "cannot be shown in Telegram"),
        ("mappa.png", png(3, 2) + bytes(3_000_000), "is too large: 2.9 MB, at most 2 MB"),
        ("programma.pdf", PDF + bytes(8_000_000), "would weigh 10.5 MB"),
        ("programma.pdf", PDF + bytes(53_000_000), "at most 50 MB"),
    ],
)
def test_what_cannot_go_is_said_before_anything_is_loaded(files: Path, name: str, content: bytes, said: str) -> None:
    (files / "messages" / name).write_bytes(content)
    found = faults(files)
    assert {place.partition(":")[0] for place, _ in found} == {ONE, ONE.replace(".it.", ".en.")}
    assert said in found[0][1]


def test_the_limit_is_the_installations_own(files: Path) -> None:
    (files / "messages/programma.pdf").write_bytes(PDF + bytes(8_000_000))
    sections = [one for one in SECTIONS if "mailings" not in one.keys]
    check_package(files, [*sections, *notification_sections(12)])


def test_a_link_that_leads_out_of_the_package_is_not_followed(files: Path, tmp_path: Path) -> None:
    outside = tmp_path / "secret.png"
    outside.write_bytes(png(3, 3))
    (files / "messages/mappa.png").unlink()
    (files / "messages/mappa.png").symlink_to(outside)
    assert "names the file mappa.png" in faults(files)[0][1]
    (files / "messages/mappa.png").unlink()
    os.mkfifo(files / "messages/mappa.png")
    assert "names the file mappa.png" in faults(files)[0][1]
