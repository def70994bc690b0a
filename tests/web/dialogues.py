"""Plays the golden dialogues through the pages, with scripts off.

A conversation asks one question after the other; a page may hold several. What is answered on
one page is gathered and posted together, as a person would.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import httpx
from sqlalchemy.orm import Session as DatabaseSession

from core.i18n import translator
from surveys.engine.dialogue import resume, start
from surveys.engine.events import AnswerRefused, Fault
from surveys.engine.form import Kind, Question
from surveys.engine.machine import machine
from surveys.engine.prompts import CompletePrompt, Page, PausedPrompt, ReviewPrompt
from surveys.engine.session import Session, Stage
from surveys.engine.show import code, find, page
from surveys.responses import store
from surveys.responses.media import MEDIA
from surveys.responses.rounds import SubjectKind
from surveys.responses.service import counting
from surveys.responses.store import Changes, Subject
from tests.responses.scene import Scene
from tests.support.dialogues import SENT, Dialogue, Expectation, Step, inputs_of, name_of, ref_named, same
from tests.support.web import RunningWeb
from tests.web.reader import Fields, Files, Reader
from web.public.controls import FILE, REMOVE, field_name
from web.public.faults import why_refused
from web.public.places import PARTS

ANSWERING = ("type", "send", "choose", "tick", "rank", "confirm", "skip")
CHOSEN = (Kind.SELECT_ONE, Kind.SELECT_MULTIPLE, Kind.RANK, Kind.ACKNOWLEDGE)


@dataclass
class Player:
    """Goes through one dialogue; the pure engine beside it tells which question each step is about."""

    dialogue: Dialogue
    reader: Reader
    pure: Session
    gathered: Fields = field(default_factory=dict)
    files: Files = field(default_factory=dict)
    refused: tuple[AnswerRefused, ...] = ()

    def play(self) -> None:
        self.check(self.dialogue.opening, 0)
        for step in self.dialogue.steps:
            before = self.pure
            self.refused = ()
            for given in inputs_of(self.dialogue.form, self.pure, step):
                self.pure, events = resume(self.dialogue.form, self.pure, given, self.dialogue.now)
                self.refused += tuple(event for event in events if isinstance(event, AnswerRefused))
            if self.do(step, before):
                self.check(step.expected, step.line)

    def do(self, step: Step, before: Session) -> bool:
        """Does a step on the page; False where nothing is to be seen of it yet, or it is of chats only."""
        if step.action in ANSWERING:
            return self.answer(step, before)
        match step.action:
            case "back":
                self.back()
            case "edit":
                self.reader.post(f"edit:{self.code(before, ref_named(self.dialogue.form, step.argument))}")
            case "add":
                self.reader.press(f"add:{self.code(before, before.at)}")
            case "through" | "remove":
                self.reader.press(f"{step.action}:{self.code(before, f'{before.at}[{step.argument}]')}")
            case "language":
                self.reader.press(f"language:{step.argument}")
            case _:
                self.reader.post(step.action)
        return True

    def back(self) -> None:
        found = [do for do in self.reader.buttons() if do == "review" or do.startswith("back:")]
        if found:
            self.reader.press(found[0])

    def answer(self, step: Step, before: Session) -> bool:
        question = find(self.dialogue.form, before, self.code(before, before.at))
        assert question is not None
        typed_choice = step.action == "type" and question.kind in CHOSEN
        if typed_choice and self.refused:
            return False  # words that a chat must understand; a page offers the choices
        if step.action == "send":
            kind, _, filename = step.argument.partition(" ")
            self.files[f"{field_name(self.code(before, before.at))}{FILE}"] = (filename, SENT[kind])
        else:
            self.gathered |= self.fields_of(question, step)
        on_page = str(self.reader.fields()["on"]).split(",")
        if self.pure.stage is Stage.ASKING and self.code(self.pure, self.pure.at) in on_page and not self.refused:
            return False
        self.reader.send({**self.reader.fields(), **self.gathered}, self.files)
        self.gathered, self.files = {}, {}
        return True

    def fields_of(self, question: Question, step: Step) -> Fields:
        """What a step fills in."""
        number = self.code(self.pure, question.ref)
        name, meant = field_name(number), self.pure.values.get(question.ref, "")
        if step.action == "confirm" and question.kind is not Kind.ACKNOWLEDGE:
            return {}
        if question.kind in (Kind.NOTE, Kind.REPEAT):
            return {}
        if question.kind is Kind.RANK:
            order = {"rank": step.items, "skip": ()}.get(step.action, tuple(meant.split()))
            offered = [key for key in self.reader.fields() if key.startswith(f"{name}.")]
            return {**dict.fromkeys(offered, ""), **{f"{name}.{one}": str(place) for place, one in enumerate(order, 1)}}
        if question.kind is Kind.SELECT_MULTIPLE:
            ticked = step.items if step.action == "tick" else meant.split()
            return {name: [one for one in self.reader.options(number) if one in ticked]}  # as browsers send them
        if question.kind is Kind.GEOPOINT:
            numbers = [] if step.action == "skip" else step.argument.split()
            boxes = PARTS if len(numbers) in (2, 4) else PARTS[:1]
            return {f"{name}.{part}": " ".join(numbers) if boxes == PARTS[:1] else number
                    for part, number in zip(boxes, numbers or [""], strict=False)}  # fmt: skip
        if step.action == "skip":
            return {f"{name}{REMOVE}": "1"} if question.kind in MEDIA else {name: ""}
        if question.kind is Kind.ACKNOWLEDGE:
            return {name: "OK"}
        return {name: meant if question.kind in CHOSEN and step.action == "type" else step.argument}

    def code(self, session: Session, ref: str) -> str:
        return code(self.dialogue.form, session, ref)

    def check(self, expected: tuple[Expectation, ...], line: int) -> None:
        """Whether the page shows what the step expects, and its errors are the engine's."""
        where = f"{self.dialogue.name}.md:{line} {self.reader.at.url}"
        shown = page(self.dialogue.form, self.pure, None, self.dialogue.now)
        layout = machine(self.dialogue.form).layout(self.pure.counts)
        kinds = {one.ref: one.kind for one in layout.asked}
        at = page(self.dialogue.form, self.pure, self.refused[0].ref if self.refused else None, self.dialogue.now)
        needed = {one.ref for one in at.questions if one.required} if isinstance(at, Page) else set()
        t = translator(self.pure.language or self.dialogue.language)
        wanted = [
            why_refused(t, one, kinds[one.ref], required=one.ref in needed)
            for one in self.refused
            if one.fault is not Fault.NOT_OPEN
        ]
        errors = [error.partition(" – ")[2] if isinstance(shown, Page) and len(shown.questions) > 1 else error
                  for error in self.reader.errors]  # fmt: skip
        assert errors == wanted, f"{where}: {errors} shown, {wanted} expected"
        assert self.reader.at.status_code == (422 if wanted else 200), where
        for one in expected:
            self.check_one(one, shown, where)

    def check_one(
        self, one: Expectation, shown: Page | ReviewPrompt | CompletePrompt | PausedPrompt, where: str
    ) -> None:
        page_text = " ".join(self.reader.page.xpath("string(//main)").split())
        buttons = self.reader.buttons()
        where = f"{where}: {one} not in: {page_text} {buttons}"
        match one.what:
            case "question":
                assert isinstance(shown, Page)
                assert any(name_of(prompt.ref) == one.name for prompt in shown.questions), where
                assert " ".join(one.text.split()) in page_text, where
                assert "save" in buttons, where
                codes = [prompt.code for prompt in shown.questions]
                assert str(self.reader.fields()["on"]).split(",") == codes, where
            case "options":
                assert isinstance(shown, Page)
                assert self.reader.options(shown.questions[0].code) == list(one.items), where
            case "hint" | "part":
                assert all(part in page_text for part in one.value.split(" / ")), where
            case "progress":
                assert isinstance(shown, Page)
                percent = shown.questions[0].progress.percent
                assert f" {one.value.partition('/')[0]} · {percent}%" in page_text, where
            case "instances":
                assert all(title in page_text for title in one.items), where
                assert len([do for do in buttons if do.startswith("through:")]) == len(one.items), where
            case "review":
                assert "submit" in buttons, where
            case "complete":
                assert "reopen" in buttons, where
            case "paused":
                assert "resume" in buttons, where
            case "said":
                assert same(self.reader.said(self.label(one.name)), one.text), where

    def label(self, name: str) -> str:
        shown = page(self.dialogue.form, self.pure, None, self.dialogue.now)
        assert isinstance(shown, ReviewPrompt | CompletePrompt)
        found = next(item for item in shown.items if name_of(item.ref) == name)
        return f"{found.part} · {found.label}" if found.part else found.label


Door = tuple[type[Player], Callable[[str], Reader]]


def without_scripts(http: httpx.Client) -> Door:
    return Player, lambda path: Reader(http, path)


def play_on_pages(dialogue: Dialogue, scene: Scene, web: RunningWeb, door: Door) -> dict[str, str]:
    """Plays a dialogue; the answers kept in the database, by question name."""
    person = scene.participant(language=dialogue.language)
    if dialogue.is_prepared:
        _begin_with(dialogue, scene, person)
    player, open_ = door
    reader = open_(web.answer_path(person, scene.round_id))
    if "begin" in reader.buttons():
        reader.press("begin")
    pure, _ = start(dialogue.form, dialogue.language, dialogue.now, dialogue.known)
    player(dialogue, reader, pure).play()
    return {name_of(ref): value for ref, value in scene.answers(1).items()}


def _begin_with(dialogue: Dialogue, scene: Scene, person: int) -> None:
    """Begins a response that knows something already."""
    opened, _ = start(dialogue.form, dialogue.language, dialogue.now, dialogue.known)
    values = {"form_version_id": scene.form_version_id, "session": opened.to_json()}
    subject = Subject(SubjectKind.PARTICIPANT, str(person), person)

    def work(session: DatabaseSession) -> None:
        round_ = store.load_round(session, scene.round_id)
        response_id = store.start_response(session, round_, subject, values, dialogue.now)
        assert response_id is not None
        told = opened.to_json(), store.PARTIAL, opened.language, "web", scene.form_version_id
        store.keep_answers(session, response_id, Changes(counting(opened), (), *told), dialogue.now)

    scene.database.write(work)
