"""Mails that come in, invented after what mail systems write."""

from __future__ import annotations

ORIGINAL = """Message-ID: <delivery-7@example.org>
From: Ufficio <ufficio@example.org>
To: anna@example.com
Subject: Questionario

Buongiorno
"""


def addressed(mail: bytes, to: str) -> bytes:
    """The mail as it comes to another address."""
    return mail.replace(b"To: ufficio@example.org", f"To: {to}".encode(), 1)


def report(diagnostic: str, status: str = "5.0.0", action: str = "failed", words: str = "It did not work.") -> bytes:
    """A delivery report (RFC 3464) about anna@example.com."""
    return f"""Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mx.example.net>
To: ufficio@example.org
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain

{words}

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; anna@example.com
Original-Recipient: rfc822;anna@example.com
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {diagnostic}

--b1
Content-Type: message/rfc822

{ORIGINAL}
--b1--
""".encode()


def told(words: str, subject: str = "failure notice", sender: str = "MAILER-DAEMON@mx.example.net") -> bytes:
    """A bounce in words of its own, with the mail that came back below."""
    headers = f"From: {sender}\nTo: ufficio@example.org\nSubject: {subject}\n"
    return f"{headers}\n{words}\n\n--- Below this line is a copy of the message.\n\n{ORIGINAL}".encode()


def written(words: str, subject: str = "Re: Questionario", headers: str = "") -> bytes:
    """A mail that a person, or a program in a person's name, sent."""
    return f"From: Anna <anna@example.com>\nTo: ufficio@example.org\nSubject: {subject}\n{headers}\n{words}\n".encode()


COMPLAINT = f"""From: feedback@provider.example.net
To: fbl@example.org
Subject: Abuse report
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b2"

--b2
Content-Type: text/plain

This is an abuse report for a mail we received.

--b2
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Provider/1.0
Version: 1
Original-Rcpt-To: <anna@example.com>

--b2
Content-Type: message/rfc822

{ORIGINAL}
--b2--
""".encode()
NOTICE = b"""From: notices <no-reply@sns.example.net>
Subject: Notification Message

{"notificationType":"Bounce","bounce":{"bounceType":"Permanent","bouncedRecipients":[{"emailAddress":"anna@example.com",
"status":"5.1.1","diagnosticCode":"smtp; 550 5.1.1 user unknown"}]},"mail":{"source":"ufficio@example.org"}}
"""
