from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.database.database import Database
from core.i18n import translator
from core.people.audience import audience_clause, check_rule, preview
from core.people.errors import RuleWrong
from core.people.merging import merge
from core.people.predicates import core_predicates
from core.people.tables import Membership, Municipality, Organisation, Zone
from surveys.responses.audience import survey_predicates
from surveys.responses.tables import Response
from tests.conftest import NOW
from tests.people import scene
from tests.responses.scene import build

ALL = {**core_predicates(), **survey_predicates()}


def people(session: Session) -> tuple[int, dict[str, int]]:
    """Four members who differ in what rules ask, and somebody of another office."""
    office = scene.office(session)
    known = {
        row.slug: row.id
        for table in (Zone, Municipality, Organisation)
        for row in session.execute(select(table.slug, table.id).where(table.office_id == office))
    }
    made = {
        "mayor": {"category": "administrator", "municipality_id": known["borgo"], "attributes": {"took_part": "yes"}},
        "clerk": {"category": "administrator", "municipality_id": known["citta"], "zone_id": known["plain"]},
        "green": {"category": "stakeholder", "organisation_id": known["rete"], "attributes": {"axis": "mobility"}},
        "alone": {},
    }
    ids = {name: scene.member(session, office, name=name, **values) for name, values in made.items()}
    stranger = scene.office(session, "elsewhere")
    scene.member(session, stranger, name="stranger", category="administrator", attributes={"took_part": "yes"})
    return office, ids


@pytest.mark.parametrize(
    ("rule", "names"),
    [
        ({"everyone": True}, "alone clerk green mayor"),
        ({"category": "administrator"}, "clerk mayor"),
        ({"category": ["administrator", "stakeholder"]}, "clerk green mayor"),
        ({"zone": "hills"}, "mayor"),  # by the municipality, having no zone of their own
        ({"zone": "plain"}, "clerk"),  # their own zone goes before the municipality's
        ({"municipality": "citta"}, "clerk"),
        ({"population": {"below": 5000}}, "mayor"),
        ({"population": {"above": 900, "below": 90_001}}, "clerk"),
        ({"attribute": {"axis": "mobility"}}, "green"),
        ({"attribute": {"axis": ["health", "mobility"]}}, "green"),
        ({"attribute": {"took_part": True}}, "mayor"),
        ({"took_part": True}, "mayor"),
        ({"organisation_kind": "third-sector"}, "green"),
        ({"not": {"zone": "hills"}}, "alone clerk green"),  # whoever has no zone is not in the hills either
        ({"not": {"took_part": True}}, "alone clerk green"),
        ({"all": [{"category": "administrator"}, {"not": {"took_part": True}}]}, "clerk"),
        ({"any": [{"took_part": True}, {"organisation_kind": "third-sector"}]}, "green mayor"),
    ],
)
def test_a_rule_means_these_people(database: Database, rule: dict[str, Any], names: str) -> None:
    def work(session: Session) -> list[str]:
        office, _ = people(session)
        seen = preview(session, audience_clause(ALL)(rule, office, NOW), office)
        assert seen.count == len(seen.first)
        return sorted(name for _, name in seen.first)

    assert database.write(work) == names.split()


def test_a_preview_counts_everybody_and_shows_a_few(database: Database) -> None:
    def work(session: Session) -> None:
        office, _ = people(session)
        seen = preview(session, audience_clause(ALL)({"everyone": True}, office, NOW), office, first=2)
        assert (seen.count, len(seen.first)) == (4, 2)
        assert seen.by_category == {"": 1, "administrator": 2, "stakeholder": 1}

    database.write(work)


def test_who_left_or_was_merged_is_in_no_audience(database: Database) -> None:
    def work(session: Session) -> set[str]:
        office, ids = people(session)
        session.execute(update(Membership).where(Membership.participant_id == ids["alone"]).values(left_at=NOW))
        merge(session, ids["green"], ids["mayor"], NOW)
        seen = preview(session, audience_clause(ALL)({"everyone": True}, office, NOW), office)
        return {name for _, name in seen.first}

    assert database.write(work) == {"mayor", "clerk"}


def test_answered_and_started(database: Database) -> None:
    made = build(database, NOW)
    done, begun, merged_done, idle = (made.participant() for _ in range(4))
    kept = made.participant()

    def respond(participant: int, state: str) -> None:
        made.insert(
            Response, round_id=made.round_id, subject_kind="participant", subject=str(participant),
            participant_id=participant, form_version_id=made.form_version_id, state=state, session={},
            started_at=NOW, changed_at=NOW,
        )  # fmt: skip

    respond(done, "complete")
    respond(begun, "partial")
    respond(merged_done, "complete")
    database.write(lambda session: merge(session, merged_done, kept, NOW))

    def who(rule: dict[str, Any]) -> set[int]:
        clause = audience_clause(ALL)(rule, made.office_id, NOW)
        return {one for one, _ in database.read(lambda session: preview(session, clause, made.office_id)).first}

    assert who({"answered": "follow-up-2023"}) == {done, kept}
    assert who({"started": "follow-up-2023"}) == {done, begun, kept}
    assert who({"not": {"answered": "follow-up-2023"}}) == {begun, idle}


@pytest.mark.parametrize(
    ("rule", "where", "words"),
    [
        ({"categry": "x"}, "categry", "category"),
        ({"all": [{"zone": "hills"}, {"zone": "hils"}]}, "all > 2 > zone", "hills"),
        ({"all": []}, "all", "empty"),
        ({"all": {"zone": "hills"}}, "all", "list"),
        ({"not": {"population": {"under": 3}}}, "not > population", "below"),
        ({"population": {"below": True}}, "population", "below"),
        ({"took_part": False}, "took_part", "not: {took_part: true}"),
        ({"attribute": {"Axis; DROP": 1}}, "attribute", "interest"),
        ({"category": "a", "zone": "b"}, "rule", "one condition"),
        ("everyone", "rule", "one condition"),
    ],
)
def test_a_wrong_rule_is_told_with_its_place(rule: Any, where: str, words: str) -> None:
    (fault,) = check_rule(rule, ALL, {"zone": {"hills", "plain"}})
    assert fault.where == where
    assert words in fault.say(translator("en"))
    if words != "hills":
        with pytest.raises(RuleWrong):
            audience_clause(ALL)(rule, 1, NOW)


def test_a_bottomless_rule_is_refused() -> None:
    rule: Any = {"everyone": True}
    for _ in range(200):
        rule = {"all": [rule]}
    assert len(check_rule(rule, ALL, {})) == 1
