"""The pages of one office over a database of their own, for tests that only look."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from core.clock import FixedClock
from core.database.database import Database
from core.links import Links
from tests.conftest import NOW
from tests.responses.scene import Scene, build
from tests.support.databases import SqliteDatabases
from tests.support.web import RunningWeb, running_web


@dataclass(frozen=True)
class Stage:
    """An office with one questionnaire, and its pages."""

    scene: Scene
    web: RunningWeb

    def person(self) -> str:
        """The address of a new person's questionnaire."""
        return self.web.url + self.web.answer_path(self.scene.participant(), self.scene.round_id)


@contextmanager
def stage_of(form: str, databases: SqliteDatabases) -> Iterator[Stage]:
    """The stage of a form (an XLSForm in Markdown), while the context lasts."""
    with databases.fresh() as url:
        database = Database(url)
        scene = build(database, NOW, form)
        with running_web(database, FixedClock(NOW), Links("a secret of at least thirty-two characters")) as web:
            yield Stage(scene, web)
        database.close()
