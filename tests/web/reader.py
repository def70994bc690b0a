"""Somebody who reads and sends pages without scripts: forms are filled and posted as they stand."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import uuid4

import httpx
from lxml import html

from web.public.controls import field_name

Fields = dict[str, str | list[str]]
Files = dict[str, tuple[str, bytes]]
"""Names and contents, by the names of the fields."""


@dataclass
class Reader:
    """One person at one address; `at` is the page in front of them."""

    http: httpx.Client
    path: str
    at: httpx.Response = field(init=False)

    def __post_init__(self) -> None:
        self.open(self.path)

    def open(self, path: str) -> httpx.Response:
        self.at = self.http.get(path)
        return self.at

    @property
    def page(self) -> html.HtmlElement:
        return html.fromstring(self.at.text)

    @property
    def heading(self) -> str:
        return " ".join(self.page.xpath("string(//main//h1)").split())

    @property
    def errors(self) -> list[str]:
        return [" ".join(one.text_content().split()) for one in self.page.xpath("//div[@class='faults']//a")]

    def buttons(self) -> dict[str, str]:
        """What can be pressed, by what it does."""
        return {
            one.get("value"): " ".join(one.text_content().split()) for one in self.page.xpath("//button[@name='do']")
        }

    def form(self, do: str) -> html.FormElement:
        """The form that holds a button; fails where the page has no such button."""
        found = self.page.xpath("//form[.//button[@name='do' and @value=$do]]", do=do)
        assert found, f"no button {do!r} among {self.buttons()} at {self.at.url}:\n{self.heading}"
        return found[0]

    def fields(self, do: str = "save") -> Fields:
        """The fields of a form as the page fills them."""
        found: Fields = {}
        for name, value in self.form(do).form_values():
            before = found.get(name)
            found[name] = [*before, value] if isinstance(before, list) else [before, value] if before else value
        return found

    def press(self, do: str, **typed: str | list[str]) -> httpx.Response:
        """Fills in fields and presses a button; follows where it leads."""
        action = self.form(do).get("action") or self.path
        data = {**self.fields(do), **typed, "do": do}
        self.at = self.http.post(action, data=data, follow_redirects=True)
        return self.at

    def post(self, do: str) -> httpx.Response:
        """Does something that the page may have no button for, as an older page would."""
        if do in self.buttons():
            return self.press(do)
        version = self.page.xpath("string(//input[@name='version']/@value)")
        return self.send({"key": uuid4().hex, "version": version, "do": do})

    def send(self, fields: Fields, files: Files | None = None) -> httpx.Response:
        """Posts fields as they are, saving by default."""
        data = {"do": "save", **fields}
        self.at = self.http.post(self.path, data=data, files=files or None, follow_redirects=True)
        return self.at

    def options(self, code: str) -> list[str]:
        """The values offered for a question."""
        name = field_name(code)
        places = [key.partition(".")[2] for key in self.fields() if key.startswith(f"{name}.")]
        offered = "//input[@name=$name]/@value | //select[@name=$name]/option[@value!='']/@value"
        return places or [str(one) for one in self.page.xpath(offered, name=name)]

    def said(self, label: str) -> str:
        """The answer that stands beside a question in the review."""
        lines = self.page.xpath("//div[@class='line']")
        found = next(one for one in lines if "".join(one.xpath("./dt//text()")) == label)
        return " ".join(found.xpath("string(./dd[@class='given'])").split())

    def code(self, place: int = 0) -> str:
        """The code of a question on the page."""
        return str(self.fields("save")["on"]).split(",")[place]
