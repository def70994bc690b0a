"""Golden dialogues: one file holds a form, a conversation and what is expected at each step.

The files in tests/dialogues are neutral to the door: this module reads them and plays them
through the pure engine; the bot's and the web's tests play the very same files.

What a person does, each line one step for the question that is open:

    > type: TEXT   > choose: VALUE   > tick: A, B (exactly these, confirmed)   > rank: C, A, B (confirmed)
    > send: KIND FILE (photo, voice, video or document)
    > confirm   > skip   > back   > edit: NAME   > review   > submit   > language: CODE
    > pause   > resume   > reopen   > add   > through: POSITION   > remove: POSITION

A section `file NAME` holds a file beside the form, such as a list of choices. `*` stands for any value.
A question within a repeat is named with its instance: person[2]/name.

What is then expected. Refusals and cleared answers must be listed completely, the rest may be:

    < question: NAME "how its label begins"   < options: A, B   < value: X   < hint: X   < progress: 2/5   < part: X
    < accepted: NAME = VALUE   < cleared: NAME   < skipped: NAME   < refused: FAULT "the author's message"
    < instances: TITLE | TITLE   < review   < missing: NAME, NAME   < said: NAME "the answer as people read it"
    < complete   < paused
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path

from surveys.engine.dialogue import NOTHING, Known, resume, start
from surveys.engine.events import AnswerAccepted, AnswerCleared, AnswerRefused, Event, QuestionSkipped
from surveys.engine.form import Form, Kind
from surveys.engine.inputs import (
    Add,
    Answer,
    Back,
    ChangeLanguage,
    Confirm,
    GoThrough,
    GoTo,
    Input,
    Pause,
    RankNext,
    Remove,
    Reopen,
    Resume,
    Review,
    Skip,
    Submit,
    Tick,
    Undo,
    Words,
)
from surveys.engine.layout import every_node
from surveys.engine.prompts import CompletePrompt, PausedPrompt, Prompt, QuestionPrompt, ReviewPrompt
from surveys.engine.session import Session
from surveys.engine.show import answers, prompts
from surveys.xlsform.compile import compile_form
from tests.support.attachments import JPEG, MP3, MP4, OGG, PDF, png

FOLDER = Path(__file__).parent.parent / "dialogues"
ACTIONS = (
    "type", "send", "choose", "tick", "rank", "confirm", "skip", "back", "edit", "review", "submit", "language",
    "pause", "resume", "reopen", "add", "through", "remove",
)  # fmt: skip
EXPECTED = (
    "question", "options", "value", "hint", "progress", "part", "accepted", "cleared", "skipped", "refused",
    "instances", "review", "missing", "said", "complete", "paused",
)  # fmt: skip
SENT = {"photo": JPEG, "voice": OGG, "video": MP4, "document": PDF}
SHOWN = {".png": png(), ".mp3": MP3, ".mp4": MP4}  # of a section `file NAME.png` only the name counts
_LINE = re.compile(r"(?P<sign>[<>]) (?P<word>[a-z]+)(?:: ?(?P<rest>.*))?")
_NAMED = re.compile(r'(?P<name>[\w.\[\]/-]*)(?: = (?P<value>.*?))?(?: ?"(?P<text>.*)")?')


@dataclass(frozen=True)
class Expectation:
    """One `<` line: `< question: name "label start"`, `< accepted: name = value`, ..."""

    what: str
    name: str = ""
    value: str = ""
    text: str = ""
    items: tuple[str, ...] = ()  # a list separated by commas, for options, missing and progress
    line: int = 0


@dataclass(frozen=True)
class Step:
    """One `>` line with all that is expected after it."""

    action: str
    argument: str
    expected: tuple[Expectation, ...]
    line: int

    @property
    def items(self) -> tuple[str, ...]:
        """The argument as a list: what to tick, or the order of a ranking."""
        return tuple(one.strip() for one in self.argument.split(",") if one.strip())

    @property
    def understood(self) -> str:
        """The value that the text stands for, for a door where dates and numbers are not typed freely."""
        return next((one.value for one in self.expected if one.what == "accepted" and one.value), self.argument)


@dataclass(frozen=True)
class Dialogue:
    """A file of tests/dialogues; `form_text` is an XLSForm in Markdown."""

    name: str
    form_text: str
    language: str
    now: datetime
    opening: tuple[Expectation, ...]
    steps: tuple[Step, ...]
    answers: dict[str, str]
    known: Known = NOTHING
    files: dict[str, bytes] = field(default_factory=dict)  # beside the form, by name

    @property
    def is_prepared(self) -> bool:
        """Whether something is known of the person before the form begins."""
        return self.known != NOTHING

    @property
    def form(self) -> Form:
        made: Form | None = self.__dict__.get("_form")
        if made is None:
            text = self.form_text.encode()
            made = compile_form(text, f"{self.name}.md", name=self.name, version=1, files=self.files).form
            object.__setattr__(self, "_form", made)
        return made


@cache
def load_dialogues() -> tuple[Dialogue, ...]:
    """All dialogues, in the order of their names."""
    return tuple(read_dialogue(path) for path in sorted(FOLDER.glob("*.md")))


def read_dialogue(path: Path) -> Dialogue:
    """Reads a file; raises ValueError with the line that cannot be understood."""
    sections = _sections(path)
    settings = dict(_pairs(sections.get("settings", [])))
    opening, steps = _conversation(sections["conversation"])
    preload = {name.removeprefix("preload "): value for name, value in settings.items() if name.startswith("preload ")}
    earlier = {
        f"/data/{name.removeprefix('earlier ')}": value
        for name, value in settings.items()
        if name.startswith("earlier ")
    }
    return Dialogue(
        name=path.stem,
        form_text="\n".join(text for _, text in sections["form"]) + "\n",
        language=settings.get("language", "it"),
        now=datetime.fromisoformat(settings.get("now", "2026-03-02T10:00:00+01:00")),
        opening=opening,
        steps=steps,
        answers=dict(_pairs(sections["answers"])),
        known=Known(preload, earlier),
        files={
            name.removeprefix("file "): SHOWN.get(Path(name).suffix) or "\n".join(text for _, text in lines).encode()
            for name, lines in sections.items()
            if name.startswith("file ")
        },
    )


def _sections(path: Path) -> dict[str, list[tuple[int, str]]]:
    found: dict[str, list[tuple[int, str]]] = {}
    current = "introduction"
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if line.startswith("## "):
            current = line[3:].strip().lower()
        elif line.strip():
            found.setdefault(current, []).append((number, line.strip()))
    return found


def _pairs(lines: list[tuple[int, str]]) -> Iterator[tuple[str, str]]:
    for number, line in lines:
        name, colon, value = line.partition(":")
        if not colon:
            raise ValueError(f"line {number}: expected 'name: value', found {line!r}")
        yield name.strip(), value.strip()


def _conversation(lines: list[tuple[int, str]]) -> tuple[tuple[Expectation, ...], tuple[Step, ...]]:
    blocks: list[tuple[str, str, int, list[Expectation]]] = [("", "", 0, [])]
    for number, line in lines:
        match = _LINE.fullmatch(line)
        if match is None or match["word"] not in (ACTIONS if match["sign"] == ">" else EXPECTED):
            raise ValueError(f"line {number}: cannot be understood: {line!r}")
        rest = (match["rest"] or "").strip()
        if match["sign"] == ">":
            blocks.append((match["word"], rest, number, []))
        else:
            blocks[-1][3].append(_expectation(match["word"], rest, number))
    steps = tuple(Step(word, rest, tuple(expected), number) for word, rest, number, expected in blocks[1:])
    for step in steps:
        if not step.expected:
            raise ValueError(f"line {step.line}: nothing is expected after this step")
    return tuple(blocks[0][3]), steps


def _expectation(what: str, rest: str, line: int) -> Expectation:
    if what in ("options", "missing"):
        return Expectation(what, items=tuple(one.strip() for one in rest.split(",") if one.strip()), line=line)
    if what in ("value", "hint", "progress", "part"):
        return Expectation(what, value=rest, line=line)
    if what == "instances":
        return Expectation(what, items=tuple(one.strip() for one in rest.split("|") if one.strip()), line=line)
    match = _NAMED.fullmatch(rest)
    if match is None:
        raise ValueError(f"line {line}: cannot be understood: {rest!r}")
    return Expectation(what, match["name"] or "", match["value"] or "", match["text"] or "", line=line)


def ref_named(form: Form, name: str) -> str:
    """The reference of a question's name, within a repeat with the instance: person[2]/name."""
    head, bracket, rest = name.partition("[")
    found = next(node.ref for node in every_node(form.root) if node.name == head)
    return f"{found}{bracket}{rest}"


def name_of(ref: str) -> str:
    """The name of a reference, within a repeat with the instance."""
    start = ref.find("[") if "[" in ref else len(ref)
    return ref[ref.rindex("/", 0, start) + 1 :]


def play(dialogue: Dialogue, reload: Callable[[Session], Session] | None = None) -> Session:
    """Plays a dialogue through the pure engine; the session goes through JSON between all steps."""
    reload = reload or (lambda session: Session.from_json(json.loads(json.dumps(session.to_json()))))
    form, now = dialogue.form, dialogue.now
    session, events = start(form, dialogue.language, now, dialogue.known)
    compare(dialogue, 0, dialogue.opening, events, prompts(form, session, now))
    for step in dialogue.steps:
        events = ()
        for given in inputs_of(form, session, step):
            session, more = resume(form, reload(session), given, now)
            events += more
        compare(dialogue, step.line, step.expected, events, prompts(form, reload(session), now))
    counted = answers(form, reload(session), now)
    compare_answers(dialogue, {name_of(ref): value for ref, value in counted.items()})
    return session


def inputs_of(form: Form, session: Session, step: Step) -> Iterator[Input]:
    """What a step means as inputs of the engine, for the question that is open."""
    at = session.at
    match step.action:
        case "type":
            yield Words(step.argument)
        case "choose":
            yield Answer(at, step.argument)
        case "send":
            yield Answer(at, step.argument.partition(" ")[2])
        case "tick":
            for choice in sorted({*step.items} ^ {*session.draft}):
                yield Tick(at, choice)
            yield Confirm(at)
        case "rank":
            for _ in session.draft:
                yield Undo(at)
            for choice in step.items:
                yield RankNext(at, choice)
            yield Confirm(at)
        case "confirm":
            yield Confirm(at)
        case "skip":
            yield Skip(at)
        case _:
            yield _moving(form, at, step)


def _moving(form: Form, at: str, step: Step) -> Input:
    match step.action:
        case "edit":
            return GoTo(ref_named(form, step.argument))
        case "language":
            return ChangeLanguage(step.argument)
        case action if action in _REPEATING:
            return _REPEATING[action](f"{at}[{step.argument}]" if step.argument else at)
        case _:
            return _PLAIN[step.action]


_REPEATING: dict[str, type[Add | GoThrough | Remove]] = {"add": Add, "through": GoThrough, "remove": Remove}
_PLAIN: dict[str, Input] = {
    "back": Back(), "review": Review(), "submit": Submit(), "pause": Pause(), "resume": Resume(), "reopen": Reopen(),
}  # fmt: skip


def compare(
    dialogue: Dialogue,
    line: int,
    expected: tuple[Expectation, ...],
    events: tuple[Event, ...],
    shown: tuple[Prompt, ...],
) -> None:
    """Whether events and prompt are as a step expects; refusals and clearings must all be expected."""
    where = f"{dialogue.name}.md:{line}"
    refused = [(event.fault.value, event.message) for event in events if isinstance(event, AnswerRefused)]
    assert refused == [(one.name, one.text) for one in expected if one.what == "refused"], where
    cleared = [name_of(event.ref) for event in events if isinstance(event, AnswerCleared)]
    assert cleared == [one.name for one in expected if one.what == "cleared"], where
    skipped = [name_of(event.ref) for event in events if isinstance(event, QuestionSkipped)]
    accepted = {name_of(event.ref): event.value for event in events if isinstance(event, AnswerAccepted)}
    for one in expected:
        if one.what == "accepted":
            assert same(accepted.get(one.name, ""), one.value), f"{where}: {one} in {accepted}"
        elif one.what == "skipped":
            assert one.name in skipped, f"{where}: {one}"
        elif one.what not in ("refused", "cleared"):
            compare_prompt(where, one, shown[0])


def same(found: str, expected: str) -> bool:
    """Whether a value is the one expected; what a door calls a file is its own affair."""
    return bool(found) if expected == "*" else found == expected


def compare_prompt(where: str, one: Expectation, prompt: Prompt) -> None:
    """Whether what is shown is as one line expects."""
    kinds = {"review": ReviewPrompt, "complete": CompletePrompt, "paused": PausedPrompt}
    if one.what in kinds:
        assert isinstance(prompt, kinds[one.what]), f"{where}: {one.what} expected, {prompt} shown"
    elif one.what == "missing":
        assert isinstance(prompt, ReviewPrompt), where
        assert tuple(map(name_of, prompt.missing)) == one.items, where
    elif one.what == "said":
        assert isinstance(prompt, ReviewPrompt | CompletePrompt), where
        said = {name_of(item.ref): item.answer for item in prompt.items}
        assert same(said[one.name], one.text), f"{where}: {said}"
    else:
        assert isinstance(prompt, QuestionPrompt), f"{where}: a question expected, {prompt} shown"
        _compare_question(where, one, prompt)


def _compare_question(where: str, one: Expectation, prompt: QuestionPrompt) -> None:
    if one.what == "question":
        assert name_of(prompt.ref) == one.name, f"{where}: {prompt}"
        assert prompt.label.startswith(one.text), f"{where}: {prompt.label}"
        return
    shown = {
        "value": prompt.value,
        "hint": prompt.hint,
        "part": " / ".join(prompt.part),
        "progress": f"{prompt.progress.number}/{prompt.progress.total}",
    }
    if one.what == "instances":
        assert tuple(instance.title for instance in prompt.instances) == one.items, f"{where}: {prompt.instances}"
    elif one.what == "options":
        assert tuple(option.value for option in prompt.options) == one.items, f"{where}: {prompt.options}"
    else:
        assert shown[one.what] == one.value, f"{where}: {shown}"


def compare_answers(dialogue: Dialogue, kept: dict[str, str]) -> None:
    """Whether the answers kept are those of the file, by question name; `*` stands for any value."""
    unasked = {one.name for one in dialogue.form.questions() if one.kind in (Kind.METADATA, Kind.HIDDEN)}
    bare = {name: name.rpartition("/")[2] for name in kept}
    counted = {name: value for name, value in kept.items() if bare[name] not in unasked or name in dialogue.answers}
    wanted = {name: counted.get(name, "") if value == "*" else value for name, value in dialogue.answers.items()}
    assert counted == wanted, f"{dialogue.name}: {counted}"
