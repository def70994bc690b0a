"""A sheet that municipalities fill in, with two of them done."""

from __future__ import annotations

from core.clock import FixedClock
from core.database.database import Database
from surveys.engine.inputs import Answer, Submit
from surveys.responses.shelf import FormShelf
from tests.responses.desk import Desk
from tests.responses.scene import Scene, build

FORM = """
| survey | type | name | label::Italiano (it) | label::English (en) | relevant |
| | begin_group | green | Ambiente | Environment | |
| | select_one fit | water | Acqua | Water | |
| | text | water_why | Perché? | Why? | ${water} = 'misaligned' |
| | select_one fit | soil | Suolo | Soil | |
| | end_group | | | | |
| | select_one fit | rail | Ferrovia | Rail | |
| | select_one other | other | Altro | Other | |
| choices | list_name | name | label::Italiano (it) | label::English (en) |
| | fit | aligned | Allineata | Aligned |
| | fit | misaligned | Disallineata | Misaligned |
| | fit | silent | Non ne tratta | Silent |
| | other | x | X | X |
"""
SAID = {
    "bassa": {"water": "aligned", "soil": "silent", "rail": "aligned", "other": "x"},
    "alta": {"water": "misaligned", "water_why": "<b>Il rio</b>", "soil": "silent", "rail": ""},
}


def sheet(database: Database, clock: FixedClock) -> Scene:
    """Prova Bassa and Prova Alta sent theirs, a third municipality began only."""
    scene = build(database, clock.now(), FORM)
    scene.round_id = scene.round("alignment", subject_kind="municipality")
    desk = Desk(scene, FormShelf())
    for slug, said in SAID.items():
        begun = desk.begin(scene.participant(municipality_id=scene.municipality(f"prova {slug}")))
        for name, value in said.items():
            desk.give(begun.response_id, Answer(f"/data/{'green/' * (name[0] in 'ws')}{name}", value))
        desk.give(begun.response_id, Submit())
        sent = desk.give(begun.response_id, Submit())
        assert sent.state == "complete"
    third = desk.begin(scene.participant(municipality_id=scene.municipality("prova terza")))
    desk.give(third.response_id, Answer("/data/green/water", "aligned"))
    return scene
