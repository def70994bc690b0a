"""Answers that staff enter for somebody: marked, in the audit log, one response with what the person does."""

from __future__ import annotations

import httpx
from sqlalchemy import select

from core.staff.tables import AuditEntry
from surveys.responses.tables import Answer, Response, Round
from tests.console.conftest import SignIn
from tests.responses.scene import Scene
from tests.support.web import RunningWeb
from tests.web.reader import Reader


def at(client: httpx.Client, scene: Scene, rest: object = "") -> Reader:
    tail = f"/{rest}" if rest else ""
    return Reader(client, f"/console/rounds/{scene.round_id}/on-behalf{tail}")


def doors(scene: Scene, response_id: int) -> dict[str, str]:
    statement = select(Answer.ref, Answer.door).where(Answer.response_id == response_id)
    return {row.ref: row.door for row in scene.database.read(lambda s: s.execute(statement).all())}


def noted(scene: Scene) -> list[str]:
    statement = select(AuditEntry.act).where(AuditEntry.act.startswith("answers.")).order_by(AuditEntry.id)
    return list(scene.database.read(lambda s: s.scalars(statement).all()))


def third(scene: Scene) -> int:
    """Carla Neri, who did nothing so far."""
    return 3


def test_somebody_is_found_by_name_and_their_answers_entered(scene: Scene, sign_in: SignIn) -> None:
    client = sign_in("organiser")
    assert "Enter answers for somebody" in client.get(f"/console/rounds/{scene.round_id}").text
    found = client.get(f"/console/rounds/{scene.round_id}/on-behalf", params={"find": "CARLA"})
    assert "Carla Neri" in found.text and "Bruno" not in found.text and "not begun" in found.text
    sheet = at(client, scene, third(scene))
    assert "on behalf of Carla Neri" in sheet.at.text and "yours alone" not in sheet.at.text
    assert len(scene.responses()) == 2, "looking begins nothing"
    sheet.press("begin")
    assert "Are you a member?" in sheet.at.text
    sheet.press("language:it")
    sheet.press("save", q2="no")
    assert "Quali assi?" in sheet.at.text, "the language that was chosen stays"
    for _ in range(3):
        sheet.press("skip")
    sheet.press("submit")
    response = scene.responses()[-1]
    assert response.participant_id == third(scene) and response.state == "complete"
    assert doors(scene, response.id) == {"/data/attr_category": "staff", "/data/member": "staff"}
    assert noted(scene) == ["answers.begun", "answers.changed", "answers.sent"]
    sheet.press("reopen")
    sheet.press("edit:4")
    sheet.press("save", q4="green")
    assert noted(scene)[3:] == ["answers.changed", "answers.changed"], "coming back and a change, not looking"
    sheet.press("submit")
    token = Reader(client, f"/console/rounds/{scene.round_id}").page.xpath("string(//input[@name='token']/@value)")
    rows = client.post(f"/console/rounds/{scene.round_id}/export.csv", data={"token": token}).text.splitlines()
    assert "_doors" in rows[0] and ",staff," in rows[-1], "marked as entered by the office"
    log = sign_in("administrator").get("/console/audit").text
    assert "answers sent for somebody" in log and f"response {response.id}" in log


def test_names_are_found_in_small_and_capital_letters_of_any_alphabet(scene: Scene, sign_in: SignIn) -> None:
    scene.participant(name="Élise Òrsola")
    client = sign_in("organiser")
    for wanted in ("éLISE", "òrsola", "ÒRSOLA"):
        found = client.get(f"/console/rounds/{scene.round_id}/on-behalf", params={"find": wanted}).text
        assert "Élise Òrsola" in found, wanted


def test_the_person_goes_on_with_it_and_staff_with_what_the_person_began(
    scene: Scene, web: RunningWeb, sign_in: SignIn
) -> None:
    client = sign_in("organiser")
    second = 2
    sheet = at(client, scene, second)  # Bruno answered the first question in the chat
    assert sheet.buttons() and "begin" not in sheet.buttons()
    sheet.press("save", q4="green")
    own = Reader(httpx.Client(base_url=web.url, timeout=60, headers={"Accept": "text/html"}), "")
    own.path = web.answer_path(second, scene.round_id)
    own.open(own.path)
    own.press("skip")
    own.http.close()
    response = next(one for one in scene.responses() if one.participant_id == second)
    assert doors(scene, response.id)["/data/member"] == "telegram"
    assert doors(scene, response.id)["/data/axes"] == "staff"


def test_only_who_may_and_only_their_own_people(scene: Scene, sign_in: SignIn, web: RunningWeb) -> None:
    for role in ("reader", "reviewer"):
        client = sign_in(role)
        assert at(client, scene).at.status_code == 403
        assert at(client, scene, third(scene)).at.status_code == 403
        assert "Enter answers for somebody" not in client.get(f"/console/rounds/{scene.round_id}").text
    client = sign_in("organiser")
    assert at(client, scene, 999).at.status_code == 404
    assert at(client, scene, 2**63).at.status_code == 404
    nobody = httpx.get(f"{web.url}/console/rounds/{scene.round_id}/on-behalf/3")
    assert nobody.status_code == 303 and "sign-in" in nobody.headers["location"]


def test_a_form_from_elsewhere_enters_nothing(scene: Scene, sign_in: SignIn) -> None:
    client = sign_in("organiser")
    sheet = at(client, scene, third(scene))
    for token in ("", "forged"):
        sheet.press("begin", token=token)
        assert sheet.at.status_code == 403
        sheet.open(sheet.path)
    assert len(scene.responses()) == 2 and noted(scene) == []


def test_sheets_of_paper_in_a_round_that_anybody_may_answer(scene: Scene, sign_in: SignIn) -> None:
    scene.change(Round, scene.round_id, subject_kind="link")
    client = sign_in("organiser")
    token = at(client, scene).page.xpath("string(//form[@method='post'][.//button]//input[@name='token']/@value)")
    paths = set()
    for _ in range(2):
        sheet = Reader(client, "")
        sheet.at = client.post(f"/console/rounds/{scene.round_id}/on-behalf", data={"token": token})
        sheet.path = sheet.at.url.path
        sheet.press("begin")
        sheet.press("save", q2="no")
        paths.add(sheet.path)
    assert len(paths) == 2
    made = scene.database.read(lambda s: s.scalars(select(Response).where(Response.subject_kind == "link")).all())
    assert len(made) == 2 and all(one.participant_id is None for one in made)
    assert "/r/metro/follow-up-2023" in client.get(f"/console/rounds/{scene.round_id}").text
