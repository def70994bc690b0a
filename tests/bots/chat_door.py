"""A golden dialogue played in the chat, as a person would: by buttons where there are any, else in words."""

from __future__ import annotations

import re
from collections.abc import Awaitable
from dataclasses import dataclass
from html import unescape
from typing import Any

from sqlalchemy import insert

from bots.participants.callback import Act, Press, Pressed, pack, unpack
from bots.participants.fetching import fetch_due
from core.i18n import LANGUAGE_NAMES
from core.markdown import telegram
from core.people.tables import Participant
from surveys.engine.dialogue import start
from surveys.engine.prompts import CompletePrompt, PausedPrompt, QuestionPrompt, ReviewPrompt
from surveys.engine.show import answers
from surveys.responses.service import Turn, counting
from surveys.responses.tables import Response
from tests.bots.stage import Stage, newest
from tests.support.dialogues import (
    SENT,
    Dialogue,
    Expectation,
    Step,
    compare_answers,
    compare_prompt,
    name_of,
    ref_named,
    same,
)
from tests.support.sandbox import Person

Json = dict[str, Any]
COMMANDS = {"back": "/back", "review": "/review", "pause": "/pause", "resume": "/resume"}
PLAIN = {"confirm": Act.CONFIRM, "skip": Act.SKIP, "submit": Act.SUBMIT, "reopen": Act.REOPEN}


@dataclass
class ChatDoor:
    """One person's chat; `hears` lets the bot take in what was done."""

    stage: Stage
    person: Person
    dialogue: Dialogue

    async def play(self) -> None:
        await self.joins()
        for step in self.dialogue.steps:
            await self.take(step)
        self.compare_kept()

    def compare_kept(self) -> None:
        """Whether what is kept at the end is what the file says."""
        turn = self.stage.turn(self.person)
        counted = {name_of(ref): value for ref, value in counting(turn.session).items()}
        shown = {name_of(ref) for ref in answers(turn.form, turn.session, turn.now)}
        compare_answers(self.dialogue, {name: value for name, value in counted.items() if name in shown})
        if not self.dialogue.is_prepared:  # those were not kept by the service
            assert self.stage.values(self.person) == counted, "what is stored is what counts"

    async def joins(self) -> int:
        """Opens the dialogue by a joining link; the participant."""
        participant = self._somebody()
        await self.act(self.person.says(self.stage.link(participant)))
        await self._compare(0, self.dialogue.opening)
        return participant

    async def take(self, step: Step) -> None:
        """Does a step and compares all that is expected of it."""
        await self._take(step)
        await self._compare(step.line, step.expected)

    async def act(self, doing: Awaitable[object]) -> None:
        await doing
        await self.stage.hears()

    def _somebody(self) -> int:
        """The participant; what the dialogue says is known of them stands in a response begun for them."""
        participant = self.stage.participant()
        self.stage.scene.change(Participant, participant, language=self.dialogue.language)
        if self.dialogue.is_prepared:
            form = self.dialogue.form
            session, _ = start(form, self.dialogue.language, self.dialogue.now, self.dialogue.known)
            row = {
                "round_id": self.stage.scene.round_id,
                "form_version_id": self.stage.scene.form_version_id,
                "subject_kind": "participant",
                "subject": str(participant),
                "participant_id": participant,
                "state": "partial",
                "session": session.to_json(),
                "language": session.language,
                "started_at": self.stage.clock.now(),
                "changed_at": self.stage.clock.now(),
            }
            known = {name: value for name, value in row.items() if name in Response.__table__.columns}
            self.stage.scene.database.write(lambda s: s.execute(insert(Response).values(**known)))
        return participant

    async def _take(self, step: Step) -> None:
        match step.action:
            case "type":
                await self.act(self.person.says(step.argument))
            case "send":
                kind, _, name = step.argument.partition(" ")
                await self.act(self.person.sends_file(kind, name, SENT[kind]))
                assert await fetch_due(self.stage.deps()) == 1
            case "choose":
                await self._choose(step.argument)
            case "tick":
                await self._tick(set(step.items))
            case "rank":
                await self._rank(step.items)
            case "edit":
                await self._press(Act.GO_TO, code=self._codes()[step.argument])
            case "add":
                await self._press(Act.ADD)
            case "through" | "remove":
                await self._instance(step.action, int(step.argument))
            case "language":
                await self.act(self.person.says("/language"))
                await self.act(self.person.presses(LANGUAGE_NAMES[step.argument]))
            case action if action in COMMANDS:
                await self.act(self.person.says(COMMANDS[action]))
            case action:
                await self._press(PLAIN[action])

    async def _choose(self, value: str) -> None:
        prompt = self._question()
        values = [option.value for option in prompt.options]
        if value in values:
            await self._press(Act.CHOOSE, str(values.index(value)))
        else:
            await self._press(Act.VALUE, value)

    async def _tick(self, wanted: set[str]) -> None:
        prompt = self._question()
        for place, option in enumerate(prompt.options):
            if (option.value in wanted) != (option.value in prompt.draft):
                await self._press(Act.TICK, str(place))
        await self._press(Act.CONFIRM)

    async def _rank(self, wanted: tuple[str, ...]) -> None:
        while self._question().draft:
            await self._press(Act.UNDO)
        for value in wanted:
            prompt = self._question()
            if value not in prompt.draft:
                await self._press(Act.RANK, str([option.value for option in prompt.options].index(value)))
        await self._press(Act.CONFIRM)

    async def _instance(self, action: str, position: int) -> None:
        code = self._question().instances[position - 1].code
        if action == "through":
            return await self._press(Act.THROUGH, code)
        await self._press(Act.REMOVE, code)
        assert "🗑" in str((await newest(self.person))["buttons"])
        return await self._press(Act.REMOVE_NOW, code)

    async def _press(self, act: Act, value: str = "", code: str = "") -> None:
        """Presses the button that does this, turning pages to find it.

        One that the chat does not offer is pressed all the same, as a client of somebody's own
        could: it must be refused for the same reason.
        """
        for _ in range(20):
            message = await newest(self.person)
            buttons = [button for row in message["buttons"] for button in row]
            fitting = [one["data"] for one in buttons if _does(unpack(one["data"]), act, value, code)]
            if fitting:
                return await self.act(self.person.presses_data(message["id"], fitting[0]))
            if "▶" not in [button["text"] for button in buttons]:
                break
            await self.act(self.person.presses("▶"))
        turn = self.stage.turn(self.person)
        prompt = turn.prompts[0]
        asked = code or (prompt.code if isinstance(prompt, QuestionPrompt) else "")
        forced = pack(Press(turn.response_id, asked, turn.session.revision, act, value))
        message = await newest(self.person)
        return await self.act(self.person.presses_data(message["id"], forced, force=True))

    def _question(self) -> QuestionPrompt:
        prompt = self.stage.turn(self.person).prompts[0]
        assert isinstance(prompt, QuestionPrompt)
        return prompt

    def _codes(self) -> dict[str, str]:
        prompt = self.stage.turn(self.person).prompts[0]
        assert isinstance(prompt, ReviewPrompt), "edit is for the review"
        return {name_of(item.ref): item.code for item in prompt.items}

    async def _compare(self, line: int, expected: tuple[Expectation, ...]) -> None:
        where = f"{self.dialogue.name}.md:{line}"
        turn, message = self.stage.turn(self.person), await newest(self.person)
        for one in expected:
            if one.what == "accepted":
                ref = ref_named(turn.form, one.name)
                assert same(turn.session.values.get(ref, ""), one.value), where
            elif one.what in {"cleared", "skipped"}:
                ref = ref_named(turn.form, one.name)
                assert ref not in counting(turn.session), where
            elif one.what == "refused":
                told = "⚠️" in message["text"] or (one.name == "not-understood" and "🔎" in message["text"])
                assert told and one.text in message["text"], f"{where}: {message['text']}"
            else:
                compare_prompt(where, one, turn.prompts[0])
        if not any(one.what == "refused" for one in expected):
            assert "⚠️" not in message["text"] or any(one.what == "missing" for one in expected), where
        self._compare_shown(where, turn, message)

    def _compare_shown(self, where: str, turn: Turn, message: Json) -> None:
        """Whether the last message is the prompt that the engine has open."""
        text = message["text"]
        match turn.prompts[0]:
            case QuestionPrompt() as prompt:
                assert _seen(prompt.label, prompt.styled.label) in text, f"{where}: {text}"
                assert _seen(prompt.hint, prompt.styled.hint) in text, f"{where}: {text}"
                assert _seen(prompt.guidance, prompt.styled.guidance) in text, f"{where}: {text}"
                assert all(part in text for part in prompt.part[-1:]), f"{where}: {text}"
            case ReviewPrompt() as prompt:
                assert all(item.label in text and item.answer in text for item in prompt.items[:10]), where
            case CompletePrompt():
                assert "✅" in text, f"{where}: {text}"
            case PausedPrompt():
                assert "⏸" in text, f"{where}: {text}"
        assert message["buttons"], f"{where}: nothing can be pressed"


def _does(found: Pressed | None, act: Act, value: str, code: str) -> bool:
    if not isinstance(found, Press):
        return False
    return (found.act, found.value) == (act, value) and code in {"", found.question}


def _seen(text: str, markdown: str) -> str:
    """What is read of a text; the address of a link is not."""
    return unescape(re.sub(r"</?[a-z][^>]*>", "", telegram(markdown))) if markdown else text.strip()
