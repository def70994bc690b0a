"""Mails with pictures and attachments, as another parser reads them and as a relay gets them."""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.channels.contract import Delivered, Mail, Rejected
from notifications.channels.email import EmailChannel
from notifications.channels.smtp.relay import parse_relay
from notifications.content.email import Letter, MailSkeleton, compile_mail, draft_mail, render_mail
from notifications.content.files import MailedFile, look_at
from notifications.content.multipart import Contents, encode, parameter
from notifications.content.text import Setting, Text
from tests.channels.relays import relay
from tests.support.attachments import GIF, PDF, png

CALENDAR = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:PUBLISH\r\nEND:VCALENDAR\r\n"
CONTENTS = {
    "mappa.png": png(900, 300),
    "logo.gif": GIF,
    "Programma.pdf": PDF + bytes(range(256)) * 40,
    "Città metropolitana, programma degli incontri dell'autunno (bozza).pdf": PDF,
    "incontro.ics": CALENDAR,
    "elenco.csv": "città;n\r\n.a;1\r\n".encode(),
}
FILES = {name: look_at(name, content) for name, content in CONTENTS.items()}
BYTES = {FILES[name].sha256: content for name, content in CONTENTS.items()}
BODY = 'Gentile {{ name }},\n\n![La mappa & il resto](mappa.png)\n\nfine. ![Un "logo"](logo.gif) ![ancora](mappa.png)'
SETTING = Setting(sender="Città <office@example.org>", office="Città", files=FILES)
LINKS = {"unsubscribe_link": "https://a.example.org/u", "preferences_link": "https://a.example.org/p"}
AT = datetime(2023, 7, 6, 7, 30, tzinfo=UTC)
ALL = (*sorted(set(CONTENTS) - {"mappa.png", "logo.gif"}), "logo.gif")


def compiled(body: str = BODY, attachments: tuple[str, ...] = ALL) -> MailSkeleton:
    return compile_mail(Text("it", "Invito", body, (), attachments), SETTING, has_name=True)


def written(skeleton: MailSkeleton, name: str = "Maria") -> Mail:
    letter = Letter("a@example.org", f"<{name}@example.org>", AT, {"name": name, **LINKS})
    return render_mail(skeleton, letter, {known: encode(content) for known, content in BYTES.items()})


def parsed(raw: bytes) -> EmailMessage:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert not [part.defects for part in message.walk() if part.defects]
    return message


def shape(message: Any) -> Any:
    kind = message.get_content_type()
    return (kind, [shape(part) for part in message.iter_parts()]) if message.is_multipart() else kind


def test_the_parts_stand_in_one_another_as_mail_programs_expect() -> None:
    message = parsed(written(compiled()).whole)
    related = ("multipart/related", ["text/html", "image/png", "image/gif"])
    files = [FILES[name].bare_type for name in ALL]
    assert shape(message) == ("multipart/mixed", [("multipart/alternative", ["text/plain", related]), *files])
    pictures = parsed(written(compiled(attachments=())).whole)
    assert shape(pictures) == ("multipart/alternative", ["text/plain", related])
    attached = parsed(written(compiled("Gentile {{ name }}", ("Programma.pdf",))).whole)
    alternative = ("multipart/alternative", ["text/plain", "text/html"])
    assert shape(attached) == ("multipart/mixed", [alternative, "application/pdf"])
    assert shape(parsed(written(compiled("Gentile {{ name }}", ())).whole)) == alternative


def test_every_file_arrives_as_it_was_under_its_own_name() -> None:
    message = parsed(written(compiled()).whole)
    attached = list(message.iter_attachments())
    assert [part.get_filename() for part in attached] == list(ALL)
    assert [part.get_content_disposition() for part in attached] == ["attachment"] * len(ALL)
    assert [part.get_payload(decode=True) for part in attached] == [CONTENTS[name] for name in ALL]
    (calendar,) = (part for part in attached if part.get_content_type() == "text/calendar")
    assert (calendar.get_param("method"), calendar.get_content_charset()) == ("PUBLISH", "utf-8")


def test_the_page_shows_its_pictures_by_their_names_and_no_wider_than_it_is() -> None:
    message = parsed(written(compiled()).whole)
    page = message.get_body(("html",))
    assert page is not None
    html = page.get_content()
    inside = {part["Content-ID"]: part for part in message.walk() if part["Content-ID"]}
    shown = re.findall(r'<img src="cid:([^"]+)" alt="([^"]*)" width="(\d+)" style="([^"]+)" />', html)
    assert [words for _, words, _, _ in shown] == ["La mappa &amp; il resto", "Un &quot;logo&quot;", "ancora"]
    assert [width for _, _, width, _ in shown] == ["550", "1", "550"]
    assert {style for *_, style in shown} == {"max-width: 100%; height: auto;"}
    contents = [inside[f"<{name}>"].get_payload(decode=True) for name, *_ in shown]
    assert contents == [CONTENTS[name] for name in ("mappa.png", "logo.gif", "mappa.png")]
    assert {part.get_content_disposition() for part in inside.values()} == {"inline"}
    plain = message.get_body(("plain",))
    assert plain is not None
    text = plain.get_content().replace("\r\n", "\n")
    assert '[La mappa & il resto]\n\nfine. [Un "logo"] [ancora]' in text


def test_lines_are_short_and_none_of_the_shared_ones_begins_with_a_dot() -> None:
    mail = written(compiled())
    lines = mail.whole.split(b"\r\n")
    assert mail.whole.isascii() and mail.whole.endswith(b"\r\n")
    assert max(map(len, lines[lines.index(b"") :])) <= 100
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    assert all(piece.endswith(b"\r\n") and not piece.startswith(b".") and b"\r\n." not in piece for piece in mail.tail)


def test_files_are_the_same_bytes_for_everybody() -> None:
    skeleton = compiled()
    kept = {known: encode(content) for known, content in BYTES.items()}
    letters = [Letter(f"{n}@example.org", f"<{n}@x>", AT, {"name": str(n), **LINKS}) for n in range(3)]
    mails = [render_mail(skeleton, letter, kept) for letter in letters]
    assert len({tuple(map(id, mail.tail)) for mail in mails}) == 1
    assert all(len(mail.data) < 20_000 for mail in mails)
    assert 0 <= skeleton.weight - mails[0].size < 5000
    for piece in skeleton.tail:
        if isinstance(piece, Contents):
            assert piece.encoded_size == len(kept[piece.sha256])


@given(st.binary(max_size=400))
def test_what_a_file_weighs_on_the_wire_is_known_before(content: bytes) -> None:
    assert Contents("", len(content)).encoded_size == len(encode(content))


@given(
    st.text(alphabet=st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=100)
    .map(str.strip)
    .filter(bool)
)
def test_every_name_is_read_as_it_was_written(name: str) -> None:
    head = f"Content-Type: application/pdf\r\nContent-Disposition: attachment{parameter('filename', name)}\r\n\r\n"
    assert head.isascii()
    assert max(map(len, head.split("\r\n"))) <= 100
    message = email.message_from_bytes(head.encode(), policy=email.policy.default)
    assert message["Content-Disposition"].params["filename"] == name, "get_filename would take <> off as well"


async def test_a_relay_gets_every_byte() -> None:
    mails = [written(compiled(), name) for name in ("Maria", "Ada", "Bruno")]
    big = mails[0]._replace(tail=(encode(bytes(3_000_000)), *mails[0].tail))
    async with relay(data_size_limit=20_000_000) as running:
        channel = EmailChannel(parse_relay(f"smtp://127.0.0.1:{running.port}"))
        outcomes = await channel.send([*mails, big, mails[1]], 0)
        await channel.close()
    assert {type(one) for one in outcomes} == {Delivered}
    assert running.kept.contents == [one.whole for one in (*mails, big, mails[1])]


async def test_what_the_relay_calls_too_large_is_not_offered_to_it() -> None:
    mail = written(compiled())
    async with relay(data_size_limit=mail.size - 1) as running:
        channel = EmailChannel(parse_relay(f"smtp://127.0.0.1:{running.port}"))
        outcomes = await channel.send([mail, mail._replace(tail=())], 0)
        await channel.close()
    assert [type(one) for one in outcomes] == [Rejected, Delivered]
    assert isinstance(refused := outcomes[0], Rejected) and str(mail.size) in refused.detail


@pytest.mark.parametrize("name", ['a"b.pdf', "a\\b.pdf", "a;b.pdf"])
def test_quotes_in_a_name_end_nothing(name: str) -> None:
    file = MailedFile(name, "application/pdf", sha256(PDF).hexdigest(), len(PDF))
    skeleton = compile_mail(Text("it", "x", "y", (), (name,)), replace(SETTING, files={name: file}), has_name=False)
    letter = Letter("a@example.org", "<1@x>", AT, LINKS)
    (attached,) = parsed(draft_mail(skeleton, letter, lambda _: encode(PDF)).finish().whole).iter_attachments()
    assert attached.get_filename() == name
