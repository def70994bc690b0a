"""A mailing's text as a mail: responsive HTML (MJML) beside good plain text.

Compiled once per mailing and language; a person costs the filling of a few gaps.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime, formataddr, parseaddr
from functools import cached_property, lru_cache
from html import escape
from types import MappingProxyType
from typing import NamedTuple

import idna
import mrml

from core.i18n import translator
from core.process.replies import LABELS, NUMBERS
from notifications.calendars.part import CalendarText, compile_calendar
from notifications.channels.contract import Mail
from notifications.content.enclosed import Enclosed, enclose
from notifications.content.errors import ButtonWithoutEvent, ButtonWithoutPoll
from notifications.content.markdown import to_html, to_plain
from notifications.content.mime import CRLF, Quoted, header, plain_header, quote_skeleton
from notifications.content.multipart import (
    Contents,
    Drawn,
    Piece,
    Tail,
    content_id,
    door_id,
    encode,
    make_parts,
    tail_size,
)
from notifications.content.skeleton import Skeleton, as_html, compile_skeleton, one_line
from notifications.content.text import ALL_LINKS, DOOR_LINK, DOOR_PICTURE, ButtonText, Setting, Text, fill_states
from notifications.content.variables import GAP, check_kept, expand, mark
from notifications.content.why import OF_ACCOUNT

GAP_ADDRESS = "https://gap.invalid/"  # MJML rewrites marks inside attributes, but leaves this alone
COLOUR = "#0066cc"
PRODUCT = "Ascolto"  # speaks for itself where no office does
WIDEST = 550  # pixels that a picture may take: MJML's column without its edges
NO_FILES: Mapping[str, bytes] = MappingProxyType({})
HEADERS = 4096  # bytes that headers and what is filled in take at most, a signature among them


@dataclass(frozen=True)
class MailSkeleton:
    """Everything of a mail that does not depend on the person."""

    subject: Skeleton
    html: Skeleton
    plain: Skeleton
    body: Quoted
    setting: Setting
    envelope_sender: str
    domain: str  # the sender's, by which pictures are named
    fixed_headers: str
    enclosed: Enclosed
    tail: Tail = ()

    @cached_property
    def is_drawn(self) -> bool:
        """Whether a picture is made for each person, which takes longer than all the rest."""
        return any(isinstance(one, Drawn) for one in self.tail)

    @cached_property
    def weight(self) -> int:
        """About how many bytes a mail has on the wire, a little more than less."""
        return HEADERS + sum(map(len, self.body.pieces)) + tail_size(self.tail)


@dataclass(frozen=True)
class ReturnPath:
    """Where one mail comes back to: the envelope's sender for bounces, Reply-To for answers."""

    bounces: str
    replies: str


class Letter(NamedTuple):
    """What is personal about a mail beside its text."""

    recipient: str
    message_id: str
    at: datetime
    values: Mapping[str, str]
    return_path: ReturnPath | None = None


class MailDraft(NamedTuple):
    """A mail before it is written, with the files in base64 by their SHA-256 (channels.contract.Draft)."""

    skeleton: MailSkeleton
    letter: Letter
    files: Mapping[str, bytes]

    @property
    def size(self) -> int:
        return self.skeleton.weight

    @property
    def is_costly(self) -> bool:
        return self.skeleton.is_drawn

    def finish(self) -> Mail:
        return render_mail(self.skeleton, self.letter, self.files)


def draft_mail(skeleton: MailSkeleton, letter: Letter, encoded: Callable[[str], bytes]) -> MailDraft:
    """What `render_mail` needs and only a database has; raises HeaderUnsafe for an address that would forge headers."""
    plain_header("To", routable_address(letter.recipient))
    wanted = [one.sha256 for one in skeleton.tail if isinstance(one, Contents)]
    return MailDraft(skeleton, letter, {one: encoded(one) for one in wanted} if wanted else NO_FILES)


def compile_mail(text: Text, setting: Setting, *, has_name: bool) -> MailSkeleton:
    """Compiles a text; raises the errors of content.errors."""
    states = fill_states(setting, has_name)
    body = expand(text.body, text.language, states)
    enclosed, domain = enclose(text, body, setting.files), parseaddr(setting.sender)[1].rpartition("@")[2]
    html = to_html(body, _shown_by(enclosed, domain))
    check_kept(body, html, text.language)
    buttons = _buttons(text, setting)
    words = [*_words_to_answer_with(buttons, setting, text.language), *_asked_by_poll(buttons, setting)]
    footer = _Footer(text.language, setting)
    words += _door_words(setting, text.language)
    drawn = door_id(domain) if setting.has_door else ""
    page = compile_skeleton(_page(html, buttons, (words, drawn), footer), setting.fixed, as_html)
    plain = compile_skeleton(_plain(body, buttons, words, footer), setting.fixed, one_line)
    calendar = _calendar(setting, has_name)
    door = DOOR_PICTURE if setting.has_door else ""
    parts = make_parts(quote_skeleton(plain), quote_skeleton(page), enclosed, domain, calendar, door)
    subject = compile_skeleton(expand(text.subject, text.language, states), setting.fixed, one_line)
    return MailSkeleton(
        subject=subject,
        html=page,
        plain=plain,
        body=parts.body,
        setting=setting,
        envelope_sender=routable_address(parseaddr(setting.sender)[1]),
        domain=domain,
        fixed_headers=_fixed_headers(setting, text.language, parts.content_type) + _fixed_subject(subject),
        enclosed=enclosed,
        tail=parts.tail,
    )


def render_mail(skeleton: MailSkeleton, letter: Letter, files: Mapping[str, bytes] = NO_FILES) -> Mail:
    """The finished mail; `files` are contents in base64 by their SHA-256.

    Raises HeaderUnsafe for an address that would forge headers.
    """
    routable = routable_address(letter.recipient)
    headers = [plain_header("To", routable), _date_header(letter.at), header("Message-ID", letter.message_id)]
    if skeleton.subject.gaps:
        headers.append(header("Subject", skeleton.subject.fill(letter.values)))
    back = letter.return_path
    if reply_to := back.replies if back else skeleton.setting.contact_email:
        headers.append(header("Reply-To", routable_address(reply_to)))
    if not skeleton.setting.is_notice:  # RFC 2369 and, for the one click, RFC 8058
        headers.append(header("List-Unsubscribe", f"<{letter.values['unsubscribe_link']}>"))
    head = "".join((skeleton.fixed_headers, *headers, CRLF)).encode()
    sender = back.bounces if back else skeleton.envelope_sender
    tail = tuple(_piece(one, letter.values, files) for one in skeleton.tail)
    return Mail(sender, routable, skeleton.body.fill(letter.values, head), tail)


def _piece(one: Piece, values: Mapping[str, str], files: Mapping[str, bytes]) -> bytes:
    if isinstance(one, Quoted):
        return one.fill(values)
    if isinstance(one, Drawn):
        return encode(base64.b64decode(values[one.name]))
    return files[one.sha256] if isinstance(one, Contents) else one


def _calendar(setting: Setting, has_name: bool) -> CalendarText | None:
    if setting.calendar is None:
        return None
    return compile_calendar(setting.calendar, setting.office, setting.contact_email or setting.sender, has_name)


def routable_address(address: str) -> str:
    """An address with its domain in the letters of the DNS (RFC 5891); one that has none stays as it is."""
    if address.isascii():
        return address
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{idna.encode(domain, uts46=True).decode()}"
    except idna.IDNAError:
        return address


@lru_cache(maxsize=16)
def _date_header(at: datetime) -> str:
    return header("Date", format_datetime(at))


def _fixed_headers(setting: Setting, language: str, content_type: str) -> str:
    name, address = parseaddr(setting.sender)
    lines = [
        header("From", formataddr((one_line(name), routable_address(address)))),
        header("Content-Language", language),
        header("MIME-Version", "1.0"),
        header("Content-Type", content_type),
    ]
    if setting.list_id:
        lines.append(header("List-Id", f"<{setting.list_id}>"))
    if setting.is_notice:
        lines.append(header("Auto-Submitted", "auto-generated"))  # RFC 3834
    else:
        lines.append(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    return "".join(lines)


def _fixed_subject(subject: Skeleton) -> str:
    """The subject's header where it is the same for everybody."""
    return "" if subject.gaps else header("Subject", subject.fill({}))


def _shown_by(enclosed: Enclosed, domain: str) -> Callable[[str], dict[str, str | int]]:
    """How a picture stands in the page: no wider than its column (Outlook heeds `width` alone) or a telephone."""
    files = {one.file.name: one.file for one in enclosed.pictures}

    def show(name: str) -> dict[str, str | int]:
        file = files[name]
        source, style = f"cid:{content_id(file, domain)}", "max-width: 100%; height: auto;"
        return {"src": source, "width": min(file.width, WIDEST), "style": style}

    return show


@dataclass(frozen=True)
class _Footer:
    """Who writes, why, and how to make it stop."""

    language: str
    setting: Setting

    def office(self) -> list[str]:
        lines = (self.setting.office, self.setting.office_address, self.setting.contact_email)
        return [one_line(line) for line in lines if line]

    def why(self) -> str:
        t, setting = translator(self.language), self.setting
        if setting.is_asking:
            return t(
                "You receive this message because your address was written on a page for joining. Was it not you? "
                "Then nothing happens; behind the button you can also choose that we never ask you again."
            )
        if setting.is_notice:
            return t(setting.why or OF_ACCOUNT)
        return t(
            "You receive this message because you take part in a process of {office}.", office=one_line(setting.office)
        )

    def links(self) -> list[tuple[str, str]]:
        t = translator(self.language)
        if self.setting.is_notice:
            return []
        return [
            (t("Choose what we write to you and where"), mark("preferences_link")),
            (t("Do not write to me any more"), mark("unsubscribe_link")),
        ]


def _buttons(text: Text, setting: Setting) -> list[ButtonText]:
    """Those of a text; of a named poll one for each option, which chooses it on the page."""
    found: list[ButtonText] = []
    for button in text.buttons:
        if button.kind == "poll" and setting.poll is None and not setting.is_notice:
            raise ButtonWithoutPoll(language=text.language)
        choices = setting.poll.choices if button.kind == "poll" and setting.poll is not None else ()
        if button.kind != "join-chat" or setting.has_chat:
            own = [ButtonText("poll", label, f"{button.address}?choice={name}") for name, label in choices]
            found += own or [button]
    return found


def _asked_by_poll(buttons: list[ButtonText], setting: Setting) -> list[str]:
    """How a poll's vote is treated, and how it can be given by answering the mail."""
    if setting.poll is None or not any(button.kind == "poll" for button in buttons):
        return []
    return [setting.poll.told, *(setting.poll.by_mail if setting.answered_by_mail else ())] if setting.poll.told else []


def _words_to_answer_with(buttons: list[ButtonText], setting: Setting, language: str) -> list[str]:
    """How an invitation is replied to by answering the mail, a line each; none where that is not understood."""
    if not any(button.kind == "rsvp" for button in buttons) or setting.is_notice:
        return []
    if setting.event_id is None:
        raise ButtonWithoutEvent(language=language)
    if not setting.answered_by_mail:
        return []
    t = translator(language)
    lead = t("You can also answer this mail, with one of these numbers or words alone:")
    return [lead, *(f"{NUMBERS[one]} – {t(LABELS[one])}" for one in setting.replies)]


def _door_words(setting: Setting, language: str) -> list[str]:
    """What stands beside the code for the door; its address opens the reader's own page, with the code on it."""
    if not setting.has_door:
        return []
    t = translator(language)
    told = t("Please show this code at the entrance, on your phone or on paper. It is for you alone.")
    return [t("Your code for the door"), told, mark(DOOR_LINK)]


def _page(body: str, buttons: list[ButtonText], said: tuple[list[str], str], footer: _Footer) -> str:
    words, drawn = said
    head = as_html(footer.setting.office or PRODUCT)
    small = "<br />".join(map(as_html, footer.office()))
    links = " · ".join(f'<a href="{_attribute(address)}">{escape(label)}</a>' for label, address in footer.links())
    why = f"{escape(footer.why())}<br />{links}" if links else escape(footer.why())
    actions = "".join(
        f'<mj-button href="{_attribute(button.address)}">{as_html(button.label)}</mj-button>' for button in buttons
    )
    if words:
        actions += f'<mj-text font-size="14px">{"<br />".join(map(as_html, words))}</mj-text>'
    if drawn:
        words_of_it = escape(translator(footer.language)("Your code for the door"), quote=True)
        actions += f'<mj-image src="cid:{drawn}" alt="{words_of_it}" width="260px" />'
    page = mrml.to_html(
        f'<mjml lang="{escape(footer.language)}"><mj-head><mj-title>{head}</mj-title><mj-attributes>'
        '<mj-all font-family="Titillium Web, Segoe UI, Helvetica, Arial, sans-serif" />'
        '<mj-text font-size="16px" line-height="1.5" color="#17324d" />'
        f'<mj-button background-color="{COLOUR}" color="#ffffff" font-size="16px" font-weight="bold" />'
        f"</mj-attributes><mj-style>a {{ color: {COLOUR}; }}</mj-style></mj-head>"
        '<mj-body background-color="#f5f6f7">'
        f'<mj-section background-color="{COLOUR}"><mj-column><mj-text color="#ffffff" font-size="18px" '
        f'font-weight="bold">{head}</mj-text></mj-column></mj-section>'
        f'<mj-section background-color="#ffffff"><mj-column><mj-text>{body}</mj-text>{actions}</mj-column></mj-section>'
        f'<mj-section><mj-column><mj-text font-size="13px" color="#455b71">{small}</mj-text>'
        f'<mj-text font-size="13px" color="#455b71">{why}</mj-text></mj-column></mj-section></mj-body></mjml>'
    ).content
    for name in ALL_LINKS:
        page = page.replace(GAP_ADDRESS + name, mark(name))
    return page


def _attribute(address: str) -> str:
    found = GAP.match(address)  # what follows says more of the same page
    return escape(GAP_ADDRESS + found[1] + address[found.end() :] if found else address, quote=True)


def _plain(body: str, buttons: list[ButtonText], words: list[str], footer: _Footer) -> str:
    actions = [f"{one_line(button.label)}: {button.address}" for button in buttons]
    links = [f"{label}: {address}" for label, address in footer.links()]
    actions += ["\n".join(words)] if words else []
    blocks = [to_plain(body), *actions, "\n".join(["-- ", *footer.office()]), "\n".join([footer.why(), *links])]
    return "\n\n".join(blocks) + "\n"
