"""Whoever joins from the page of a public event comes to the reply for it: on the page, and in the chat."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiogram import Bot
from structlog.testing import capture_logs

from core.people.from_event import event_in, with_event, without_event
from core.process.tables import Event
from tests.bots.stage import Stage as Chatting
from tests.bots.stage import labels
from tests.events.scene import add_event, replies
from tests.joining.stage import Stage
from tests.web.reader import Reader

sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
async def bot(stage: Stage) -> AsyncIterator[Bot]:
    with capture_logs():
        async with stage.sandbox.bot() as made:
            yield made


def join_link(stage: Stage, query: str = "") -> str:
    page = Reader(stage.http, f"/e/metro/launch{query}")
    return str(page.page.xpath("string(//main//a[starts-with(@href, '/join/')]/@href)"))


@sqlite_only
async def test_who_joins_from_an_event_says_at_once_whether_they_come(stage: Stage) -> None:
    event = add_event(stage.scene)
    link = join_link(stage, "?from=s-abc23")
    assert link == f"/join/metro?from=s-abc23-e{event}"
    stage.asks(query=link.removeprefix("/join/metro"))
    page = await stage.confirms()
    assert "You came for Launch event." in page.at.text
    (member,) = stage.members()
    assert member.source == "joined by themselves: s-abc23", "links are counted as before"
    page.open(str(page.page.xpath("string(//main//a[starts-with(@href, '/events/')]/@href)")))
    page.press("in-person")
    assert replies(stage.scene.database) == {member.participant_id: ("in-person", "web", 0)}


@sqlite_only
async def test_nobody_is_led_to_a_meeting_or_an_event_that_is_over(stage: Stage) -> None:
    event = add_event(stage.scene)
    stage.asks(query=f"?from=e{event}")
    page = await stage.confirms()
    assert "/events/" in page.at.text
    for values in (
        {"invited_only": True},
        {"cancelled": True},
        {"kind": "meeting"},
        {"starts_local": "2023-07-01T10:00"},
    ):
        usual = {"invited_only": False, "cancelled": False, "kind": "event", "starts_local": "2023-07-20T10:00"}
        stage.scene.change(Event, event, **{**usual, **values})
        assert "/events/" not in page.open(page.path).text, values


@sqlite_only
async def test_in_the_chat_the_invitation_stands_below_the_thanks(stage: Stage, bot: Bot) -> None:
    event = add_event(stage.scene)
    page = Reader(stage.http, join_link(stage))
    start = str(page.page.xpath("string(//a[contains(@href, 'start=join-metro')]/@href)")).partition("start=")[2]
    assert start == f"join-metro__e{event}"
    chat = Chatting(stage.scene, stage.sandbox, bot, stage.clock, stage.web.deps.links)
    person = await chat.person(7)
    await chat.say(person, f"/start {start}")
    await chat.press(person, "Events and meetings")
    shown = await chat.press(person, "I agree and join")
    assert "You came for this event." in shown["text"] and "I come" in labels(shown)
    await chat.press(person, "I come")
    (member,) = stage.members()
    assert replies(stage.scene.database) == {member.participant_id: ("in-person", "chat", 0)}
    assert member.source == "joined by themselves"


def test_an_event_stands_behind_where_somebody_came_from() -> None:
    for tag in ("", "s-abc", "library-7"):
        assert (without_event(with_event(tag, 12)), event_in(with_event(tag, 12))) == (tag, 12)
    assert with_event("x" * 40, 12) == "e12"
    assert (without_event("library-7"), event_in("library-7"), event_in("e0")) == ("library-7", 0, 0)
