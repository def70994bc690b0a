"""Doors onto a scene, for tests."""

from __future__ import annotations

from surveys.engine.inputs import Answer, Input, Review, Submit
from surveys.responses import service
from surveys.responses.service import Moment, Request, Turn
from surveys.responses.shelf import FormShelf
from tests.responses.scene import Scene


class Desk:
    """Doors onto one scene."""

    def __init__(self, scene: Scene, shelf: FormShelf) -> None:
        self.scene, self.shelf = scene, shelf

    def begin(self, participant_id: int, door: str = "telegram", round_id: int = 0) -> Turn:
        moment = Moment(self.scene.now, door)
        round_id = round_id or self.scene.round_id
        return self.scene.database.write(lambda s: service.begin(s, self.shelf, participant_id, round_id, moment))

    def give(self, response_id: int, given: Input, door: str = "telegram", **more: object) -> Turn:
        request = Request(response_id, given, door, **more)  # type: ignore[arg-type]
        return self.scene.database.write(lambda s: service.answer(s, self.shelf, request, self.scene.now))

    def current(self, response_id: int) -> Turn:
        return self.scene.database.read(lambda s: service.current(s, self.shelf, response_id, self.scene.now))

    def complete(self, participant_id: int) -> Turn:
        turn = self.begin(participant_id)
        for given in (Answer("/data/member", "no"), Answer("/data/axes", "green health"), Review(), Submit()):
            turn = self.give(turn.response_id, given)
        return turn
