"""Compiled forms, kept at hand: a published form never changes, so a copy is never stale."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.engine.form import Form
from surveys.engine.machine import machine
from surveys.responses.errors import FormUnknown
from surveys.responses.tables import FormVersion, Questionnaire
from surveys.xlsform.xform import read_xform


class FormShelf:
    """Compiled forms by form version, those used longest ago dropped first; safe among threads."""

    def __init__(self, capacity: int = 64) -> None:
        self._capacity = capacity
        self._forms: OrderedDict[int, Form] = OrderedDict()
        self._lock = Lock()

    def get(self, session: Session, form_version_id: int) -> Form:
        """The form of a version; raises FormUnknown where there is none."""
        with self._lock:
            form = self._forms.get(form_version_id)
            if form is not None:
                self._forms.move_to_end(form_version_id)
                return form
        return self._put(form_version_id, _compile(session, form_version_id))

    def _put(self, form_version_id: int, form: Form) -> Form:
        with self._lock:  # whoever came first is kept, so that all share one compiled form
            form = self._forms.setdefault(form_version_id, form)
            self._forms.move_to_end(form_version_id)
            while len(self._forms) > self._capacity:
                self._forms.popitem(last=False)
        return form


def _compile(session: Session, form_version_id: int) -> Form:
    found = session.execute(
        select(FormVersion.xform, FormVersion.version, Questionnaire.slug)
        .join(Questionnaire, Questionnaire.id == FormVersion.questionnaire_id)
        .where(FormVersion.id == form_version_id)
    ).one_or_none()
    if found is None:
        raise FormUnknown
    form = read_xform(found.xform, found.slug, found.version)
    machine(form)  # expressions are compiled here, not at the first person's first answer
    return form
