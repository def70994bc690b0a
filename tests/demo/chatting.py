"""Somebody in front of a chat window: presses buttons and types, in whatever language the bot speaks."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

DONE, PAUSE = "d", "p"  # the acts of buttons, which do not depend on a language


@dataclass(frozen=True)
class Chatting:
    """One chat window."""

    page: Page

    @property
    def newest(self) -> Locator:
        return self.page.locator("#log article.bot").last

    def sees(self, text: str) -> None:
        expect(self.newest).to_contain_text(text, timeout=30_000)

    def starts(self) -> None:
        self.page.locator("#keyboard button").first.click()

    def presses(self, text: str) -> None:
        self.newest.get_by_role("button", name=text).click()

    def does(self, act: str) -> None:
        self.newest.locator(f"button[value^='q:'][value$=':{act}']").click()

    def ticks(self, text: str) -> None:
        self.presses(text)
        self.sees(f"☑ {text}")

    def types(self, text: str) -> None:
        self.page.locator("#text").fill(text)
        self.page.locator("#writing button").click()

    def blocks(self) -> None:
        self.page.locator("details.more summary").click()
        self.page.locator("button[name=blocked][value=true]").click()
        expect(self.page.locator("button[name=blocked][value=false]")).to_have_count(1)
