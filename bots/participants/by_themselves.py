"""Joining an office by oneself, in the chat: which one, about what, the text, a last press; then an address, if wished.

A press in one's own chat is its own proof. What is ticked waits in the buttons: `STEP:OFFICE:TICKS:TEXT`, the ticks
as the bits of a number in the order of the purposes, the text by its mark, so that nobody agrees to one unseen.
"""

from __future__ import annotations

from dataclasses import dataclass

from bots.participants.callback import command
from bots.participants.dialogue import Talk, aside
from bots.participants.render import choice_row
from bots.participants.rounds import round_keys
from bots.participants.rsvp import ticked
from bots.participants.rsvp_more import event_line
from bots.participants.screen import Key, Reply, Rows, Screen, label, plain
from bots.participants.seating import seated
from bots.participants.store import change_chat
from core.i18n import LANGUAGE_NAMES
from core.ids import Ids
from core.people.addresses import addresses, normal_email
from core.people.channels import EMAIL, TELEGRAM
from core.people.consent import PURPOSE_NAMES, PURPOSES, Proof, consents, state_consent
from core.people.errors import ConsentTextChanged, EmailWrong, JoiningClosed
from core.people.join_requests import Wanted, ask_to_join
from core.people.open_offices import LONGEST_TEXT, OpenOffice, keep_text, office_to_ask, open_offices
from core.people.preferences import wanted_in
from core.people.self_joined import Joiner, become_member, join_in_chat
from core.people.store import membership, remaining
from core.process.joined import event_they_came_for
from core.process.languages import nearest_language
from core.process.replies import LABELS
from core.process.seating import how_stands
from notifications.content.presses import rsvp

JOIN = "join"
FROM = "from"  # in what a chat awaits: the office to be joined, and by which link somebody came to it
AWAITS = "email"  # in what a chat awaits: the office that an address is written for
SOURCE = "chat"
OPEN, TICK, AGREE, ADD, LEAVE = "o", "t", "y", "e", "n"


@dataclass(frozen=True)
class Step:
    """What a button of joining stands for."""

    kind: str
    office_id: int = 0
    ticks: int = 0
    mark: str = ""

    @property
    def data(self) -> str:
        return command(JOIN, f"{self.kind}:{self.office_id}:{self.ticks}:{self.mark}")

    @property
    def purposes(self) -> list[str]:
        return [one for at, one in enumerate(PURPOSES) if self.ticks >> at & 1]


def greet_stranger(talk: Talk) -> Reply:
    """How to take part: by the link of an invitation, or by oneself where an office allows it."""
    t = talk.t
    text = t(
        "Good morning. To take part here you need the link in the e-mail that your office sent you: "
        "open it and press the button that leads to Telegram."
    )
    offices = open_offices(talk.session)
    if not offices:
        return Reply((Screen(f"{text}{_whom_to_ask(talk)}"),))
    text = f"{text}\n\n{t('Have you received none? You can join by yourself:')}"
    return Reply((Screen(text, tuple((_opens(talk, one),) for one in offices)),))


def open_joining(talk: Talk, slug: str, tag: str = "") -> Reply:
    """For a deep link: what one would agree to, or whom to ask where the office does not allow it.

    `tag` says where they came from; it waits with the chat until they have joined.
    """
    office = next((one for one in open_offices(talk.session) if one.slug == slug), None)
    if office is None:
        return aside(talk, Screen(f"{talk.t(JoiningClosed.text)}{_whom_to_ask(talk, slug)}"))
    others = {name: value for name, value in talk.chat.awaiting.items() if name != FROM}
    change_chat(talk.session, talk.chat.id, awaiting={**others, FROM: [office.id, tag]} if tag else others)
    return aside(talk, _form(talk, office, _chosen(talk, office)))


def press_joining(talk: Talk, value: str) -> Reply:
    """A press on one of these buttons; raises JoiningClosed."""
    step = _read(value)
    if step is None:
        return Reply(toast=talk.t("This button is not in use any more."))
    if step.kind == LEAVE:
        change_chat(talk.session, talk.chat.id, awaiting={})
        return Reply((Screen(talk.t("Everything stays as it is."), round_keys(talk)),), apart=True)
    office = next((one for one in open_offices(talk.session) if one.id == step.office_id), None)
    if office is None:
        raise JoiningClosed
    if step.kind == ADD:
        return _ask_address(talk, office)
    if step.kind == AGREE:
        return _agree(talk, office, step)
    ticks = _chosen(talk, office) if step.kind == OPEN else step.ticks
    return Reply((_form(talk, office, ticks),), apart=True)


def take_address(talk: Talk, ids: Ids, typed: str) -> Reply:
    """A text while an address is awaited: the same is said whoever it belongs to. Raises JoiningClosed."""
    assert talk.chat.participant_id is not None
    t, office_id = talk.t, int(talk.chat.awaiting[AWAITS])
    office = next((one for one in open_offices(talk.session) if one.id == office_id), None)
    if office is None:
        raise JoiningClosed
    try:
        email = normal_email(typed)
    except EmailWrong as wrong:
        return Reply((Screen(f"⚠️ {plain(wrong.say(t))}", _leaving(talk)),))
    change_chat(talk.session, talk.chat.id, awaiting={})
    stated = consents(talk.session, talk.chat.participant_id, office.id)
    wanted = Wanted(
        email=email,
        language=talk.chat.language,
        purposes=[one for one in PURPOSES if stated.get((one, TELEGRAM))],
        text_version=office.version_in(talk.chat.language),
        source=SOURCE,
        joins_id=talk.chat.participant_id,
    )
    if not wanted.purposes:
        return Reply((_form(talk, office, _chosen(talk, office)),))
    ask_to_join(talk.session, office, wanted, ids, talk.now)
    told = t(
        "We have written to {email}. Open the mail and confirm within 7 days: only then we write there.",
        email=plain(email),
    )
    return Reply((Screen(told, round_keys(talk)),))


def _form(talk: Talk, office: OpenOffice, ticks: int) -> Screen:
    t = talk.t
    about = t("What may {office} write to you about, here in Telegram? Tick it.", office=plain(office.name, 200))
    other, lines = office.other_language(talk.chat.language), list[str]()
    if _has_joined(talk, office):
        lines.append(t("You have joined already; what is ticked is what you have chosen until now."))
    lines += [
        f"<b>{about}</b>",
        *([t("The office has written this text in {language} only.", language=LANGUAGE_NAMES[other])] if other else []),
        f"{t('What you agree to')}{t.colon}\n{plain(office.text_in(talk.chat.language), LONGEST_TEXT)}",
        f"<i>{t('Version of this text: {version}', version=office.version_in(talk.chat.language))}</i>",
    ]
    boxes = tuple((_box(talk, office, ticks, at),) for at in range(len(PURPOSES)))
    agree = Key(label(t("I agree and join")), Step(AGREE, office.id, ticks, office.mark).data)
    return Screen("\n\n".join(lines), (*boxes, (agree,)))


def _chosen(talk: Talk, office: OpenOffice) -> int:
    """What the office may write about here now, as ticks; none for who has not joined."""
    if not _has_joined(talk, office):
        return 0
    chosen = wanted_in(talk.session, talk.chat.participant_id or 0, office.id, TELEGRAM)
    return sum(1 << at for at, one in enumerate(PURPOSES) if one in chosen)


def _has_joined(talk: Talk, office: OpenOffice) -> bool:
    person = talk.chat.participant_id
    return person is not None and membership(talk.session, office.id, person) is not None


def _box(talk: Talk, office: OpenOffice, ticks: int, at: int) -> Key:
    mark = "☑" if ticks >> at & 1 else "☐"
    text = label(f"{mark} {talk.t(PURPOSE_NAMES[PURPOSES[at]])}")
    return Key(text, Step(TICK, office.id, ticks ^ (1 << at)).data)


def _agree(talk: Talk, office: OpenOffice, step: Step) -> Reply:
    t = talk.t
    if step.mark != office.mark:
        return Reply((_form(talk, office, step.ticks),), toast=t(ConsentTextChanged.text), apart=True)
    if not step.purposes:
        return Reply(toast=t("Please tick at least one thing that we may write to you about."))
    joiner = Joiner(
        office_id=office.id,
        channel=TELEGRAM,
        purposes=step.purposes,
        text_version=office.version_in(talk.chat.language),
        source=_source(talk, office),
        language=nearest_language(talk.session, office.id, talk.chat.language),
    )
    keep_text(talk.session, office, talk.now)
    tag = joiner.source.partition(":")[2]
    again = _has_joined(talk, office)
    if talk.chat.participant_id is None:
        talk = seated(talk, join_in_chat(talk.session, talk.chat.id, joiner, talk.now))
    else:
        become_member(talk.session, talk.chat.participant_id, joiner, talk.now)
        _untick(talk, office, joiner)
        left = {name: value for name, value in talk.chat.awaiting.items() if name != FROM}
        change_chat(talk.session, talk.chat.id, awaiting=left)
    return _thanks(talk, office, step, tag, again=again)._replace(apart=True)


def _source(talk: Talk, office: OpenOffice) -> str:
    """Where they came from, as the link into the chat said for this office."""
    asked, tag = talk.chat.awaiting.get(FROM, (0, ""))
    return f"{SOURCE}:{tag}" if asked == office.id and tag else SOURCE


def _untick(talk: Talk, office: OpenOffice, joiner: Joiner) -> None:
    """What was chosen here before and is not ticked any more is withdrawn, for this chat."""
    person, proof = talk.chat.participant_id or 0, Proof(joiner.text_version, f"joining-{joiner.source}")
    for purpose in wanted_in(talk.session, person, office.id, TELEGRAM) - set(joiner.purposes):
        state_consent(talk.session, person, office.id, purpose, TELEGRAM, False, proof, talk.now)


def _thanks(talk: Talk, office: OpenOffice, step: Step, tag: str, *, again: bool) -> Reply:
    assert talk.chat.participant_id is not None
    t = talk.t
    about = ", ".join(t(PURPOSE_NAMES[one]) for one in step.purposes)
    values = {"office": plain(office.name, 200), "purposes": about}
    lines = [
        t("It is noted. {office} writes to you here about: {purposes}.", **values)
        if again
        else t("Thank you, you have joined. {office} writes to you here about: {purposes}.", **values),
        t("Write /preferences to choose otherwise or to stop it, /help to see what I can do."),
    ]  # fmt: skip
    keys = round_keys(talk)
    if not any(one.channel == EMAIL for one in addresses(talk.session, talk.chat.participant_id)):
        keys = (*keys, (Key(label(t("Add my e-mail address, too")), Step(ADD, office.id).data),))
    screens = (Screen("\n\n".join(lines), keys), *_event_they_came_for(talk, office, tag))
    return Reply(screens)


def _event_they_came_for(talk: Talk, office: OpenOffice, tag: str) -> tuple[Screen, ...]:
    """Its invitation, to be replied to at once; nothing for who came from no public event."""
    event, t = event_they_came_for(talk.session, office.id, tag, talk.now), talk.t
    if event is None:
        return ()
    person = remaining(talk.session, talk.chat.participant_id or 0)
    buttons = tuple((Key(label(t(LABELS[one])), rsvp(event.id, one)),) for one in event.replies)
    marked = ticked(buttons, event.id, how_stands(talk.session, event.id, person))
    return (Screen(f"{event_line(talk, event)}\n\n{t('You came for this event. Do you come?')}", marked),)


def _ask_address(talk: Talk, office: OpenOffice) -> Reply:
    if talk.chat.participant_id is None:
        return Reply((_form(talk, office, 0),), apart=True)
    change_chat(talk.session, talk.chat.id, awaiting={AWAITS: office.id})
    return Reply((Screen(talk.t("Please write your e-mail address here."), _leaving(talk)),))


def _leaving(talk: Talk) -> Rows:
    return choice_row([(talk.t("Without an e-mail address"), JOIN, f"{LEAVE}:0:0:")])


def _opens(talk: Talk, office: OpenOffice) -> Key:
    return Key(label(talk.t("Join: {office}", office=office.name)), Step(OPEN, office.id).data)


def _whom_to_ask(talk: Talk, slug: str = "") -> str:
    name, email = office_to_ask(talk.session, slug)
    if not email:
        return ""
    told = talk.t("Have you any questions? Write to {office}: {email}", office=plain(name, 200), email=plain(email))
    return f"\n\n{told}"


def _read(value: str) -> Step | None:
    kind, *rest = value.split(":")
    if kind not in {OPEN, TICK, AGREE, ADD, LEAVE} or len(rest) != 3:
        return None
    office, ticks, mark = rest
    if not (office.isascii() and office.isdecimal() and ticks.isascii() and ticks.isdecimal()):
        return None
    most = (1 << len(PURPOSES)) - 1
    return Step(kind, int(office), int(ticks) & most, mark)
