"""Mail sent by a real client and read over HTTP."""

from __future__ import annotations

import asyncio
import email
from email import policy
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import aiosmtplib

from sandbox.mail.replying import make_maildir
from tests.support.sandbox import RunningSandbox


def letter(to: str = "anna@posta.example") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Ascolto <ascolto@comune.example>"
    message["To"] = to
    message["Subject"] = "Invito all’incontro"
    message.set_content("Risponda qui: https://comune.example/r/abc.")
    message.add_alternative(
        '<p><a href="https://comune.example/r/abc">Qui</a> <img src="cid:logo"></p>', subtype="html"
    )
    html = message.get_payload()[1]  # type: ignore[index]
    assert isinstance(html, EmailMessage)
    html.add_related(b"\x89PNG", "image", "png", cid="<logo>")
    message.add_attachment(b"BEGIN:VCALENDAR", maintype="text", subtype="calendar", filename="invito.ics")
    return message


async def deliver(sandbox: RunningSandbox, to: str) -> None:
    await aiosmtplib.send(
        letter(to),
        recipients=[to],
        sender="ascolto@comune.example",
        hostname="127.0.0.1",
        port=sandbox.addresses.smtp_port,
    )


async def test_a_message_is_read_as_a_mail_program_would(sandbox: RunningSandbox) -> None:
    await deliver(sandbox, "anna@posta.example")
    await deliver(sandbox, "bruno@posta.example")
    (mail,) = await sandbox.mail("Anna@posta.example")
    assert (mail["from"], mail["to"]) == ("ascolto@comune.example", ["anna@posta.example"])
    assert mail["subject"] == "Invito all’incontro"
    assert mail["links"] == ["https://comune.example/r/abc"]
    assert mail["received_at"] == "2023-07-10T08:00:00+00:00"
    whole = (await sandbox.http.get(f"/mail/messages/{mail['id']}")).json()
    assert whole["text"].startswith("Risponda qui")
    assert [part["name"] for part in whole["parts"]] == ["part-1", "invito.ics"]
    html = await sandbox.http.get(f"/mail/messages/{mail['id']}/html")
    assert f"/mail/messages/{mail['id']}/parts/1" in html.text
    assert "allow-scripts" not in html.headers["Content-Security-Policy"]
    assert html.headers["Content-Security-Policy"].startswith("sandbox ")
    part = await sandbox.http.get(f"/mail/messages/{mail['id']}/parts/2")
    assert part.content.startswith(b"BEGIN:VCALENDAR")
    assert (await sandbox.http.get("/mail/messages?after=1")).json()[0]["to"] == ["bruno@posta.example"]
    assert (await sandbox.http.get("/mail/messages/99")).status_code == 404


async def test_a_message_is_kept_byte_for_byte(sandbox: RunningSandbox) -> None:
    raw = letter().as_bytes(policy=SMTP)
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=sandbox.addresses.smtp_port) as client:
        await client.sendmail("a@comune.example", ["anna@posta.example"], raw)
    assert (await sandbox.http.get("/mail/messages/1/raw")).content == raw


async def test_commands_may_be_pipelined(sandbox: RunningSandbox) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", sandbox.addresses.smtp_port)
    await reader.readline()
    writer.write(b"EHLO client.example\r\n")
    offered: list[bytes] = []
    while not offered or offered[-1][3:4] == b"-":
        offered.append(await reader.readline())
    names = {line[4:].split()[0].decode() for line in offered[1:]}
    assert {"PIPELINING", "SIZE", "8BITMIME", "SMTPUTF8"} <= names
    for number in range(20):
        body = f"Subject: {number}\r\n\r\nCiao\r\n..punto\r\n.\r\n"
        envelope = f"MAIL FROM:<a@b.example>\r\nRCPT TO:<c{number}@d.example>\r\nDATA\r\n"
        writer.write(envelope.encode())
        answers = [await reader.readline() for _ in range(3)]
        assert [line[:3] for line in answers] == [b"250", b"250", b"354"]
        writer.write(body.encode() + b"RSET\r\n")
        assert [(await reader.readline())[:3] for _ in range(2)] == [b"250", b"250"]
    writer.write(b"QUIT\r\n")
    await reader.read()
    writer.close()
    mails = await sandbox.mail()
    assert [mail["subject"] for mail in mails] == [str(number) for number in range(20)]
    assert sandbox.world.mail.kept[0].raw.endswith(b"Ciao\r\n.punto\r\n")


async def test_broken_mail_is_shown_as_well_as_it_can_be(sandbox: RunningSandbox) -> None:
    raw = b"Subject: =?x-none?Q?a?=\r\nContent-Type: text/plain; charset=x-none\r\n\r\nCiao \xe8\r\n"
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=sandbox.addresses.smtp_port) as client:
        await client.sendmail("", ["anna@posta.example"], raw)
        await client.sendmail("", ["anna@posta.example"], b"")
    answer = await sandbox.http.get("/mail/messages/1")
    assert answer.json()["text"].startswith("Ciao")
    for path in (
        "/mail/messages",
        "/mail/messages/2",
        "/mail/inbox/anna@posta.example",
        "/mail/inbox/anna@posta.example/1",
    ):
        assert (await sandbox.http.get(path)).status_code == 200


async def test_a_mail_is_answered_from_its_inbox(sandbox: RunningSandbox, tmp_path: Path) -> None:
    sandbox.world.maildir = make_maildir(tmp_path / "mail")
    await deliver(sandbox, "anna@posta.example")
    here = "/mail/inbox/anna%40posta.example/1"
    page = (await sandbox.http.get(here)).text
    assert f'action="{here}/reply"' in page
    assert (await sandbox.http.post(f"{here}/reply", data={"words": "  "})).status_code == 303
    assert (await sandbox.http.get("/mail/messages?after=1")).json() == []
    answered = await sandbox.http.post(f"{here}/reply", data={"words": "Vengo\r\nBcc: x@example.org"})
    assert answered.headers["location"] == f"{here}?replied=1"
    (waiting,) = (tmp_path / "mail" / "new").iterdir()
    reply = email.message_from_bytes(waiting.read_bytes(), policy=policy.default)
    assert (reply["From"], reply["To"]) == ("anna@posta.example", "ascolto@comune.example")
    assert reply["Subject"] == "Re: Invito all’incontro"
    assert reply["Bcc"] is None
    body = reply.get_content()
    assert body.startswith("Vengo")
    assert "> Risponda qui: https://comune.example/r/abc." in body
    assert [one["from"] for one in (await sandbox.http.get("/mail/messages?after=1")).json()] == ["anna@posta.example"]
    assert (await sandbox.http.post("/mail/inbox/anna@posta.example/9/reply", data={"words": "x"})).status_code == 404
