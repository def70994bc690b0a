"""What people read of a questionnaire that comes back: the texts beside this file, as drafts have them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import yaml

INVITATION, REMINDER = "invitation", "reminder"
FILE = Path(__file__).with_suffix(".yaml")


def round_texts_for(what: str, languages: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Subject, body and the button to the questionnaire by language; a language that we do not write has none."""
    told = _read()[what]
    return {
        one: {
            "subject": told[one]["subject"],
            "body": told[one]["body"],
            "buttons": [{"kind": "answer", "label": told[one]["label"]}],
            "attachments": [],
        }
        for one in languages
        if one in told
    }


@cache
def _read() -> dict[str, dict[str, dict[str, str]]]:
    found: dict[str, dict[str, dict[str, str]]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return found
