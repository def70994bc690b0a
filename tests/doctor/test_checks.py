"""Checks side by side: none fails the others, none keeps anybody waiting."""

from __future__ import annotations

import asyncio
import importlib
import pkgutil
import time

import cli.doctor
import notifications.deliverability
from cli.doctor import checks
from cli.doctor.checks import Check, run_checks
from cli.doctor.showing import STATES, TITLES
from core.errors import SettingWrong
from core.findings import Finding, Judgement, Said, State, quote
from core.i18n import translator
from notifications.deliverability.questions import Kind, NoAnswer, Question

GOOD = Judgement("disk", State.OK, "There is room.")


async def good() -> list[Finding]:
    return [GOOD.of()]


async def hangs() -> list[Finding]:
    await asyncio.to_thread(time.sleep, 30)
    return []


async def fails() -> list[Finding]:
    raise RuntimeError("a \x1b[31msurprise")


async def silent() -> list[Finding]:
    raise NoAnswer(Question("example.org", Kind.TXT), "LifetimeTimeout")


async def problem() -> list[Finding]:
    raise SettingWrong(name="ASCOLTO_X", said="no")


def test_what_hangs_or_fails_is_said_and_the_others_are_told() -> None:
    begun = time.monotonic()
    looks = {"clock": hangs, "database": fails, "spf": silent, "smtp": problem, "disk": good}
    found = asyncio.run(run_checks([Check(name, look) for name, look in looks.items()], limit=0.5))
    assert time.monotonic() - begun < 10  # and not the thirty of the thread that hangs
    assert [one.check for one in found] == list(looks)
    assert [one.state for one in found] == [State.UNKNOWN] * 3 + [State.WRONG, State.OK]
    texts = [one.message.say(translator("en")) for one in found]
    assert "surprise" in texts[1] and "\x1b" not in texts[1]
    assert "example.org" in texts[2]
    assert isinstance(found[0].message, Said) and found[0].message.text == checks.TOO_LONG


def test_every_check_has_a_title_and_every_state_a_name() -> None:
    names = set()
    for package in (cli.doctor, notifications.deliverability):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            for value in vars(importlib.import_module(module.name)).values():
                if isinstance(value, Judgement):
                    names.add(value.check)
    assert names == set(TITLES)
    assert set(STATES) == set(State)


def test_what_others_say_is_quoted_harmlessly() -> None:
    assert quote("\x1b]0;title\x07 a\nb\u202e") == " ]0;title  a b "
    assert quote("x" * 301) == f"{'x' * 300}…"
    braces = Said("{said}", {"said": "{0.__class__}"})
    assert braces.say(translator("it")) == "{0.__class__}"
