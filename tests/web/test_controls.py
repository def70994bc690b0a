"""Every control in a real browser: with and without scripts, at 320 pixels, by keyboard, free of axe's violations."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from surveys.engine.machine import machine
from surveys.xlsform.compile import compile_form
from tests.support.browser import overflow, page_of, violations
from tests.support.databases import SqliteDatabases
from tests.web.stage import Stage, stage_of

TOWNS = ("Città di Torino", "Pinerolo", "Ivrea", "Susa", "Chieri", "Moncalieri", "Rivoli", "Settimo", "Carmagnola")
FORM = """
| survey |
|  | type | name | label | hint | guidance_hint | required | appearance | parameters |
|  | note | title | ## Benvenuta |  |  |  |  |  |
|  | note | hello | Legga **prima** [questo](https://comune.example/leggi). |  | Serve a *tutti*. |  |  |  |
|  | note | item | - Una _sola_ riga |  |  |  |  |  |
|  | begin_group | rates |  |  |  |  | field-list |  |
|  | select_one rate | table | Quanto è **soddisfatta** di questi servizi? |  |  |  | label |  |
|  | select_one rate | roads | Le strade | Anche le piste ciclabili |  | yes | list-nolabel |  |
|  | select_one rate | schools | Le scuole |  | Quelle *comunali*. |  | list-nolabel |  |
|  | select_multiple when | buses | Gli autobus |  |  |  | list-nolabel |  |
|  | select_multiple when | trains | I treni |  |  |  | list-nolabel |  |
|  | end_group |  |  |  |  |  |  |  |
|  | select_one agree | likert | I trasporti sono **migliorati**. |  |  | yes | likert |  |
|  | select_one rate | columns | In colonne? |  |  |  | columns |  |
|  | select_one rate | three | In tre colonne? |  |  |  | columns-3 |  |
|  | select_multiple when | packed | In riga? |  |  |  | horizontal-compact |  |
|  | select_one rate | small | In breve? |  |  |  | minimal |  |
|  | select_one towns | town | In quale _comune_ vive? | Può scrivere per cercare. |  | yes | autocomplete |  |
|  | select_one many | long | Quale zona, fra molte? |  |  |  |  |  |
|  | select_multiple many | several | Quali zone, fra molte? |  |  |  |  |  |
|  | date | month | Da quale mese? |  |  |  | month-year |  |
|  | date | year | Da quale anno? |  |  |  | year |  |
|  | text | idea | Una proposta? |  | Al massimo una pagina. |  | multiline |  |
|  | range | share | Quale quota? |  |  |  |  | start=0 end=1000 step=5 |
|  | range | picked | Quale altra quota? |  |  |  | picker | start=0 end=100 step=5 |
|  | rank when | order | In quale ordine? |  |  | yes |  |  |
|  | geopoint | place | Dove si trova la fermata? |  |  |  |  |  |
|  | geotrace | road | Quale strada? |  |  |  |  |  |
|  | geoshape | field | Quale terreno? |  |  |  |  |  |
|  | barcode | code | Quale codice? |  |  |  |  |  |
| choices |
|  | list_name | name | label |
|  | rate | 1 | Per niente |
|  | rate | 2 | Poco |
|  | rate | 3 | Abbastanza **bene** |
|  | rate | 4 | Molto |
|  | agree | 1 | Per niente d'accordo |
|  | agree | 2 | Poco d'accordo |
|  | agree | 3 | Né sì né no |
|  | agree | 4 | Abbastanza d'accordo |
|  | agree | 5 | Del tutto d'accordo |
|  | when | week | Giorni feriali |
|  | when | saturday | Sabato |
|  | when | sunday | Domenica e festivi |
""" + "\n".join(
    [
        *(f"|  | towns | t{place} | {town} |" for place, town in enumerate(TOWNS)),
        *(f"|  | many | z{place} | Zona {place} |" for place in range(1, 41)),
        "| settings |\n|  | form_title | default_language |\n|  | Questionario |  |\n",
    ]
)
COMPILED = compile_form(FORM.encode(), "controls.md", name="controls", version=1).form
NUMBERS = machine(COMPILED).numbers


@pytest.fixture(scope="module")
def stage(sqlite_databases: SqliteDatabases) -> Iterator[Stage]:
    with stage_of(FORM, sqlite_databases) as made:
        yield made


@dataclass(frozen=True)
class Answering:
    """Somebody in the middle of the questionnaire."""

    stage: Stage
    page: Page
    base: str
    response_id: int

    def open(self, name: str) -> None:
        self.page.goto(f"{self.base}?at={NUMBERS[_ref(name)]}")
        assert self.page.__dict__["told_errors"] == []

    def field(self, name: str) -> str:
        return f"q{NUMBERS[_ref(name)]}"

    def save(self) -> None:
        key = self.page.locator("main form[hx-boost] input[name=key]").input_value()
        self.page.locator("main button[value=save]").press("Enter")
        expect(self.page.locator(f"main input[name=key][value='{key}']")).to_have_count(0)

    def kept(self, name: str) -> str | None:
        return self.stage.scene.answers(self.response_id).get(_ref(name))


def _ref(name: str) -> str:
    return next(question.ref for question in COMPILED.questions() if question.name == name)


@contextmanager
def answering(
    browser: Browser, stage: Stage, *, narrow: bool = False, script: bool = True, language: str = "it-IT"
) -> Iterator[Answering]:
    with page_of(browser, narrow=narrow, script=script, language=language) as page:
        page.goto(stage.person())
        page.click("button[value=begin]")
        page.wait_for_selector("button[value=save]")
        yield Answering(stage, page, page.url.partition("?")[0], stage.scene.responses()[-1].id)


def press(control: Locator) -> None:
    control.press("Space")
    expect(control).to_be_checked()


@pytest.mark.parametrize(("language", "narrow"), [("it-IT", False), ("fr-FR", True)])
def test_every_control_is_accessible(browser: Browser, stage: Stage, narrow: bool, language: str) -> None:
    with answering(browser, stage, narrow=narrow, language=language) as person:
        for question in COMPILED.questions():
            if question.asked:
                person.open(question.name)
                assert violations(person.page) == [], question.name
                assert overflow(person.page) <= 0, question.name
                assert person.page.locator("h1").count() == 1, question.name


@pytest.mark.parametrize(
    ("name", "narrow"), [("roads", True), ("likert", True), ("town", False), ("place", True), ("order", False)]
)
def test_what_is_wrong_is_told_accessibly(browser: Browser, stage: Stage, name: str, narrow: bool) -> None:
    with answering(browser, stage, narrow=narrow) as person:
        person.open(name)
        if name == "place":
            person.page.fill(f"[name='{person.field(name)}.lat']", "vicino")
        person.save()
        assert violations(person.page) == []
        assert overflow(person.page) <= 0
        link = person.page.locator(".faults a")
        expect(link).to_have_count(1)
        target = person.page.locator(str(link.get_attribute("href")))
        expect(target).to_have_attribute("aria-invalid", "true")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_markdown_and_more_help(browser: Browser, stage: Stage, script: bool) -> None:
    with answering(browser, stage, script=script) as person:
        expect(person.page.locator(".note h2")).to_have_text("Benvenuta")
        person.open("hello")
        expect(person.page.locator(".note strong")).to_have_text("prima")
        expect(person.page.locator(".note a")).to_have_attribute("href", "https://comune.example/leggi")
        help_text = person.page.locator("details.guidance em")
        expect(help_text).not_to_be_visible()
        person.page.locator("details.guidance summary").press("Enter")
        expect(help_text).to_be_visible()


@pytest.mark.parametrize("narrow", [False, True], ids=["wide", "narrow"])
@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_table_of_questions(browser: Browser, stage: Stage, narrow: bool, script: bool) -> None:
    with answering(browser, stage, narrow=narrow, script=script) as person:
        person.open("roads")
        table = person.page.locator("table.matrix").first
        expect(table.locator("caption")).to_have_text("Quanto è soddisfatta di questi servizi?")
        assert table.locator("th[scope=col]").count() == 4
        assert table.locator("th[scope=row]").count() == 2
        word = table.locator(".matrix-word").first
        assert word.is_visible() is narrow, "stacked rows name their choices, as nobody sees the heading"
        press(person.page.get_by_role("radio", name="Le strade (risposta necessaria) Abbastanza bene"))
        press(person.page.get_by_role("checkbox", name="Gli autobus (facoltativa) Sabato"))
        press(person.page.get_by_role("checkbox", name="Gli autobus (facoltativa) Domenica e festivi"))
        person.save()
        assert (person.kept("roads"), person.kept("schools")) == ("3", None)
        assert person.kept("buses") == "saturday sunday"
        person.open("roads")
        expect(person.page.get_by_role("radio", name="Le strade (risposta necessaria) Abbastanza bene")).to_be_checked()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_likert_stays_on_one_row(browser: Browser, stage: Stage, script: bool) -> None:
    with answering(browser, stage, narrow=True, script=script) as person:
        person.open("likert")
        steps = [step.bounding_box() for step in person.page.locator(".likert-step label").all()]
        assert len({round(box["y"]) for box in steps if box}) == 1
        assert all(box["width"] >= 24 and box["height"] >= 24 for box in steps if box)
        ends = person.page.locator(".likert-ends span")
        assert ends.all_inner_texts() == ["Per niente d'accordo", "Del tutto d'accordo"]
        press(person.page.get_by_role("radio", name="Abbastanza d'accordo"))
        chosen = person.page.locator(".likert-word", has_text="Abbastanza d'accordo").bounding_box()
        assert chosen is not None and chosen["width"] > 100, "the chosen one can be read"
        person.save()
        assert person.kept("likert") == "4"


def test_columns(browser: Browser, stage: Stage) -> None:
    for narrow, expected in ((False, {"columns": 3, "three": 3, "packed": 3}), (True, {"columns": 1, "three": 1})):
        with answering(browser, stage, narrow=narrow) as person:
            for name, columns in expected.items():
                person.open(name)
                boxes = [one.bounding_box() for one in person.page.locator(".choices .form-check").all()]
                assert len({round(box["x"]) for box in boxes if box}) == columns, (name, narrow)


def test_type_to_search_in_a_long_list(browser: Browser, stage: Stage) -> None:
    with answering(browser, stage) as person:
        person.open("town")
        box = person.page.get_by_role("combobox")
        expect(box).to_have_attribute("aria-expanded", "false")
        box.press_sequentially("citta to")
        expect(person.page.get_by_role("option")).to_have_text(["Città di Torino"])
        assert violations(person.page) == []
        box.press("Escape")
        expect(box).to_have_attribute("aria-expanded", "false")
        box.fill("r")
        box.press("ArrowDown")
        box.press("ArrowDown")
        active = str(box.get_attribute("aria-activedescendant"))
        expect(person.page.locator(f"#{active}")).to_have_text("Pinerolo")
        box.press("Enter")
        expect(box).to_have_value("Pinerolo")
        person.save()
        assert person.kept("town") == "t1"
        person.open("town")
        expect(person.page.get_by_role("combobox")).to_have_value("Pinerolo")
        person.page.get_by_role("combobox").fill("nessuna")
        person.save()
        assert person.kept("town") == "t1", "what names no choice changes nothing"


@pytest.mark.parametrize("name", ["town", "long", "small", "picked"])
def test_long_lists_without_scripts(browser: Browser, stage: Stage, name: str) -> None:
    values = {"town": "t2", "long": "z40", "small": "3", "picked": "95"}
    with answering(browser, stage, script=False) as person:
        person.open(name)
        person.page.select_option(f"select[name={person.field(name)}]", values[name])
        person.save()
        assert person.kept(name) == values[name]


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_many_choices_to_tick(browser: Browser, stage: Stage, script: bool) -> None:
    with answering(browser, stage, script=script) as person:
        person.open("several")
        press(person.page.get_by_role("checkbox", name="Zona 2", exact=True))
        if script:
            person.page.get_by_role("searchbox").fill("zona 3")
            expect(person.page.locator(".form-check:visible")).to_have_count(14)  # 3, 13, 23, 30 to 39, and 2
            expect(person.page.get_by_role("checkbox", name="Zona 2", exact=True)).to_be_checked()
            person.page.get_by_role("searchbox").press("Enter")
        press(person.page.get_by_role("checkbox", name="Zona 30"))
        person.save()
        assert person.kept("several") == "z2 z30"


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_months_and_years(browser: Browser, stage: Stage, script: bool) -> None:
    with answering(browser, stage, script=script) as person:
        person.open("month")
        person.page.fill(f"[name={person.field('month')}]", "2024-05")
        person.save()
        person.page.fill(f"[name={person.field('year')}]", "2023")
        person.save()
        assert (person.kept("month"), person.kept("year")) == ("2024-05-01", "2023-01-01")
        person.open("month")
        assert person.page.input_value(f"[name={person.field('month')}]") == "2024-05"


def test_ranking_by_buttons(browser: Browser, stage: Stage) -> None:
    with answering(browser, stage) as person:
        person.open("order")
        down = person.page.get_by_role("button", name="Giorni feriali").last
        down.press("Enter")
        expect(down).to_be_focused()
        expect(person.page.get_by_role("status")).to_contain_text("2")
        down.press("Enter")
        assert person.page.locator(".place label").all_inner_texts() == [
            "Sabato",
            "Domenica e festivi",
            "Giorni feriali",
        ]
        person.save()
        assert person.kept("order") == "saturday sunday week"


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_places(browser: Browser, stage: Stage, script: bool) -> None:
    with answering(browser, stage, script=script) as person:
        person.open("place")
        expect(person.page.locator("[data-position]")).to_be_visible(visible=script)
        for part, number in (("lat", "45,07"), ("lon", "7,68"), ("acc", "10")):
            person.page.fill(f"[name='{person.field('place')}.{part}']", number)
        person.save()
        person.page.fill(f"[name={person.field('road')}]", "45.07 7.68\n45,08, 7,69\n")
        person.save()
        person.page.fill(f"[name={person.field('field')}]", "45.07 7.68")
        person.save()
        expect(person.page.locator(".faults a")).to_have_count(1)
        person.page.fill(f"[name={person.field('field')}]", "45.07 7.68\n45.08 7.69\n45.06 7.7")
        person.save()
        assert person.kept("place") == "45.07 7.68 0 10"
        assert person.kept("road") == "45.07 7.68;45.08 7.69"
        assert person.kept("field") == "45.07 7.68;45.08 7.69;45.06 7.7;45.07 7.68"


def test_my_position(browser: Browser, stage: Stage) -> None:
    with answering(browser, stage) as person:
        context = person.page.context
        context.grant_permissions(["geolocation"])
        context.set_geolocation({"latitude": 45.0703, "longitude": 7.6869, "accuracy": 12})
        person.open("place")
        person.page.click("[data-position]")
        expect(person.page.locator(f"[name='{person.field('place')}.lat']")).to_have_value("45.0703")
        person.save()
        assert person.kept("place") == "45.0703 7.6869 0 12"


def test_somebody_who_does_not_tell_where_they_are(browser: Browser, stage: Stage) -> None:
    with answering(browser, stage) as person:
        person.open("place")
        person.page.click("[data-position]")
        expect(person.page.locator(".point-here [role=status]")).not_to_be_empty()
        expect(person.page.locator(f"[name='{person.field('place')}.lat']")).to_have_value("")
