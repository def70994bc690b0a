"""A real Chromium, and axe with the rules of WCAG 2.2 AA."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

AXE = Path(__file__).parent.parent.parent / "node_modules" / "axe-core" / "axe.min.js"
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
WIDE, NARROW = {"width": 1200, "height": 900}, {"width": 320, "height": 640}


def executable() -> str | None:
    """The system's Chromium: the one without windows, which takes half the time; None for Playwright's own."""
    return shutil.which("chromium-headless-shell") or shutil.which("chromium")


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running Chromium; no coroutine can be tested in this thread meanwhile."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=list(ARGUMENTS))
        yield browser
        browser.close()


@contextmanager
def page_of(browser: Browser, *, narrow: bool = False, script: bool = True, language: str = "it-IT") -> Iterator[Page]:
    """A page in a context of its own."""
    context = browser.new_context(
        viewport=NARROW if narrow else WIDE,  # type: ignore[arg-type]
        java_script_enabled=script,
        locale=language,
        bypass_csp=False,
    )
    page = context.new_page()
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.__dict__["told_errors"] = errors
    yield page
    context.close()


def violations(page: Page) -> list[dict[str, Any]]:
    """What axe finds against the page as it stands, with all its frames, in short."""
    page.wait_for_load_state()
    if not page.evaluate("'axe' in window"):  # a boosted page keeps it
        page.evaluate(AXE.read_text("utf-8"))  # by the debugger, which the page's policy does not hold
    options = json.dumps({"runOnly": {"type": "tag", "values": list(TAGS)}, "resultTypes": ["violations"]})
    # The whole result, with all that passes, takes four times as long to come over as axe needs to look.
    found = page.evaluate(f"axe.run(document, {options}).then(result => result.violations)")
    return [
        {"rule": one["id"], "help": one["help"], "at": [node["html"][:200] for node in one["nodes"]]} for one in found
    ]


def widths(page: Page) -> Iterator[str]:
    """Shows a page at one width after the other; no script of ours asks for the width."""
    for name, size in (("wide", WIDE), ("narrow", NARROW)):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        yield name


def overflow(page: Page) -> int:
    """By how many pixels a page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))
