"""Somebody who answers pages in a real browser, with all that scripts add to the controls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from playwright.sync_api import Locator, Page, Response

from surveys.engine.events import Fault
from surveys.engine.form import Kind, Question
from surveys.engine.session import Session
from surveys.engine.show import find
from surveys.engine.understand import understand
from surveys.engine.values import Refused
from tests.support.dialogues import Step
from tests.web.dialogues import Player
from tests.web.reader import Fields, Files, Reader
from web.public.controls import field_name
from web.public.places import PARTS

WRITTEN = (Kind.DATE, Kind.TIME, Kind.DATETIME, Kind.RANGE)
"""The kinds whose control takes a value only as it writes it, not whatever is typed."""

NOT_THERE = (Fault.NOT_OFFERED, Fault.OUT_OF_RANGE)
"""What a control does not let anybody choose."""

TELLS_WHEN_READY = """
for (const happened of ["load", "htmx:afterSettle"])
  addEventListener(happened, () => { document.querySelector("main").dataset.ready = "yes"; });
"""
"""Only when a page has settled have scripts made its controls theirs and moved the focus."""

LENGTHS = {"date": 10, "time": 5, "datetime-local": 16, "month": 7}


@dataclass(frozen=True)
class Shown:
    """A page as it stands in the browser."""

    text: str
    status_code: int
    url: str


class BrowserReader(Reader):
    """Fills in and presses as a person does; `at` is what the browser shows then."""

    def __init__(self, tab: Page, base: str, path: str) -> None:
        self.tab, self.base, self.path = tab, base, path
        self._status = 200
        tab.on("response", self._note)
        tab.add_init_script(TELLS_WHEN_READY)
        self.open(path)

    def _note(self, response: Response) -> None:
        own = urlsplit(response.url).path == self.path
        if own and not 300 <= response.status < 400:
            self._status = response.status

    def open(self, path: str) -> Any:
        self.tab.goto(f"{self.base}{path}")
        return self._look()

    def _look(self) -> Any:
        self.at = Shown(self.tab.content(), self._status, self.tab.url)  # type: ignore[assignment]
        return self.at

    def press(self, do: str, **typed: str | list[str]) -> Any:
        self._fill(do, typed)
        button = self.tab.locator(f"button[name='do'][value='{do}']").first
        if not button.is_visible():  # it stands in something that opens
            button.evaluate("one => { one.closest('details').open = true; }")
        self.tab.evaluate("document.querySelector('main').dataset.before = 'yes'")
        button.press("Enter")
        self.tab.locator("main[data-ready]:not([data-before])").wait_for()
        return self._look()

    def post(self, do: str) -> Any:
        if do in self.buttons():
            return self.press(do)
        shown = self.tab.locator("input[name='version']").first.input_value()
        sent: dict[str, str | float | bool] = {"key": uuid4().hex, "version": shown, "do": do}
        answer = self.tab.request.post(f"{self.base}{self.path}", form=sent)
        return self.open(answer.url.removeprefix(self.base))

    def send(self, fields: Fields, files: Files | None = None) -> Any:
        for name, (file_name, content) in (files or {}).items():
            chosen = {"name": file_name, "mimeType": "application/octet-stream", "buffer": content}
            self.tab.locator(f"input[name='{name}']").set_input_files(chosen)  # type: ignore[arg-type]
        before = self.fields()
        return self.press("save", **{name: value for name, value in fields.items() if before.get(name) != value})

    def _fill(self, do: str, typed: Fields) -> None:
        form = self.tab.locator(f"form:has(button[name='do'][value='{do}'])").first
        for name, value in typed.items():
            for field in form.locator(f"[name='{name}']").all():
                self._put(field, value)

    def _put(self, field: Locator, value: str | list[str]) -> None:
        kind = str(field.evaluate("one => one.tagName === 'SELECT' ? 'select' : one.type"))
        if kind in ("radio", "checkbox"):
            wanted = field.get_attribute("value") in (value if isinstance(value, list) else [value])
            if field.is_checked() != wanted and (wanted or kind == "checkbox"):
                field.press("Space")
        elif kind == "select":
            self._choose(field, str(value))
        elif kind != "hidden":
            text = str(value)
            field.fill(text[: LENGTHS.get(kind, len(text))])

    def _choose(self, field: Locator, value: str) -> None:
        if field.is_visible():
            field.select_option(value)
        elif field.evaluate("one => one.hidden"):  # a script made a combobox of it
            label = field.evaluate("(one, value) => [...one.options].find(o => o.value === value)?.text ?? ''", value)
            box = self.tab.locator(f"div.combobox:has(+ select[name='{field.get_attribute('name')}']) input")
            box.fill(str(label) if value else "")
            box.press("Tab")


class BrowserPlayer(Player):
    """Goes through a dialogue in a browser; what its controls do not let through is left out."""

    def answer(self, step: Step, before: Session) -> bool:
        question = find(self.dialogue.form, before, self.code(before, before.at))
        if any(one.fault in NOT_THERE for one in self.refused):
            return False
        if question is not None and question.kind in WRITTEN and step.action == "type":
            return not isinstance(self._understood(question, step), Refused) and super().answer(step, before)
        return super().answer(step, before)

    def fields_of(self, question: Question, step: Step) -> Fields:
        if question.kind is Kind.GEOPOINT:  # a browser fills in what is in sight
            name = field_name(self.code(self.pure, question.ref))
            return {f"{name}.{part}": step.argument if part == PARTS[0] else "" for part in PARTS}
        found = super().fields_of(question, step)
        if question.kind not in WRITTEN or step.action != "type":
            return found
        value = self._understood(question, step)
        return {name: str(value) for name in found}

    def _understood(self, question: Question, step: Step) -> str | Refused:
        moment = (self.pure.language or self.dialogue.language, self.dialogue.now.date().isoformat())
        return understand(question, step.argument, (), moment)
