"""Options with pictures: sent and described in the console, in the chat above the poll and numbered as its buttons."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import httpx
import pytest
from lxml import html

from core.file_contents import keep_content
from core.media_types import sniff
from core.staff.roles import Role
from surveys.polls.kinds import Kind, State
from surveys.polls.making import open_poll
from surveys.polls.option_pictures import type_of
from surveys.polls.poll import Picture, Poll
from surveys.polls.store import load_poll
from tests.bots.stage import Json, Stage, labels, newest
from tests.console.conftest import SignIn, scene, sign_in, web
from tests.dates.test_chat import somebody
from tests.dates.test_console import acts
from tests.polls.scene import add, define, named
from tests.responses.scene import Scene
from tests.support.attachments import png
from tests.support.bot_stage import quiet, sandbox, stage

__all__ = ["quiet", "sandbox", "scene", "sign_in", "stage", "web"]  # fixtures

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the service has both
PARK, SQUARE = png(40, 30), png(30, 40)
WORDS = {"shows-A-it": "Un prato", "shows-A-en": "A meadow", "shows-A-fr": "Un pré"}


def send(client: httpx.Client, here: str, files: dict[str, Any], **data: str) -> httpx.Response:
    token = html.fromstring(client.get(here).text).xpath("string(//input[@name='token']/@value)")
    return client.post(here, data={"token": token, **data}, files=files or {"none": ("", b"")})


def test_pictures_are_sent_described_changed_and_taken_away(scene: Scene, sign_in: SignIn) -> None:
    poll = add(scene, define(Kind.SINGLE), opened=False)
    client, here = sign_in("organiser"), f"/console/polls/{poll.id}/option-pictures"

    def standing() -> list[Picture | None]:
        kept = scene.database.read(lambda s: load_poll(s, poll.id))
        return [one.picture for one in kept.definition.options]

    assert here in client.get(f"/console/polls/{poll.id}").text
    script = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    for content in (script, b"%PDF-1.4", b""):
        refused = send(client, here, {"picture-A": ("park.png", content, "image/png")}, **WORDS)
        assert refused.status_code == 422 and "park.png cannot be shown" in refused.text, content[:9]
        assert "A meadow" in refused.text and standing() == [None, None, None]
    assert type_of(PARK + b"\0" * (2 * 1024 * 1024)) == "" and type_of(PARK) == "image/png"
    mute = send(client, here, {"picture-A": ("p", PARK)}, **WORDS | {"shows-A-en": " "})
    assert mute.status_code == 422 and "needs words in English" in mute.text and "is in this form" in mute.text
    kept = html.fromstring(mute.text).xpath("string(//input[@name='kept-A']/@value)")
    assert send(client, here, {}, **WORDS | {"kept-A": "0" * 64}).url.path == f"/console/polls/{poll.id}"
    assert standing() == [None, None, None], "a picture that nobody sent is none"
    done = send(client, here, {}, **WORDS, **{"kept-A": str(kept)})
    assert done.url.path == f"/console/polls/{poll.id}" and 'alt="A meadow"' in done.text
    (shown, *others) = standing()
    assert shown is not None and others == [None, None] and dict(shown.words)["it"] == "Un prato"
    seen = client.get(f"{here}/A")
    assert (
        seen.content == PARK
        and seen.headers["content-type"] == "image/png"
        and client.get(f"{here}/B").status_code == 404
    )
    two = {"picture-B": ("s.png", SQUARE), "picture-A": ("park.jpg", SQUARE)}
    send(client, here, two, **WORDS, **{f"shows-B-{one}": "x" for one in ("it", "en", "fr")})
    assert [one and one.sha256 for one in standing()[:2]] == [one and one.sha256 for one in standing()[1::-1]]
    send(client, here, {}, **WORDS, **{"kept-A": str(kept), "remove-A": "yes"})
    assert standing() == [None, None, None]
    assert "poll.changed" in acts(scene, "poll.")
    scene.database.write(lambda s: open_poll(s, poll.id, scene.now))
    assert "has been opened" in client.get(here).text
    assert send(client, here, {"picture-A": ("p.png", PARK)}, **WORDS).status_code == 409 and standing()[0] is None
    reader = sign_in(Role.READER)
    assert [reader.get(one).status_code for one in (here, f"{here}/A")] == [403, 404], "there is no picture any more"


def pictured(stage: Stage, new: Any) -> Poll:
    found = []
    for one, content in zip(new.options, (PARK, SQUARE), strict=False):
        known = stage.scene.database.write(partial(keep_content, content=content))
        words = {"it": f"{one.name} it", "en": f"What {one.name} shows", "fr": f"{one.name} fr"}
        found.append(replace(one, picture=Picture(known, sniff(content), words)))
    return add(stage.scene, replace(new, options=(*found, *new.options[2:])))


def pictures(messages: list[Json]) -> list[str]:
    return [one["text"] for one in messages if one["media"]]


async def test_the_chat_shows_them_above_the_poll_numbered_as_its_buttons(stage: Stage) -> None:
    _, person = await somebody(stage)
    poll = pictured(stage, named())
    shown = await stage.say(person, f"/vote {poll.code}")
    told = await person.bot_messages()
    assert pictures(told) == ["1) Park\nWhat A shows", "2) Square\nWhat B shows"]
    assert labels(shown) == ["1) Park", "2) Square", "3) School"] and told[-1] == shown, "the poll below its pictures"
    voted = await stage.press(person, "2) Square")
    assert "your vote: Square" in voted["text"] and voted["id"] == shown["id"]
    assert len(await person.bot_messages()) == len(told), "they are shown once, and the poll is edited in place"
    kept = len(stage.sandbox.world.bots["participants"].files.kept)
    await stage.say(person, f"/vote {poll.code}")
    assert len(stage.sandbox.world.bots["participants"].files.kept) == kept, "Telegram has them already"


async def test_in_an_order_of_ones_own_and_in_a_ranking_the_numbers_stay_with_the_pictures(stage: Stage) -> None:
    _, person = await somebody(stage)
    poll = pictured(stage, define(Kind.RANKING, rules={"shuffled": True}))
    shown = await stage.say(person, f"/vote {poll.code}")
    buttons = labels(shown)
    captions = [one.split("\n")[0] for one in pictures(await person.bot_messages())]
    assert set(captions) < set(buttons) and len(captions) == 2 and poll.state is State.OPEN
    drafted = await stage.press(person, buttons[2])
    assert labels(drafted)[2] == f"1. {buttons[2]}" and (await newest(person))["id"] == shown["id"]
