"""Who was asked and who answered."""

from __future__ import annotations

from datetime import timedelta

from core.people.merging import merge
from surveys.engine.inputs import Words
from surveys.responses.service import Moment, begin_link
from surveys.responses.shelf import FormShelf
from surveys.responses.store import load_round
from surveys.results.participation import Participation, Share, participation
from surveys.results.store import given_answers, results
from tests.responses.desk import Desk
from tests.responses.scene import Scene


def counted(scene: Scene, round_id: int = 0) -> Participation:
    return scene.database.read(lambda s: participation(s, load_round(s, round_id or scene.round_id), scene.now))


def test_by_zone_category_and_organisation(scene: Scene, shelf: FormShelf) -> None:
    desk = Desk(scene, shelf)
    north, south = scene.zone("north"), scene.zone("south")
    town = scene.municipality("alpette", south)
    chamber = scene.organisation("chamber")
    done = scene.participant(zone_id=north, category="clerk", organisation_id=chamber)
    begun = scene.participant(municipality_id=town, category="clerk")
    scene.participant(zone_id=north)
    scene.participant()
    scene.participant(left_at=scene.now)
    desk.complete(done)
    desk.begin(begun)
    found = counted(scene)
    assert found.whole == Share("", invited=4, partial=1, complete=1)
    assert found.whole.started == 2 and found.whole.rate == 0.25
    assert found.by_zone == (Share("", 1), Share("North", 2, 0, 1), Share("South", 1, 1, 0))
    assert found.by_category == (Share("citizen", 2), Share("clerk", 2, 1, 1))
    assert found.by_organisation == (Share("", 3, 1, 0), Share("Chamber", 1, 0, 1))


def test_only_the_audience_is_invited_and_whoever_began(scene: Scene, shelf: FormShelf) -> None:
    desk = Desk(scene, shelf)
    rule = {"all": [{"category": "clerk"}, {"not": {"started": "pulse"}}]}
    round_id = scene.round("pulse", audience_id=scene.audience("fresh-clerks", rule))
    clerk = scene.participant(category="clerk")
    scene.participant(category="clerk")
    scene.participant()
    desk.begin(clerk, round_id=round_id)
    assert counted(scene, round_id).whole == Share("", invited=2, partial=1)


def test_merged_people_count_once(scene: Scene, shelf: FormShelf) -> None:
    desk = Desk(scene, shelf)
    first, second = scene.participant(), scene.participant()
    early = desk.complete(first)
    scene.now += timedelta(minutes=1)
    late = desk.begin(second)
    desk.give(late.response_id, Words("sì"))
    scene.database.write(lambda s: merge(s, first, second, scene.now))
    assert counted(scene).whole == Share("", invited=1, complete=1)
    given = scene.database.read(lambda s: list(given_answers(s, scene.round_id, partial=True)))
    assert [one.value for one in given if one.ref == "/data/member"] == ["no"]
    assert early.response_id != late.response_id


def test_organisations_municipalities_and_links(scene: Scene, shelf: FormShelf) -> None:
    desk = Desk(scene, shelf)
    one, other = scene.participant(), scene.participant()
    scene.organisation("chamber", one, other)
    scene.organisation("union", other)
    scene.organisation("silent")
    sheet = scene.round("sheet", subject_kind="organisation")
    desk.begin(one, round_id=sheet)
    assert counted(scene, sheet).whole == Share("", invited=2, partial=1)
    assert counted(scene, sheet).by_organisation == (Share("Chamber", 1, 1), Share("Union", 1))
    town = scene.municipality("alpette", scene.zone("north"))
    scene.municipality("nobody")
    clerk = scene.participant(municipality_id=town)
    towns = scene.round("towns", subject_kind="municipality")
    desk.begin(clerk, round_id=towns)
    assert counted(scene, towns).by_zone == (Share("North", 1, 1),)
    link = scene.round("link", subject_kind="link")
    for token in "ab":
        scene.database.write(
            lambda s, t=token: begin_link(s, shelf, t, link, Moment(scene.now, "web"))  # type: ignore[misc]
        )
    assert counted(scene, link).whole == Share("", invited=2, partial=2)


def test_results_come_from_complete_responses(scene: Scene, shelf: FormShelf) -> None:
    desk = Desk(scene, shelf)
    desk.complete(scene.participant())
    begun = desk.begin(scene.participant())
    desk.give(begun.response_id, Words("no"))
    found = scene.database.read(lambda s: results(s, shelf, load_round(s, scene.round_id), "en"))
    member = next(one for one in found if one.name == "member")
    assert [(bar.label, bar.count) for bar in member.bars] == [("Yes", 0), ("No", 1)]
    both = scene.database.read(lambda s: list(given_answers(s, scene.round_id, partial=True)))
    assert [one.times for one in both if one.ref == "/data/member"] == [2]
