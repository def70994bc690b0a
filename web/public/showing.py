"""A response's pages, ready for the templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from core.errors import Problem
from core.i18n import LANGUAGE_NAMES, N_, Translator, translator
from core.ids import Ids, random_number
from core.links import Purpose, in_days
from surveys.engine.events import AnswerRefused
from surveys.engine.form import Form, Kind
from surveys.engine.prompts import CompletePrompt, Page, QuestionPrompt, ReviewPrompt
from surveys.engine.session import Stage
from surveys.engine.show import code
from surveys.responses.languages import not_offered
from surveys.responses.service import Turn, prefilled
from web.public.controls import FIXED, Control, Typed, control_for
from web.public.entry import Entrance, Opening
from web.public.faults import why_refused
from web.public.form_files import files_at
from web.public.matrix import parts_of
from web.public.reading import from_address
from web.site import chosen_language, language_of, site_of
from web.written import day

JOINING_DAYS = 7
NOTICES = {
    "changed": N_("Your answers changed meanwhile in another window or in the chat. Please look them over again."),
    "corrected": N_(
        "The questionnaire was corrected meanwhile, so what you wrote on that page was not kept. Please answer here."
    ),
    "gone": N_("That question is not needed any more after your other answers. This is where you are."),
    "needed": N_("This question still needs your attention before you can send."),
}


@dataclass(frozen=True)
class Step:
    """Numbers of the questions on a page, and how much of the way through the form lies behind."""

    first: int
    last: int
    percent: int

    def say(self, t: Translator) -> str:
        if self.first == self.last:
            return t("Question {number} · {percent}% of the way", number=self.last, percent=self.percent)
        values = {"first": self.first, "last": self.last, "percent": self.percent}
        return t("Questions {first} to {last} · {percent}% of the way", **values)


def page_code(turn: Turn) -> str:
    """The code of the open question, "" in the review and at the end."""
    return code(turn.form, turn.session, turn.session.at)


def show_opening(request: Request, link: Entrance, opening: Opening) -> Response:
    """Before the first answer: what it is about and how to begin."""
    asked = sum(1 for one in opening.form.questions() if one.asked and one.kind is not Kind.NOTE)
    language = language_of(request)
    values = {**_common(request, link, opening.form, language), "round": opening.round, "count": asked}
    values["prefill"] = prefilled(opening.form, from_address(request))
    values["missing"] = not_offered(opening.form, translator(language))
    return site_of(request).page(request, "public/opening.html", **values, closes=_closes(opening, language))


def show_begun(request: Request, link: Entrance, turn: Turn) -> Response:
    """On a device that answers were begun on: whether to go on with them."""
    return site_of(request).page(request, "public/begun.html", **_of_turn(request, link, turn), query=request.url.query)


def show_stopped(request: Request, link: Entrance, turn: Turn) -> Response:
    values = _of_turn(request, link, turn)
    return site_of(request).page(request, "public/stopped.html", **values)


@dataclass(frozen=True)
class Look:
    """What of a response is shown: the page of a question (None: the open one), with what was not kept."""

    ref: str | None = None
    notice: str = ""
    refused: tuple[AnswerRefused, ...] = ()
    unfit: Mapping[str, Problem] = field(default_factory=dict)  # files that were not taken, by reference
    typed: Mapping[str, Typed] = field(default_factory=dict)


def show_turn(request: Request, link: Entrance, turn: Turn, look: Look) -> Response:
    """The page of a question, the review or the end; 422 with what was not kept.

    Where a quota is full for what was answered, that, unless a question is asked for.
    """
    if turn.full is not None and look.ref is None:
        return _show_full(request, link, turn)
    shown = turn.page(look.ref)
    values = {**_of_turn(request, link, turn), "notice": NOTICES.get(look.notice, ""), "shown": shown}
    site = site_of(request)
    if isinstance(shown, CompletePrompt):
        return site.page(request, "public/complete.html", **values)
    if isinstance(shown, ReviewPrompt):
        return site.page(request, "public/review.html", **values)
    controls = controls_of(shown, look, str(values["language"]))
    values |= {
        "controls": controls,
        "parts": parts_of(controls),
        "faults": [one for one in controls if one.error],
        "step": _step(shown.questions),
        "part": shown.questions[0].part if shown.questions else (),
        "previous": code(turn.form, turn.session, shown.previous),
        "editing": turn.session.editing or turn.session.stage is Stage.REVIEW,
        "can_skip": len(controls) == 1 and _can_skip(controls[0]),
    }
    return site.page(request, "public/question.html", 422 if look.refused or look.unfit else 200, **values)


def _show_full(request: Request, link: Entrance, turn: Turn) -> Response:
    shown = turn.page()
    last = shown.previous if isinstance(shown, Page) else shown.items[-1].ref if shown.items else ""
    values = {**_of_turn(request, link, turn), "quota": turn.full, "previous": code(turn.form, turn.session, last)}
    return site_of(request).page(request, "public/full.html", **values)


def controls_of(shown: Page, look: Look, language: str) -> tuple[Control, ...]:
    """The controls of a page, filled and with what is said of each."""
    t = translator(language)
    kinds = {one.ref: one for one in shown.questions}
    errors = {
        one.ref: why_refused(t, one, kinds[one.ref].kind, required=kinds[one.ref].required)
        for one in look.refused
        if one.ref in kinds
    }
    errors |= {ref: problem.say(t) for ref, problem in look.unfit.items()}
    return tuple(
        control_for(
            one,
            language,
            look.typed.get(one.ref),
            errors.get(one.ref, ""),
        )
        for one in shown.questions
    )


def _step(questions: tuple[QuestionPrompt, ...]) -> Step | None:
    counted = [one.progress for one in questions if one.kind not in (Kind.NOTE, Kind.REPEAT)]
    if not counted:
        return None
    return Step(counted[0].number, counted[-1].number, counted[0].percent)


def _can_skip(control: Control) -> bool:
    return not control.prompt.required and control.widget not in FIXED


def _of_turn(request: Request, link: Entrance, turn: Turn) -> dict[str, Any]:
    # A form without languages speaks as its author wrote it; all around it speaks the person's.
    language = _interface(turn.session.language) or language_of(request)
    return {
        **_common(request, link, turn.form, language),
        "round": turn.round,
        "revision": turn.session.revision,
        "version": turn.form_version_id,
        "closes": _closes(turn, language),
        "changing": turn.changing,
        "limit_mb": site_of(request).deps.attachment_limit_mb,
        "files_at": files_at(turn.form_version_id),
    }


def _common(request: Request, link: Entrance, form: Form, language: str) -> dict[str, Any]:
    deps = site_of(request).deps
    return {
        "language": language,
        "link": link,
        "action": link.path + (f"?lang={chosen}" if (chosen := chosen_language(request)) else ""),
        "form": form,
        "key": deps.ids.token(),
        "version": 0,  # an opening page is of none
        "form_languages": [(code, LANGUAGE_NAMES.get(code, code)) for code in form.languages],
        "chat": _chat(request, link, deps.ids),
    }


def _interface(language: str) -> str:
    """The pages' own language for a response's: the same where we have it."""
    return language[:2] if language[:2] in LANGUAGE_NAMES else ""


def _chat(request: Request, link: Entrance, ids: Ids) -> str:
    """An address that opens this questionnaire in the reader's chat, "" where there is none; made anew on each page."""
    deps = site_of(request).deps
    if link.participant_id is None or link.on_behalf_of or link.in_app:
        return ""
    expires = in_days(deps.clock.now(), JOINING_DAYS)
    numbers = (link.participant_id, link.round_id, random_number(ids))
    return deps.urls.join_chat(deps.links.sign(Purpose.JOIN_CHAT, *numbers, expires=expires))


def _closes(of: Opening | Turn, language: str) -> str:
    """The last day on which answers are taken, "" without an end."""
    return day(of.round.last_day, language) if of.round.last_day else ""
