"""Pages out of templates, in the reader's language and under an office's name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from core.clock import last_day
from core.i18n import LANGUAGE_NAMES, LANGUAGES, best_language, pick_text, translator, wanted_languages
from core.people.self_joined import safe_tag
from surveys.polls.ballot import in_words
from surveys.polls.published import NOBODY_VOTED
from web.assets import Assets
from web.deps import WebDeps
from web.said import bubble, said, told
from web.written import (
    day,
    hours,
    span,
    weekday,
    write_city,
    write_in_words,
    write_mean,
    write_moment,
    write_number,
    write_size,
)

TEMPLATES = Path(__file__).parent / "templates"
HOME_LANGUAGE = "it"


@dataclass(frozen=True)
class OfficeName:
    """What a page's header and footer say of the office."""

    name: str = "Ascolto"
    contact_email: str = ""
    address: str = ""
    join: str = ""  # where people join by themselves, "" where they cannot
    languages: tuple[str, ...] = tuple(LANGUAGES)  # those that people are offered


@dataclass(frozen=True)
class Pages:
    """Renders pages; one for each application."""

    assets: Assets
    environment: Environment
    limit_mb: int  # of what a page may send

    def page(self, request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """A page; `values` may set `language` and `office`, otherwise the request decides."""
        language = values.pop("language", "") or language_of(request)
        office = values.pop("office", None) or getattr(request.state, "office", None) or OfficeName()
        t, came_from = translator(language), safe_tag(request.query_params.get("from", ""))
        context = {
            "t": t,
            "language": t.language,
            "office": office,
            "chosen": chosen_language(request),
            "offered": [one for one in LANGUAGES if one in {*office.languages, t.language, own_language(request)}],
            "path": request.url.path,
            "came_from": came_from,
            "kept_query": f"&from={came_from}" if came_from else "",
            **values,
        }
        text = self.environment.get_template(template).render(context)
        headers = {"Content-Language": t.language, "Vary": "Accept-Language"}
        return HTMLResponse(text, status, headers=headers)


@dataclass(frozen=True)
class Site(Pages):
    """The pages of the service, with what they stand on."""

    deps: WebDeps


def create_site(deps: WebDeps) -> Site:
    """Raises AssetsMissing before the front-end files are installed."""
    pages = create_pages(deps.upload_limit_mb)
    return Site(pages.assets, pages.environment, pages.limit_mb, deps)


def create_pages(limit_mb: int) -> Pages:
    """Raises AssetsMissing before the front-end files are installed."""
    assets = Assets()
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.globals |= {"asset": assets.url, "languages": LANGUAGES, "language_names": LANGUAGE_NAMES}
    environment.globals["nobody_voted"] = NOBODY_VOTED
    environment.filters |= {"day": day, "span": span, "weekday": weekday, "moment": write_moment, "hours": hours}
    environment.filters["last_day"] = last_day
    environment.filters |= {
        "pick": pick_text,
        "webcal": webcal,
        "number": write_number,
        "mean": write_mean,
        "size": write_size,
        "in_words": write_in_words,
        "city": write_city,
        "said": said,
        "told": told,
        "bubble": bubble,
        "vote_in_words": in_words,
    }
    return Pages(assets, environment, limit_mb)


def webcal(address: str) -> str:
    """The address under which systems open a calendar to subscribe to."""
    return f"webcal://{address.partition('://')[2]}"


def site_of(request: Request) -> Site:
    return cast("Site", request.app.state.site)


def pages_of(request: Request) -> Pages:
    return cast("Pages", request.app.state.site)


def remember_reader(request: Request, language: str, office: OfficeName | None = None) -> None:
    """Notes whose page it is, for this request's error pages too."""
    request.state.language = language
    if office is not None:
        request.state.office = office


def chosen_language(request: Request) -> str:
    """The language asked for in the address, "" where none is."""
    asked = request.query_params.get("lang", "")
    return asked if asked in LANGUAGES else ""


def language_of(request: Request) -> str:
    """By the address, else the participant's, else what the browser prefers, else the home language."""
    return chosen_language(request) or own_language(request)


def own_language(request: Request) -> str:
    """The participant's, else what the browser prefers, else the home language."""
    return getattr(request.state, "language", "") or best_language(
        wanted_languages(request.headers.get("accept-language", "")), (HOME_LANGUAGE, *LANGUAGES)
    )
