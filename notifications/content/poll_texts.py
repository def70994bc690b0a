"""What people read of a poll that was asked quickly or by a series: the texts beside this file, as drafts have them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import yaml

INVITATION, REMINDER, RESULT = "invitation", "reminder", "result"
FILE = Path(__file__).with_suffix(".yaml")


def texts_for(what: str, languages: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Subject, body and buttons by language; a language that we do not write has none."""
    told = _read()[what]
    buttons = [] if what == RESULT else [{"kind": "poll", "label": ""}]
    return {one: {**told[one], "buttons": buttons, "attachments": []} for one in languages if one in told}


@cache
def _read() -> dict[str, dict[str, dict[str, str]]]:
    found: dict[str, dict[str, dict[str, str]]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return found
