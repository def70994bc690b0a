"""Findings as a list for people, and for machines."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from rich.console import Console
from rich.text import Text

from core.findings import Finding, State
from core.i18n import N_, Translator

TITLES = {
    "settings": N_("Settings"),
    "time-zone": N_("Time zones"),
    "clock": N_("Clock"),
    "disk": N_("Disk"),
    "database": N_("Database"),
    "telegram": N_("Telegram"),
    "smtp": N_("Mail relays"),
    "incoming-mail": N_("Incoming mail"),
    "dns": N_("Mail in the DNS"),
    "spf": N_("SPF: who may send in your name"),
    "dkim": N_("DKIM: signatures"),
    "dmarc": N_("DMARC: what becomes of forged mails"),
    "mx": N_("MX: where bounces and answers go"),
    "reverse": N_("Names of the relays' addresses"),
}
STATES = {
    State.OK: N_("in order"),
    State.WARNING: N_("to look at"),
    State.WRONG: N_("wrong"),
    State.UNKNOWN: N_("not known"),
}
STYLES = {State.OK: "green", State.WARNING: "yellow", State.WRONG: "bold red", State.UNKNOWN: "cyan"}
MARGIN = " " * 4


def show(findings: Sequence[Finding], out: Console, t: Translator) -> None:
    """Never cuts a line: what is to be published is copied from here."""
    for check, group in groupby(findings, key=lambda one: one.check):
        _print(out, Text(t(TITLES[check]), style="bold"))
        for finding in group:
            _show(finding, out, t)
    counts = Counter(finding.state for finding in findings)
    _print(out, Text())
    parts = (f"{t(STATES[state])}: {counts[state]}" for state in STATES)
    _print(out, Text(", ".join(parts), style=STYLES[State.WRONG if counts[State.WRONG] else State.OK]))


def as_json(findings: Sequence[Finding], t: Translator) -> str:
    state = State.WRONG if any(one.state is State.WRONG for one in findings) else State.OK
    return json.dumps({"state": state, "findings": [_as_dict(one, t) for one in findings]}, ensure_ascii=False)


def _as_dict(finding: Finding, t: Translator) -> dict[str, Any]:
    return {
        "check": finding.check,
        "state": finding.state,
        "message": finding.message.say(t),
        "advice": finding.advice.say(t) if finding.advice else "",
        "lines": list(finding.lines),
    }


def _show(finding: Finding, out: Console, t: Translator) -> None:
    state = Text(f"  {t(STATES[finding.state])}: ", style=STYLES[finding.state])
    _print(out, state.append(finding.message.say(t), style="default"))
    if finding.advice:
        _print(out, Text(MARGIN + finding.advice.say(t)))
    for line in finding.lines:
        _print(out, Text(MARGIN + line, style="bold"))


def _print(out: Console, text: Text) -> None:
    out.print(text, soft_wrap=True, highlight=False)
