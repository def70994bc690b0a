"""What staff see of their own offices, and that they see of no other."""

from __future__ import annotations

import csv
import io
from typing import Any

import httpx
import pytest
from lxml import html
from openpyxl import load_workbook
from sqlalchemy import insert, select

from core.database.database import Database
from core.process.tables import Office
from core.staff.tables import AuditEntry
from tests.console.conftest import FORMULA, SignIn
from tests.console.test_signing import PAGES, form_token
from tests.responses.scene import Scene


def tree(answer: httpx.Response) -> Any:
    return html.fromstring(answer.content)


def text_of(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    return " ".join(tree(answer).text_content().split())


def rows_of(answer: httpx.Response, caption: str) -> dict[str, list[str]]:
    """The rows of the table with a caption, by their heading."""
    (table,) = tree(answer).xpath(f"//table[normalize-space(caption)='{caption}']")
    rows = {}
    for row in table.xpath(".//tbody/tr"):
        name, *cells = (" ".join(cell.text_content().split()) for cell in row.xpath("./th|./td"))
        rows[name] = cells
    return rows


def test_the_dashboard_says_who_was_written_to_and_who_answered(sign_in: SignIn) -> None:
    page = sign_in().get("/console/processes/1")
    shown = text_of(page)
    assert "3 invited" in shown
    assert "1 begun, not sent" in shown
    assert "1 complete" in shown
    assert "33 % response rate" in shown
    assert rows_of(page, "By zone") == {"North": ["1", "0", "1", "100 %"], "South": ["2", "1", "0", "0 %"]}
    assert rows_of(page, "By category") == {"business": ["1", "1", "0", "0 %"], "citizen": ["2", "0", "1", "50 %"]}
    became = {name: [reason, people] for name, (_, reason, people) in rows_of(page, "What became of it").items()}
    assert became == {"sent": ["", "1"], "in doubt": ["", "1"], "not written to": ["no address", "1"]}
    assert "For some messages nobody knows whether they arrived. (1)" in shown


def test_a_category_is_called_as_its_office_calls_it_in_the_readers_language(sign_in: SignIn, scene: Scene) -> None:
    titles = {"citizen": {"it": "Cittadini", "en": "Citizens"}, "business": {"it": "Imprese"}}
    scene.change(Office, scene.office_id, category_titles=titles)
    client = sign_in()
    for path in ("/console/processes/1", "/console/rounds/1"):
        assert set(rows_of(client.get(path), "By category")) == {"Imprese", "Citizens"}, path
    scene.change(Office, scene.office_id, category_titles={})
    assert set(rows_of(client.get("/console/rounds/1"), "By category")) == {"business", "citizen"}


def test_the_results_have_a_chart_for_each_question_and_count_complete_answers(sign_in: SignIn) -> None:
    page = sign_in().get("/console/rounds/1")
    charts = tree(page).xpath("//ul[@class='bar-chart']")
    told = ["; ".join(" ".join(bar.text_content().split()) for bar in chart) for chart in charts]
    assert "Yes 1 (100%); No 0 (0%)" in told
    assert "Environment 2 points; Health 1 point; Schools 0 points" in told
    assert FORMULA in text_of(page)


def test_the_ledger_has_a_line_for_everybody(sign_in: SignIn) -> None:
    client = sign_in()
    shown = text_of(client.get("/console/mailings/1"))
    for words in (
        "Ada <b>Rossa</b>",
        "Bruno Verdi",
        "Carla Neri",
        "not written to",
        "no address",
        "10 July 2023, 10:00",
    ):
        assert words in shown
    only = text_of(client.get("/console/mailings/1?state=in-doubt"))
    assert "Bruno Verdi" in only
    assert "Carla Neri" not in only


def test_who_may_see_people_goes_from_a_state_to_its_people(sign_in: SignIn) -> None:
    wanted = "//td/a/@href | //th/a/@href"
    client = sign_in()
    ways = tree(client.get("/console/processes/1")).xpath(wanted)
    assert set(ways) == {f"/console/mailings/1?state={one}" for one in ("sent", "in-doubt", "skipped")}
    assert "Bruno Verdi" in text_of(client.get("/console/mailings/1?state=in-doubt"))
    assert tree(sign_in("reader").get("/console/processes/1")).xpath(wanted) == []


def test_an_export_is_a_harmless_file_and_an_audit_entry(sign_in: SignIn, database: Database) -> None:
    client = sign_in()
    sent = client.post("/console/rounds/1/export.csv", data={"token": form_token(client)})
    assert sent.headers["content-disposition"] == 'attachment; filename="follow-up-2023-2023-07-10.csv"'
    rows = list(csv.reader(io.StringIO(sent.content.decode("utf-8-sig"))))
    assert any(f"'{FORMULA}" in row for row in rows)
    assert not any(cell.startswith("=") for row in rows for cell in row)
    book = load_workbook(
        io.BytesIO(client.post("/console/rounds/1/export.xlsx", data={"token": form_token(client)}).content)
    )
    cells = [cell for row in book["responses"].iter_rows() for cell in row]
    assert not any(cell.data_type == "f" for cell in cells)
    entries = database.read(
        lambda s: s.execute(
            select(AuditEntry.subject, AuditEntry.details).where(AuditEntry.act == "results.exported")
        ).all()
    )
    assert [(one.subject, one.details) for one in entries] == [
        ("round:1", {"format": "csv"}),
        ("round:1", {"format": "xlsx"}),
    ]
    assert "results exported" in text_of(client.get("/console/audit"))


def test_an_export_is_never_had_by_following_a_link(sign_in: SignIn) -> None:
    assert sign_in().get("/console/rounds/1/export.csv").status_code == 405


def test_another_office_sees_nothing(sign_in: SignIn, database: Database) -> None:
    database.write(lambda s: s.execute(insert(Office).values(slug="village", name="Village", kind="municipality")))
    client = sign_in(office="village")
    assert "Plan" not in text_of(client.get("/console"))
    for page in PAGES[1:4]:
        assert client.get(page).status_code == 404, page
    token = form_token(client)
    assert client.get("/console/mailings/1?state=in-doubt").status_code == 404
    for form in ("csv", "xlsx"):
        assert client.post(f"/console/rounds/1/export.{form}", data={"token": token}).status_code == 404
    assert "results exported" not in text_of(client.get("/console/audit"))


@pytest.mark.parametrize(
    ("role", "page", "status"),
    [
        ("reader", "/console/rounds/1", 200),
        ("reader", "/console/mailings/1", 404),
        ("reader", "/console/audit", 404),
        ("organiser", "/console/mailings/1", 200),
        ("organiser", "/console/audit", 404),
        ("reviewer", "/console/mailings/1", 404),
        ("administrator", "/console/audit", 200),
    ],
)
def test_a_role_opens_what_it_allows(sign_in: SignIn, role: str, page: str, status: int) -> None:
    assert sign_in(role).get(page).status_code == status


def test_a_reader_cannot_export(sign_in: SignIn) -> None:
    client = sign_in("reader")
    assert "Download" not in client.get("/console/rounds/1").text
    assert client.post("/console/rounds/1/export.csv", data={"token": form_token(client)}).status_code == 403


def test_what_is_not_there_says_so(sign_in: SignIn) -> None:
    client = sign_in()
    for page in ("/console/processes/99", "/console/rounds/99", "/console/mailings/99"):
        assert client.get(page).status_code == 404
    assert client.post("/console/rounds/1/export.exe", data={"token": form_token(client)}).status_code == 404
