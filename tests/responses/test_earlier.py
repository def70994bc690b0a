"""What a person sent in an earlier round of the same questionnaire comes back in the next."""

from __future__ import annotations

from core.clock import FixedClock
from core.database.database import Database
from core.people.tables import Participant
from surveys.engine.inputs import Answer, Submit
from surveys.engine.prompts import QuestionPrompt
from surveys.responses.shelf import FormShelf
from tests.responses.desk import Desk
from tests.responses.scene import build

FORM = """
| survey | type | name | label | default |
| | text | town | Town? | ${last-saved#town} |
| | text | idea | You proposed "${last-saved#idea}". And now? | |
"""


def test_earlier_answers_are_preloaded_and_quoted(database: Database, clock: FixedClock) -> None:
    scene = build(database, clock.now(), FORM)
    desk = Desk(scene, FormShelf())
    person, merged = scene.participant(), scene.participant()
    later = scene.round("follow-up-2026")
    other = desk.begin(scene.participant())
    desk.give(other.response_id, Answer("/data/town", "Altrove"))
    before = desk.begin(merged)
    for given in (Answer("/data/town", "Prova"), Answer("/data/idea", "${town} <b>"), Submit()):
        desk.give(before.response_id, given)
    scene.change(Participant, merged, merged_into=person)
    now = desk.begin(person, round_id=later)
    assert now.session.values["/data/town"] == "Prova"
    after = desk.give(now.response_id, Answer("/data/town", "Prova Alta"))
    prompt = after.prompts[0]
    assert isinstance(prompt, QuestionPrompt)
    assert prompt.label == 'You proposed "${town} <b>". And now?'
    first_time = desk.begin(scene.participant(), round_id=later)
    assert "/data/town" not in first_time.session.values


def test_what_was_not_sent_is_nobody_s_earlier_answer(database: Database, clock: FixedClock) -> None:
    scene = build(database, clock.now(), FORM)
    desk, person = Desk(scene, FormShelf()), scene.participant()
    begun = desk.begin(person)
    desk.give(begun.response_id, Answer("/data/town", "Prova"))
    assert "/data/town" not in desk.begin(person, round_id=scene.round("later")).session.values
