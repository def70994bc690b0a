"""The sandbox's pages: the front page, chat windows and inboxes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from babel.dates import format_time
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from core.clock import local
from core.days import FULL, write_instant
from core.i18n import LANGUAGES, N_, babel_locale, best_language, translator, wanted_languages
from sandbox.clock import ClockApi
from sandbox.mail.replying import recipient_of, reply_to
from sandbox.mail.routes import summary
from sandbox.people.view import chat_view
from sandbox.server.bot import Bot
from sandbox.server.chats import Chat, Person
from sandbox.world import World

TEMPLATES = Path(__file__).parent / "templates"
BOT_TITLES = {"participants": N_("Participants’ chats"), "staff": N_("The office’s chats")}
POLICY = (
    "default-src 'self'; img-src 'self' data:; frame-src 'self'; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'self'"
)


@dataclass
class Pages:
    """Renders a world for people."""

    world: World
    environments: dict[str, Environment] = field(default_factory=dict)  # by language

    def routes(self) -> Iterable[Route]:
        yield Route("/sandbox", self.front)
        yield Route("/telegram/{bot}/people", self.people)
        yield Route("/telegram/{bot}/people/{id:int}", self.chat)
        yield Route("/mail/", self.mailboxes)
        yield Route("/mail", lambda _: RedirectResponse("/mail/"))
        yield Route("/mail/inbox/{address}", self.inbox)
        yield Route("/mail/inbox/{address}/{id:int}", self.letter)
        yield Route("/mail/inbox/{address}/{id:int}/reply", self.reply, methods=["POST"])

    async def front(self, request: Request) -> Response:
        clock = ClockApi(self.world.clock)
        steps = [(3600, "hour"), (24 * 3600, "day"), (7 * 24 * 3600, "week")]
        return self._page(request, "front.html", now=clock.clock.now(), movable=clock.movable, steps=steps)

    async def people(self, request: Request) -> Response:
        """Everybody with a chat; `?start=` goes with whoever is chosen; `?person=` leads to a chat, new or not."""
        bot = self._bot(request)
        if bot is None:
            return self._missing(request)
        start, wanted = request.query_params.get("start", ""), request.query_params.get("person", "")
        if wanted.isdecimal():
            return RedirectResponse(f"/telegram/{bot.name}/people/{int(wanted)}{_query(start)}", status_code=303)
        chats = [chat for number, chat in sorted(bot.chats.items()) if number > 0]
        fresh = max((chat.id for chat in chats), default=0) + 1
        return self._page(request, "people.html", bot=bot, chats=chats, fresh=fresh, start=_query(start))

    async def chat(self, request: Request) -> Response:
        """A chat window; `?start=` is the parameter of the link that led here (Bot API, "Deep linking")."""
        bot = self._bot(request)
        if bot is None:
            return self._missing(request)
        number = request.path_params["id"]
        # Looking at a page makes nobody: the person begins to exist with the first act.
        chat = bot.chats.get(number) or Chat(number, person=Person(number, f"Persona {number}"))
        start = " ".join(["/start", request.query_params.get("start", "")]).strip()
        commands = next(iter(bot.commands.values()), [])
        view = chat_view(bot, chat)
        fresh = start != "/start" or not view["messages"]
        return self._page(request, "chat.html", bot=bot, chat=view, start=start, fresh=fresh, commands=commands)

    async def mailboxes(self, request: Request) -> Response:
        """`?find=` shows the addresses that hold a text."""
        find = request.query_params.get("find", "").strip()
        found = {one: count for one, count in self.world.mail.mailboxes().items() if find.lower() in one.lower()}
        return self._page(request, "mailboxes.html", mailboxes=found, find=find)

    async def inbox(self, request: Request) -> Response:
        address = request.path_params["address"]
        found = reversed(self.world.mail.to(address))
        mails = [summary(mail, mail.letter) | {"at": mail.at, "name": mail.letter.header("From")} for mail in found]
        return self._page(request, "inbox.html", address=address, mails=mails)

    async def letter(self, request: Request) -> Response:
        mail = self.world.mail.find(request.path_params["id"])
        if mail is None:
            return self._missing(request)
        address = request.path_params["address"]
        values = {"address": address, "mail": mail, "letter": mail.letter, "answers": recipient_of(mail)}
        return self._page(request, "letter.html", **values, replied="replied" in request.query_params)

    async def reply(self, request: Request) -> Response:
        """What the person whose inbox it is answers; an empty answer says nothing."""
        mail, address = self.world.mail.find(request.path_params["id"]), request.path_params["address"]
        if mail is None or not recipient_of(mail):
            return self._missing(request)
        here = f"/mail/inbox/{quote(address)}/{mail.id}"
        words = str((await request.form()).get("words", "")).strip()
        if not words:
            return RedirectResponse(here, 303)
        self.world.post(address, recipient_of(mail), reply_to(mail, address, words, self.world.clock))
        return RedirectResponse(f"{here}?replied=1", 303)

    def _environment(self, language: str) -> Environment:
        """The templates in a language; the world's own where nobody asks for one."""
        if language in self.environments:
            return self.environments[language]
        environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters |= {"moment": partial(self._moment, language), "hour": partial(self._hour, language)}
        t = translator(language)
        titles = {name: t(title) for name, title in BOT_TITLES.items()}
        environment.globals |= {"t": t, "language": language}
        environment.globals["bot_title"] = lambda name: titles.get(name) or t("Chats with {bot}", bot=name)
        self.environments[language] = environment
        return environment

    def _moment(self, language: str, instant: datetime) -> str:
        return write_instant(local(instant, self.world.zone), f"{FULL}, HH:mm", language)

    def _hour(self, language: str, instant: str) -> str:
        there = local(datetime.fromisoformat(instant), self.world.zone)
        return format_time(there, "HH:mm", locale=babel_locale(language))

    def _page(self, request: Request, name: str, status: int = 200, **values: Any) -> Response:
        """In the language that the browser prefers of those there are, else in the world's."""
        wanted = wanted_languages(request.headers.get("accept-language", ""))
        environment = self._environment(best_language(wanted, (self.world.language, *LANGUAGES)))
        html = environment.get_template(name).render(world=self.world, **values)
        headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store", "Vary": "Accept-Language"}
        return HTMLResponse(html, status, headers)

    def _missing(self, request: Request) -> Response:
        return self._page(request, "missing.html", 404)

    def _bot(self, request: Request) -> Bot | None:
        return self.world.bots.get(request.path_params["bot"])


def _query(start: str) -> str:
    return f"?start={start}" if start.replace("-", "").replace("_", "").isalnum() else ""
