"""A full quota in the chat: said at once, with the way back to the answers."""

from __future__ import annotations

from surveys.engine.inputs import Answer, Review, Submit
from surveys.responses.shelf import FormShelf
from surveys.responses.tables import Round
from tests.bots.stage import Stage, labels
from tests.responses.desk import Desk

MEMBERS = {"slug": "m", "most": 1, "when": "${member} = 'yes'", "title": {"it": "Soci", "en": "Members & friends"}}


def somebody_else_sends(stage: Stage) -> None:
    desk = Desk(stage.scene, FormShelf())
    begun = desk.begin(stage.participant("first@example.org"))
    for given in (Answer("/data/member", "yes"), Answer("/data/years", "3"), Review(), Submit()):
        desk.give(begun.response_id, given)


async def test_whoever_is_too_late_is_told_and_can_change_an_answer(stage: Stage) -> None:
    stage.scene.change(Round, stage.scene.round_id, quotas=[MEMBERS])
    late = await stage.joined(502)
    await stage.press(late, "Yes")
    somebody_else_sends(stage)
    told = await stage.say(late, "5")
    assert "enough answers of this group" in told["text"] and "Members & friends" in told["text"]
    assert labels(told) == ["⬅️ Back"]
    assert "enough answers" in (await stage.say(late, "/resume"))["text"]
    back = await stage.press(late, "⬅️ Back")
    assert "years" in back["text"]
    refused = await stage.say(late, "no number")
    assert "years" in refused["text"] and "⚠️" in refused["text"]
    member = await stage.say(late, "/back")
    assert "Are you a member?" in member["text"]
    assert "Which axes?" in (await stage.press(late, "No"))["text"]


async def test_a_round_with_all_it_takes_ends_for_everybody(stage: Stage) -> None:
    stage.scene.change(Round, stage.scene.round_id, quotas=[{"slug": "", "most": 1, "when": "", "title": {}}])
    waiting = await stage.joined(503)
    somebody_else_sends(stage)
    told = await stage.press(waiting, "No")
    assert "this questionnaire is complete" in told["text"] and labels(told) == []
    late = await stage.joined(504)
    assert "all the answers it can take" in (await late.bot_messages())[-1]["text"]
