"""What people are told of a room and of their table, as it reaches them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.notices import News, tell
from core.process.attendance import Given, reply
from core.process.room.seating import announce, deal
from notifications.channels.telegram import TelegramChannel
from notifications.content.email import compile_mail
from notifications.content.notices import NOTICES, notice_text
from notifications.content.telegram import compile_chat
from notifications.content.text import Setting
from notifications.planning.notices import plan_notices
from notifications.sending.loop import Pace, Sender, SenderDeps
from tests.bots.stage import Stage, labels
from tests.notifications.sending import VOICE
from tests.room.hall import open_room, set_tables
from tests.room.test_chat import participant_of
from tests.support.bot_stage import quiet, sandbox, stage
from tests.support.sandbox import TOKENS

__all__ = ["quiet", "sandbox", "stage"]  # fixtures
KINDS = ("room-open", "table-wishes", "table-assigned")


async def test_each_reaches_the_chat_with_its_button(stage: Stage) -> None:
    scene, now = stage.scene, stage.clock.now()
    room = open_room(scene)
    event = room.event.id
    set_tables(scene, event, ("Green & <b>blue</b>", 1, 4))
    person = await stage.joined()
    participant = participant_of(stage, person)
    given = Given(event, participant, "in-person", "web", invited=True)
    scene.database.write(lambda s: reply(s, given, now))
    scene.database.write(lambda s: deal(s, room.event))
    scene.database.write(lambda s: announce(s, room.event, now))
    more: dict[str, dict[str, str | int]] = {"room-open": {"code": room.code}}
    for kind in KINDS[:2]:
        values: dict[str, str | int] = {"event_id": event, **more.get(kind, {})}
        news = News(kind, "1", participant, office_id=scene.office_id, values=values)
        scene.database.write(lambda s, news=news: tell(s, news, now))  # type: ignore[misc]
    scene.database.write(lambda s: plan_notices(s, now))
    channel = TelegramChannel(TOKENS["participants"], stage.sandbox.addresses.telegram)
    sender = Sender(
        SenderDeps(
            database=scene.database, clock=stage.clock, links=stage.links, voice=VOICE, channels=(channel,),
            paces={"telegram": Pace(1000)}, name="sender",
        )
    )  # fmt: skip
    for _ in KINDS:
        await sender.one_group(channel)
        stage.clock.advance(timedelta(seconds=2))  # a chat gets no two messages a second
    await channel.close()
    assigned, opened, wishes = (await person.bot_messages())[-3:]
    assert f"The code of the room is {room.code}." in opened["text"] and labels(opened) == ["Ask a question"]
    assert "which theme you would like best" in wishes["text"]
    assert "/tables/" in wishes["buttons"][0][0]["url"]
    assert "your table is number 1: Green & <b>blue</b>" in assigned["text"] and "10:00" in assigned["text"]
    await stage.press(person, "Ask a question")
    assert "No event at which you can ask questions" in (await person.bot_messages())[-1]["text"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["it", "en", "fr"])
def test_in_every_language_by_mail_and_in_chat(kind: str, language: str) -> None:
    text = notice_text(kind, language)
    filled = {name: f"<{name}>" for name in NOTICES[kind].variables}
    setting = Setting("ascolto@example.org", is_notice=True, has_chat=True, fixed=filled)
    compile_mail(text, setting, has_name=True)
    said = "".join(one.fill({}) for one in compile_chat(text, setting, has_name=True).texts)
    assert all(f"&lt;{name}&gt;" in said for name in NOTICES[kind].variables)
