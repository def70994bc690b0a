"""Several doors at once: one response, each answer once, nothing overwritten."""

from __future__ import annotations

import asyncio
import random
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import func, select

from core.tables import Inbound
from surveys.engine.dialogue import Known, resume, start
from surveys.engine.inputs import (
    Answer,
    Back,
    ChangeLanguage,
    Confirm,
    GoTo,
    Input,
    Pause,
    RankNext,
    Reopen,
    Resume,
    Review,
    Skip,
    Submit,
    Tick,
    Undo,
    Words,
)
from surveys.engine.session import Session
from surveys.engine.show import answers
from surveys.responses import service
from surveys.responses.service import Request, Turn
from surveys.responses.shelf import FormShelf
from surveys.responses.tables import Answer as AnswerRow
from tests.responses.desk import Desk
from tests.responses.scene import Scene

REFS = [f"/data/{name}" for name in ("member", "years", "axes", "order", "idea", "nothing")]
VALUES = ["yes", "no", "4", "-1", "green", "green health", "health green schools", "", "due", "=1", "🏔"]
CHOICES = ["green", "health", "schools", "other"]


def any_input(chance: random.Random) -> Input:
    ref, choice = chance.choice(REFS), chance.choice(CHOICES)
    return chance.choice(
        (
            Answer(ref, chance.choice(VALUES)),
            Words(chance.choice(VALUES)),
            Words(chance.choice(("sì", "3", "tutti"))),
            Tick("/data/axes", choice),
            RankNext("/data/order", choice),
            Undo(ref),
            Confirm(ref),
            Skip(ref),
            Back(),
            GoTo(ref),
            Review(),
            Submit(),
            Reopen(),
            ChangeLanguage(chance.choice(("it", "en"))),
            Pause(),
            Resume(),
        )
    )


def test_every_step_from_the_database_is_the_step_of_the_pure_engine(scene: Scene) -> None:
    for seed in range(8):
        chance = random.Random(seed)
        turn = Desk(scene, FormShelf()).begin(scene.participant())
        session, _ = start(turn.form, "it", scene.now, Known({"attr_category": "citizen"}))
        for step in range(40):
            given = any_input(chance)
            # A shelf of its own each time: nothing is left in memory between two steps.
            turn = Desk(scene, FormShelf()).give(turn.response_id, given, chance.choice(("telegram", "web")))
            session, events = resume(turn.form, Session.from_json(session.to_json()), given, scene.now)
            told = f"seed {seed}, step {step}: {given}"
            assert turn.session == session and turn.events == events, told
            assert scene.answers(turn.response_id) == answers(turn.form, session, scene.now), told


def test_two_doors_that_begin_together_begin_one_response(scene: Scene, shelf: FormShelf) -> None:
    desk = Desk(scene, shelf)
    people = [scene.participant() for _ in range(8)]
    with ThreadPoolExecutor(4) as pool:
        begun = list(
            pool.map(lambda pair: desk.begin(*pair), [(one, door) for one in people for door in ("telegram", "web")])
        )
    assert len(scene.responses()) == len(people)
    assert len({turn.response_id for turn in begun}) == len(people)


def test_answers_of_two_doors_at_once_are_both_kept(scene: Scene, shelf: FormShelf) -> None:
    desk = Desk(scene, shelf)
    for _ in range(5):
        turn = desk.complete(scene.participant())
        before = desk.give(turn.response_id, Reopen()).session

        # Each names what it changes, so that neither order loses the other's.
        def change(job: tuple[str, str, str], response_id: int = turn.response_id) -> None:
            door, ref, value = job

            def work(session: object) -> Turn:
                service.answer(session, shelf, Request(response_id, GoTo(ref), door), scene.now)  # type: ignore[arg-type]
                request = Request(response_id, Answer(ref, value), door)
                return service.answer(session, shelf, request, scene.now)  # type: ignore[arg-type]

            scene.database.write(work)

        jobs = [("telegram", "/data/idea", "più alberi"), ("web", "/data/axes", "schools")]
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(change, jobs))
        kept = desk.current(turn.response_id).session.values  # what was sent is not touched by a change
        assert (kept["/data/idea"], kept["/data/axes"]) == ("più alberi", "schools")
        assert desk.current(turn.response_id).session.revision == before.revision + 4


def test_one_button_pressed_through_two_doors_acts_once(scene: Scene, shelf: FormShelf) -> None:
    desk = Desk(scene, shelf)
    for _ in range(5):
        turn = desk.begin(scene.participant())
        revision = turn.session.revision
        jobs = [("telegram", Answer("/data/member", "yes")), ("web", Answer("/data/member", "no"))]

        def press(job: tuple[str, Input], turn: Turn = turn, revision: int = revision) -> Turn:
            return desk.give(turn.response_id, job[1], job[0], revision=revision)

        with ThreadPoolExecutor(2) as pool:
            done = list(pool.map(press, jobs))
        assert sorted(one.stale for one in done) == [False, True]
        winner = next(one for one in done if not one.stale)
        assert scene.answers(turn.response_id)["/data/member"] == winner.session.values["/data/member"]


async def test_a_post_sent_many_times_is_stored_once(scene: Scene, shelf: FormShelf) -> None:
    person = scene.participant()
    response = Desk(scene, shelf).begin(person).response_id
    request = Request(response, Words("no"), "web", key="the-same-post")
    turns = await asyncio.gather(
        *(
            scene.database.shared(lambda s: service.answer(s, shelf, request, scene.now), key=f"participant:{person}")
            for _ in range(12)
        )
    )
    assert sorted(turn.duplicate for turn in turns) == [False, *[True] * 11]
    assert {turn.session.at for turn in turns} == {"/data/axes"}

    def counts(table: type) -> int:
        return scene.database.read(lambda s: s.scalar(select(func.count()).select_from(table)) or 0)

    assert counts(Inbound) == 1 and counts(AnswerRow) == 2
