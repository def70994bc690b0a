"""A questionnaire that does not exist in its reader's language says so once, and plainly."""

from __future__ import annotations

from babel import Locale

from core.i18n import Translator
from surveys.engine.dialogue import known_language
from surveys.engine.form import Form


def not_offered(form: Form, t: Translator) -> str:
    """What to say to a reader of `t`'s language; "" where the form has it, or has no languages at all."""
    given = known_language(form, t.language)
    if not form.languages or given[:2] == t.language:
        return ""
    names = Locale.parse(t.language).languages
    return t(
        "This questionnaire does not exist in {wanted}: its questions are shown in {given}.",
        wanted=names[t.language],
        given=names.get(given[:2], given),
    )
