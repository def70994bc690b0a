"""The texts of the ready set, in every language, as files like those of a package."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from core.faults import Faults
from core.i18n import LANGUAGES
from notifications.message_texts import read_message

FOLDER = Path(__file__).parent / "texts"
ANSWER = "answer"


def ready_texts(name: str, languages: Iterable[str], *, with_answer: bool = True) -> dict[str, dict[str, Any]]:
    """A mailing's texts by language, as a package writes them; `with_answer` where there is a questionnaire."""
    texts = {}
    for language in languages:
        if language in LANGUAGES:
            text = _read(name, language)
            buttons = [dict(one) for one in text["buttons"] if with_answer or one["kind"] != ANSWER]
            texts[language] = {**text, "buttons": buttons}
    return texts


@cache
def _read(name: str, language: str) -> dict[str, Any]:
    file, faults = f"{name}.{language}.md", Faults()
    text = read_message(file, (FOLDER / file).read_text(encoding="utf-8"), faults)
    faults.check()
    assert text is not None
    return text
