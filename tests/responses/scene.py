"""A small process with one questionnaire, as rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from core.database.database import Database
from core.people.tables import (
    Audience,
    ContactPerson,
    Membership,
    Municipality,
    Organisation,
    Participant,
    Zone,
)
from core.process.tables import Office, Process
from surveys.responses.publishing import Source, publish
from surveys.responses.tables import Answer, Questionnaire, Response, Round
from surveys.xlsform.compile import Compiled, compile_form

FORM = """
| survey |
|  | type                 | name          | label::Italiano (it) | label::English (en) | required | relevant          |
|  | hidden               | attr_category |                      |                     |          |                   |
|  | select_one yes_no    | member        | Lei è socio?         | Are you a member?   | yes      |                   |
|  | integer              | years         | Da quanti anni?      | For how many years? | yes      | ${member} = 'yes' |
|  | select_multiple axes | axes          | Quali assi?          | Which axes?         |          |                   |
|  | rank axes            | order         | In quale ordine?     | In which order?     |          |                   |
|  | text                 | idea          | Una proposta?        | One proposal?       |          |                   |
| choices |
|  | list_name | name    | label::Italiano (it) | label::English (en) |
|  | yes_no    | yes     | Sì                   | Yes                 |
|  | yes_no    | no      | No                   | No                  |
|  | axes      | green   | Ambiente             | Environment         |
|  | axes      | health  | Salute               | Health              |
|  | axes      | schools | Scuola               | Schools             |
| settings |
|  | form_title | default_language |
|  | Follow-up  | Italiano (it)    |
"""
"""Hidden, choice, number, several, ranking and text; the number shows for members only."""


@dataclass
class Scene:
    """Ids of what was made; `now` is when."""

    database: Database
    now: datetime
    office_id: int = 0
    process_id: int = 0
    questionnaire_id: int = 0
    form_version_id: int = 0
    round_id: int = 0

    def insert(self, table: Any, **values: Any) -> int:
        def work(session: Session) -> int:
            return int(session.execute(insert(table).values(values).returning(table.id)).scalar_one())

        return self.database.write(work)

    def change(self, table: Any, row_id: int, **values: Any) -> None:
        self.database.write(lambda s: s.execute(update(table).where(table.id == row_id).values(values)))

    def participant(self, *, language: str = "it", **membership: Any) -> int:
        made = self.insert(
            Participant, language=language, preferred_channel="", paused_until=None, merged_into=None, erased_at=None,
            created_at=self.now,
        )  # fmt: skip
        known: dict[str, Any] = {
            "reference": f"person-{made}", "name": "", "category": "citizen", "attributes": {}, "source": "test",
            "legal_basis": "consent", "joined_at": self.now, "left_at": None, "organisation_id": None,
            "municipality_id": None, "zone_id": None,
        }  # fmt: skip
        self.insert(Membership, office_id=self.office_id, participant_id=made, **{**known, **membership})
        return made

    def zone(self, slug: str) -> int:
        return self.insert(Zone, office_id=self.office_id, slug=slug, name=slug.title())

    def municipality(self, slug: str, zone_id: int | None = None) -> int:
        values = {"slug": slug, "name": slug.title(), "zone_id": zone_id, "population": 1000}
        return self.insert(Municipality, office_id=self.office_id, **values)

    def organisation(self, slug: str, *contacts: int) -> int:
        values = {"slug": slug, "name": slug.title(), "kind": "union", "municipality_id": None}
        made = self.insert(Organisation, office_id=self.office_id, **values)
        for one in contacts:
            self.insert(ContactPerson, organisation_id=made, participant_id=one, capacity="contact")
        return made

    def audience(self, slug: str, rule: dict[str, Any]) -> int:
        return self.insert(Audience, office_id=self.office_id, slug=slug, name=slug, rule=rule)

    def round(self, slug: str, **values: Any) -> int:
        usual: dict[str, Any] = {
            "title": {"it": "Questionario", "en": "Questionnaire"}, "subject_kind": "participant",
            "opens_at": self.now - timedelta(days=1), "closes_at": self.now + timedelta(days=30), "audience_id": None,
        }  # fmt: skip
        return self.insert(
            Round, office_id=self.office_id, process_id=self.process_id, questionnaire_id=self.questionnaire_id,
            slug=slug, **{**usual, **values},
        )  # fmt: skip

    def copy_process(self, slug: str) -> int:
        return self.insert(
            Process, office_id=self.office_id, slug=slug, title={}, summary={}, languages=["it"],
            time_zone="Europe/Rome", send_window={}, retention={},
        )  # fmt: skip

    def publish(self, form: str = FORM, files: Mapping[str, bytes] | None = None) -> int:
        filename = "follow-up.xml" if form.startswith("<") else "follow-up.md"
        compiled = _compiled(form.encode(), filename, tuple(sorted((files or {}).items())))
        source = Source(filename, form.encode())
        return self.database.write(lambda s: publish(s, self.questionnaire_id, compiled, source, self.now))

    def answers(self, response_id: int) -> dict[str, str]:
        statement = select(Answer.ref, Answer.value).where(Answer.response_id == response_id)
        return {row.ref: row.value for row in self.database.read(lambda s: s.execute(statement).all())}

    def responses(self) -> list[Response]:
        return list(self.database.read(lambda s: s.scalars(select(Response).order_by(Response.id)).all()))


@cache
def _compiled(form: bytes, filename: str, files: tuple[tuple[str, bytes], ...]) -> Compiled:
    """Most scenes have one form: it is compiled once."""
    return compile_form(form, filename, name="follow-up", version=1, files=dict(files))


def build(database: Database, now: datetime, form: str = FORM, files: Mapping[str, bytes] | None = None) -> Scene:
    """An office, a process, a published questionnaire and an open round without an audience rule."""
    scene = Scene(database, now)
    scene.office_id = scene.insert(Office, slug="metro", name="Metropolitan city", kind="authority")
    scene.process_id = scene.insert(
        Process, office_id=scene.office_id, slug="plan", title={"en": "Plan"}, summary={}, languages=["it", "en"],
        time_zone="Europe/Rome", send_window={}, retention={},
    )  # fmt: skip
    scene.questionnaire_id = scene.insert(
        Questionnaire, office_id=scene.office_id, process_id=scene.process_id, slug="follow-up"
    )
    scene.form_version_id = scene.publish(form, files)
    scene.round_id = scene.round("follow-up-2023")
    return scene
