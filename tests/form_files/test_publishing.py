"""Files of a form are published with it: a changed one makes a version, the same one is stored once."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from core.clock import FixedClock
from core.database.database import Database
from core.file_contents import read_content
from core.tables import FileContent
from surveys.responses.form_files import find_file
from surveys.responses.tables import FormVersion
from tests.form_files.forms import FILES, FORM
from tests.responses.scene import Scene, build
from tests.support.attachments import png

LISTED = """
| survey |
| | type | name | label |
| | select_one_from_file towns.csv | town | Which town? |
"""


@pytest.fixture
def scene(database: Database, clock: FixedClock) -> Scene:
    return build(database, clock.now())


def count(scene: Scene, table: type) -> int:
    return scene.database.read(lambda s: s.scalar(select(func.count()).select_from(table)) or 0)


def test_a_version_keeps_its_files(scene: Scene) -> None:
    first = scene.publish(FORM, FILES)
    assert scene.publish(FORM, FILES) == first
    second = scene.publish(FORM, {**FILES, "map.png": png(9, 9)})
    assert second != first and count(scene, FileContent) == len(FILES) + 1

    def map_of(version: int) -> bytes:
        found = scene.database.read(lambda s: find_file(s, version, "map.png"))
        assert found is not None and found.media_type == "image/png"
        return scene.database.read(lambda s: read_content(s, found.sha256))

    assert map_of(first) == FILES["map.png"] and map_of(second) == png(9, 9)
    assert scene.database.read(lambda s: find_file(s, first, "nothing.png")) is None


def test_a_changed_list_beside_an_unchanged_form_is_a_new_version(scene: Scene) -> None:
    before = count(scene, FormVersion)
    first = scene.publish(LISTED, {"towns.csv": b"name,label\na,Alpette\n"})
    assert scene.publish(LISTED, {"towns.csv": b"name,label\na,Alpette\n"}) == first
    assert scene.publish(LISTED, {"towns.csv": b"name,label\na,Alpette\nb,Bosconero\n"}) != first
    assert count(scene, FormVersion) == before + 2
