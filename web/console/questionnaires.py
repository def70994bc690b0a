"""The office's questionnaires: their versions, tried out; a new file, checked and tried out. Nothing is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from anyio import to_thread
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.i18n import translator
from core.staff.accounts import Staff
from surveys.engine.form import Form
from surveys.xlsform.compile import compile_form, compile_xform
from surveys.xlsform.data import LARGEST_FILE
from surveys.xlsform.errors import FormError, FormErrors
from surveys.xlsform.limits import LARGEST
from web.console import store
from web.console.errors import FileMissing
from web.console.page import console_page
from web.deps import WebDeps
from web.public.reading import Post, read_post
from web.simulator.chat import ChatPreview
from web.simulator.trial import Trial, begin, opened, take, unseal
from web.simulator.view import values_of
from web.site import site_of

HERE = "/console/questionnaires"
FORMS_KEPT = 8


@dataclass(frozen=True)
class Checked:
    """What was found in an uploaded file."""

    name: str
    errors: tuple[FormError, ...] = ()
    stumbles: tuple[FormError, ...] = ()
    warnings: tuple[FormError, ...] = ()


async def list_all(request: Request, staff: Staff) -> Response:
    """The questionnaires of the account's offices, and a place to drop a file."""
    found = await site_of(request).deps.database.aread(lambda session: store.questionnaires(session, staff))
    return console_page(request, staff, "console/questionnaires.html", questionnaires=found)


async def check(request: Request, staff: Staff) -> Response:
    """Says what is wrong with a file and, if it can be used, opens it in the simulator."""
    data = await request.form()
    sent = [one for one in data.getlist("file") if isinstance(one, UploadFile) and one.filename]
    if not sent:
        raise FileMissing
    name, content = sent[0].filename or "", await sent[0].read(LARGEST + 1)
    beside = [one for one in data.getlist("beside") if isinstance(one, UploadFile) and one.filename]
    files = {bare_name(one.filename or ""): await one.read(LARGEST_FILE + 1) for one in beside}
    await data.close()
    try:
        compiled = await to_thread.run_sync(lambda: compile_form(content, name, name=name, version=1, files=files))
    except FormErrors as faults:
        return _checked(request, staff, Checked(name, errors=faults.errors))
    checked = Checked(name, stumbles=compiled.stumbles, warnings=compiled.warnings)
    trial = begin({"xform": compiled.xform, "name": name}, compiled.form, site_of(request).deps.clock.now())
    return _checked(request, staff, checked, trial)


def bare_name(name: str) -> str:
    """The name of a file without the folders that some browsers send."""
    return name.replace("\\", "/").rpartition("/")[2]


async def go_on(request: Request, staff: Staff) -> Response:
    """The next step of an uploaded file's trial."""
    deps, post = site_of(request).deps, read_post(await request.form())
    source, session = unseal(post.text("trial"), deps.links)
    if not {"xform", "name"} <= source.keys():
        return RedirectResponse(HERE, 303)
    form = await to_thread.run_sync(lambda: _compiled(source["xform"], source["name"]))
    trial = take(opened(source, form, session, deps.clock.now()), post, _chat(deps))
    return _checked(request, staff, Checked(source["name"]), trial)


async def lead_back(_: Request, __: Staff) -> Response:
    return RedirectResponse(HERE, 303)


async def try_version(request: Request, staff: Staff) -> Response:
    """A published version in the simulator."""
    deps, version_id = site_of(request).deps, int(request.path_params["version_id"])
    form = await deps.database.aread(lambda session: store.find_form(session, deps.shelf, staff, version_id))
    post = read_post(await request.form()) if request.method == "POST" else None
    trial = _at({"version": version_id}, form, post, deps)
    return _checked(request, staff, Checked(form.title), trial, f"{HERE}/versions/{version_id}/try")


def _at(source: Mapping[str, Any], form: Form, post: Post | None, deps: WebDeps) -> Trial:
    """Where a trial stands: at its beginning, also where the page was another form's."""
    held, session = unseal(post.text("trial"), deps.links) if post else ({}, None)
    if post is None or session is None or held != source:
        return begin(source, form, deps.clock.now())
    return take(opened(source, form, session, deps.clock.now()), post, _chat(deps))


def _checked(
    request: Request, staff: Staff, checked: Checked, trial: Trial | None = None, action: str = f"{HERE}/trial"
) -> Response:
    deps, t = site_of(request).deps, translator(staff.language)
    values = values_of(trial, _chat(deps), deps.links, staff.language) if trial else {}
    told = {kind: [one.to_json(t) for one in getattr(checked, kind)] for kind in ("errors", "stumbles", "warnings")}
    shown = {"checked": checked, "action": action, "has_trial": trial is not None, **told, **values}
    return console_page(request, staff, "console/trial.html", **shown)


def _chat(deps: WebDeps) -> ChatPreview:
    return deps.chat_preview


@lru_cache(FORMS_KEPT)
def _compiled(xform: str, name: str) -> Form:
    return compile_xform(xform, name=name, version=1)
