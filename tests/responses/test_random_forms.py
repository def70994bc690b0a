"""Random forms, answered at random through changing doors and restarts: nothing is lost, nothing counts twice."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from core.database.database import Database
from surveys.engine.dialogue import resume
from surveys.engine.inputs import ChangeLanguage
from surveys.engine.session import Session, Stage
from surveys.engine.show import prompts
from surveys.responses import service
from surveys.responses.service import Moment, Request, Turn, counting, storable
from surveys.responses.shelf import FormShelf
from surveys.responses.tables import Answer, Response
from tests.conftest import NOW
from tests.engine.test_properties import aimed, inputs
from tests.responses.scene import Scene, build
from tests.support.databases import SqliteDatabases
from tests.support.random_forms import form_texts

DOORS = ("telegram", "web", "staff", "email")


class Life:
    """One response, begun and answered through doors; `shelf` is what a process remembers."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.shelf = scene, FormShelf()
        self.person = scene.participant()
        moment = Moment(NOW, "telegram")
        begun = scene.database.write(lambda s: service.begin(s, self.shelf, self.person, scene.round_id, moment))
        self.id, self.turn = begun.response_id, begun

    def restarts(self) -> None:
        self.shelf = FormShelf()
        self.turn = self.scene.database.read(lambda s: service.current(s, self.shelf, self.id, NOW))

    def gives(self, request: Request) -> Turn:
        return self.scene.database.write(lambda s: service.answer(s, self.shelf, request, NOW))

    def kept(self) -> dict[str, str]:
        return self.scene.answers(self.id)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(text=form_texts(), data=st.data())
def test_no_answer_is_lost_or_doubled(sqlite_databases: SqliteDatabases, text: str, data: st.DataObject) -> None:
    with sqlite_databases.fresh() as url:
        database = Database(url)
        try:
            _live(Life(build(database, NOW, text)), data)
        finally:
            database.close()


def _live(life: Life, data: st.DataObject) -> None:
    sent: dict[str, str] | None = None
    pure = life.turn.session
    for number, one in enumerate(data.draw(st.lists(inputs(life.turn.form), min_size=3, max_size=18))):
        given_input = aimed(one, pure)
        if isinstance(given_input, ChangeLanguage):
            given_input = ChangeLanguage(data.draw(st.sampled_from(["it", "en", "fr"])))
        if data.draw(st.booleans()):
            life.restarts()
        door = data.draw(st.sampled_from(DOORS))
        request = Request(life.id, given_input, door, key=f"key-{number}")
        after = life.gives(request)
        pure, _ = resume(life.turn.form, Session.from_json(pure.to_json()), storable(given_input), after.now)
        assert after.session == pure, "every door leads to what the engine says"
        if data.draw(st.booleans()):
            again = life.gives(request)
            assert again.duplicate and again.session == pure, "what comes twice counts once"
        sent = _check_kept(life, pure, sent)
    life.restarts()
    assert life.turn.session == pure and prompts(life.turn.form, pure, life.turn.now)
    assert len(life.scene.responses()) == 1


def _check_kept(life: Life, pure: Session, sent: dict[str, str] | None) -> dict[str, str] | None:
    """What counts is what is kept; once it was sent, that stands until it is sent anew."""
    kept = life.kept()
    if pure.stage is Stage.COMPLETE:
        sent = counting(pure)
    assert kept == (sent if sent is not None else counting(pure))
    rows = life.scene.database.read(lambda s: s.scalar(select(func.count()).select_from(Answer)))
    assert rows == len(kept)
    assert life.scene.database.read(lambda s: s.scalar(select(func.count()).select_from(Response))) == 1
    return sent
