"""A mailing's text as Telegram messages: HTML subset, buttons, pictures, documents, the lengths the Bot API allows.

Pictures go first, then documents, then the text in as many messages as it takes; buttons stand under the
last. One picture whose text fits under it goes as one message with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from html import escape

from core.i18n import N_, translator
from core.process.replies import LABELS
from notifications.channels.contract import Button, ChatFile, ChatMessage, ChatPart
from notifications.content.enclosed import Enclosed, enclose
from notifications.content.errors import ButtonWithoutEvent, ButtonWithoutPoll, ButtonWithoutRound, TextTooLong
from notifications.content.markdown import Block, telegram_blocks, together
from notifications.content.presses import LEAVE, TAKE, appointment, dates, open_round, poll, room, rsvp
from notifications.content.skeleton import Skeleton, as_html, compile_skeleton, one_line
from notifications.content.splitting import split, width
from notifications.content.text import LINKS, ButtonText, Setting, Text, fill_states
from notifications.content.variables import GAP, check_kept, expand, mark

LONGEST = 4096  # Bot API, sendMessage: after entities parsing, in UTF-16 units
CAPTION = 1024  # Bot API, sendPhoto
MOST_TEXTS = 4
BLANK = "\n\n"


@dataclass(frozen=True)
class ChatSkeleton:
    """`texts` are messages of their own, the last with the buttons and, `in_caption`, under the picture."""

    texts: tuple[Skeleton, ...]
    buttons: tuple[tuple[Skeleton, Button], ...]  # the skeleton of a button's address, "" for a press
    pictures: tuple[ChatFile, ...] = ()
    documents: tuple[ChatFile, ...] = ()
    in_caption: bool = False


def compile_chat(text: Text, setting: Setting, *, has_name: bool) -> ChatSkeleton:
    """Compiles a text; raises the errors of content.errors."""
    states = fill_states(setting, has_name)
    subject = expand(text.subject, text.language, states)
    source = expand(text.body, text.language, states)
    enclosed = enclose(text, source, setting.files)
    body = telegram_blocks(source)
    check_kept(source, together(body), text.language)
    texts = _texts([Block(f"<b>{escape(subject)}</b>"), *body], text.language, setting)
    return ChatSkeleton(
        texts=tuple(compile_skeleton(one, {}, as_html) for one in texts),
        buttons=_buttons(text, setting),
        pictures=_pictures(enclosed),
        documents=tuple(ChatFile(one.name, one.bare_type, one.sha256, "document") for one in enclosed.attachments),
        in_caption=len(enclosed.pictures) == len(texts) == 1 and width(texts[0]) <= CAPTION,
    )


def render_chat(skeleton: ChatSkeleton, chat: str, values: Mapping[str, str]) -> ChatMessage:
    buttons = tuple(Button(button.label, address.fill(values), button.data) for address, button in skeleton.buttons)
    *first, last = (one.fill(values) for one in skeleton.texts)
    above = () if skeleton.in_caption else skeleton.pictures
    before = [ChatPart(files=files) for files in (above, skeleton.documents) if files]
    picture = skeleton.pictures[0] if skeleton.in_caption else None
    return ChatMessage(chat, last, buttons, picture, (*before, *map(ChatPart, first)))


def _texts(blocks: list[Block], language: str, setting: Setting) -> list[str]:
    """The texts of the messages, with marks for what is personal alone; raises TextTooLong."""
    fixed = setting.fixed
    filled = [Block(_fill(block.text, fixed), block.is_item) for block in blocks]
    t = translator(language)
    stop = "" if setting.is_notice else BLANK + as_html(t("To receive no more messages, write /stop."))
    texts = split(filled, LONGEST - width(stop)) or [""]  # variables may leave nothing
    if len(texts) > MOST_TEXTS:
        raise TextTooLong(language=language, parts=len(texts), most=MOST_TEXTS)
    return [*texts[:-1], texts[-1] + stop]


def _fill(text: str, fixed: Mapping[str, str]) -> str:
    return GAP.sub(lambda found: as_html(fixed[found[1]]) if found[1] in fixed else mark(found[1]), text)


def _pictures(enclosed: Enclosed) -> tuple[ChatFile, ...]:
    return tuple(
        ChatFile(one.file.name, one.file.bare_type, one.file.sha256, "photo", one.words[:CAPTION])
        for one in enclosed.pictures
    )


def _buttons(text: Text, setting: Setting) -> tuple[tuple[Skeleton, Button], ...]:
    """Those of a text; an invitation has one for each reply, and one to the page from where a calendar takes it."""
    made: list[tuple[Skeleton, Button]] = []
    for button in text.buttons:
        if button.kind == "rsvp" and not setting.is_notice:
            made += _replies(setting, text.language)
        elif button.kind == "seat":
            made += _seat(button, setting, text.language)
        elif button.kind != "join-chat":
            made.append(_button(button, setting, text.language))
    return tuple(made)


def _replies(setting: Setting, language: str) -> list[tuple[Skeleton, Button]]:
    """A button for each reply that the event offers."""
    if setting.event_id is None:
        raise ButtonWithoutEvent(language=language)
    t = translator(language)
    replies = [
        (compile_skeleton("", {}, one_line), Button(t(LABELS[one]), data=rsvp(setting.event_id, one)))
        for one in setting.replies
    ]
    return [*replies, (compile_skeleton(mark(LINKS["rsvp"]), {}, one_line), Button(t("Add to my calendar")))]


def _seat(button: ButtonText, setting: Setting, language: str) -> list[tuple[Skeleton, Button]]:
    """An offered seat is taken or left where it is read; the page says more."""
    t, event_id = translator(language), int(setting.fixed["event_id"])
    pressed = ((TAKE, N_("Take the place")), (LEAVE, N_("Leave the place to others")))
    nowhere = compile_skeleton("", {}, one_line)
    presses = [(nowhere, Button(t(label), data=rsvp(event_id, act))) for act, label in pressed]
    return [*presses, _button(replace(button, label=t(N_("More on a page"))), setting, language)]


def _button(button: ButtonText, setting: Setting, language: str) -> tuple[Skeleton, Button]:
    label = one_line(button.label)
    if (press := _press_of(button, setting, language)) is not None:
        return compile_skeleton("", {}, one_line), Button(label, data=press)
    if button.kind != "answer":
        return compile_skeleton(button.address, {}, one_line), Button(label)
    if setting.round_id is None:
        raise ButtonWithoutRound(language=language)
    return compile_skeleton("", {}, one_line), Button(label, data=open_round(setting.round_id))


def _press_of(button: ButtonText, setting: Setting, language: str) -> str | None:
    """What a button sends back that stands for the same in every chat; raises ButtonWithoutEvent."""
    if button.kind == "room":  # the chat finds the rooms that are open for whoever presses
        return room()
    if button.kind == "dates":
        return dates(setting.fixed["date_poll_id"])
    if button.kind == "poll":
        return _poll_of(setting, language)
    if button.kind != "appointment":
        return None
    event_id = setting.event_id or setting.fixed.get("event_id")
    if not event_id:
        raise ButtonWithoutEvent(language=language)
    return appointment(event_id)


def _poll_of(setting: Setting, language: str) -> str:
    poll_id = setting.poll.poll_id if setting.poll is not None else setting.fixed.get("poll_id")
    if not poll_id:
        raise ButtonWithoutPoll(language=language)
    return poll(poll_id)
