"""Texts become mails and chat messages; whatever people are called, it stays text."""

from __future__ import annotations

import email
import email.policy
import html
import quopri
import re
from dataclasses import replace
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from notifications.content.check import Allowed, check_languages, check_text
from notifications.content.email import Letter, MailSkeleton, compile_mail, render_mail
from notifications.content.errors import (
    ButtonUnknown,
    ButtonWithoutRound,
    TextTooLong,
    TextWrong,
    VariableMisplaced,
    VariableUnknown,
)
from notifications.content.markdown import to_plain, to_telegram
from notifications.content.mime import HeaderUnsafe, header, quote
from notifications.content.skeleton import one_line
from notifications.content.telegram import compile_chat, render_chat
from notifications.content.text import Setting, Text, read_buttons

BODY = "Gentile **{{ name }}**,\n\n- uno\n- due\n\nEntro il {{ closes_on }}. {% if name %}A presto.{% endif %}"
BUTTONS = [
    {"kind": "answer", "label": "Rispondi & vai"},
    {"kind": "join-chat", "label": "In chat"},
    {"kind": "link", "label": "Piano", "url": "https://example.org/?a=è&b='\""},
]
TEXT = Text("it", "Invito per {{ name }}", BODY, read_buttons(BUTTONS, "it"))
SETTING = Setting(
    sender="Città <office@example.org>",
    office="Città & <territorio>",
    contact_email="info@example.org",
    fixed={"closes_on": "31 *ottobre*"},
    round_id=3,
    list_id="invito.psm.example.org",
    has_chat=True,
)
LINKS = {
    "answer_link": "https://ascolto.example.org/q/1?a=1&b=2",
    "join_link": "https://t.me/bot?start=x",
    "unsubscribe_link": "https://ascolto.example.org/unsubscribe/u",
    "preferences_link": "https://ascolto.example.org/preferences/p",
}
AT = datetime(2023, 7, 6, 7, 30, tzinfo=UTC)
RAW = {"language": "it", "subject": "Invito", "body": BODY, "buttons": BUTTONS}


def compiled() -> MailSkeleton:
    return compile_mail(TEXT, SETTING, has_name=True)


def parsed(name: str) -> tuple[EmailMessage, str, str]:
    mail = render_mail(compiled(), Letter("a@example.org", "<1@example.org>", AT, {"name": name, **LINKS}))
    message = email.message_from_bytes(mail.data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    plain, page = (part.get_content().replace("\r\n", "\n") for part in message.iter_parts())
    return message, plain, page


def test_a_mail_has_both_parts_its_links_and_its_headers() -> None:
    message, plain, page = parsed("Maria Rossi")
    assert message["Subject"] == "Invito per Maria Rossi"
    assert message["List-Unsubscribe"] == f"<{LINKS['unsubscribe_link']}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Reply-To"] == "info@example.org"
    assert message["Auto-Submitted"] is None
    assert "Gentile Maria Rossi,\n\n- uno\n- due\n\nEntro il 31 *ottobre*. A presto." in plain
    assert f"Rispondi & vai: {LINKS['answer_link']}" in plain
    assert set(LINKS.values()) <= {html.unescape(found) for found in re.findall(r'href="([^"]*)"', page)}
    assert "Città &amp; &lt;territorio&gt;" in page
    assert not re.search("[\ue000-\uf8ff]|u{e00", page + plain)


def test_a_chat_message_has_telegrams_markup_and_a_press_for_the_answer() -> None:
    message = render_chat(compile_chat(TEXT, SETTING, has_name=True), "7", {"name": "M <b>&", **LINKS})
    assert message.text.startswith(
        "<b>Invito per M &lt;b&gt;&amp;</b>\n\nGentile <b>M &lt;b&gt;&amp;</b>,\n\n• uno\n• due"
    )
    assert [(button.label, button.data) for button in message.buttons] == [("Rispondi & vai", "open:3"), ("Piano", "")]
    assert "scriva /stop" in message.text


@given(st.text(max_size=300) | st.text(alphabet=".à =\n", max_size=300))
@example("000000===" + "¡" * 10 + "0")  # which fills a line
@example("x" * 75 + ".")
@example("x" * 73 + "=")
def test_every_line_is_short_and_ascii_whatever_people_are_called(name: str) -> None:
    mail = render_mail(compiled(), Letter("a@example.org", "<1@example.org>", AT, {"name": name, **LINKS}))
    assert mail.data.isascii()
    lines = mail.data.split(b"\r\n")
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    assert max(map(len, lines[lines.index(b"") :])) <= 76  # RFC 2045, section 6.7, rule 5
    assert max(map(len, lines)) <= 998
    assert not any(line.startswith(b".") for line in lines)  # as a relay would read the end of the mail there


@given(st.text(alphabet=".a=\n", max_size=400))
def test_lines_that_begin_with_a_dot_are_quoted_and_read_as_they_were(text: str) -> None:
    quoted = quote(text)
    assert quopri.decodestring(quoted).decode().replace("\r\n", "\n") == text
    assert not any(line.startswith(b".") or len(line) > 76 for line in quoted.split(b"\r\n"))


def test_an_address_of_another_alphabet_keeps_its_letters_and_its_domain_takes_those_of_the_dns() -> None:
    letter = Letter("città@münchen.example", "<1@example.org>", AT, {"name": "X", **LINKS})
    mail = render_mail(compiled(), letter)
    assert mail.recipient == "città@xn--mnchen-3ya.example"
    assert "To: città@xn--mnchen-3ya.example\r\n".encode() in mail.data


def test_the_sender_and_who_is_answered_are_written_so_that_every_relay_knows_them() -> None:
    setting = replace(SETTING, sender="Città <ufficio@città.example>", contact_email="info@città.example")
    skeleton = compile_mail(TEXT, setting, has_name=True)
    mail = render_mail(skeleton, Letter("a@example.org", "<1@example.org>", AT, {"name": "X", **LINKS}))
    assert mail.sender == "ufficio@xn--citt-3na.example"
    message = email.message_from_bytes(mail.data, policy=email.policy.default)
    assert message["From"].addresses[0].addr_spec == "ufficio@xn--citt-3na.example"
    assert message["Reply-To"] == "info@xn--citt-3na.example"


def test_a_missing_name_takes_the_other_side_of_the_condition() -> None:
    skeleton = compile_mail(TEXT, SETTING, has_name=False)
    assert "A presto" not in skeleton.plain.fill(LINKS)
    assert "A presto" in compiled().plain.fill({"name": "X", **LINKS})


NASTY = st.text(max_size=60) | st.sampled_from(
    [
        "{{ office }}",
        "{% raw %}",
        "**b** [x](http://e.org)",
        "<script>",
        "a\r\nBcc: x@example.org",
        "\ue000name\ue001",
        "</a>",
    ]
)


@given(NASTY)
def test_nothing_in_a_name_can_act(name: str) -> None:
    usual, _, usual_page = parsed("X")
    message, plain, page = parsed(name)
    assert message.keys() == usual.keys()
    assert one_line(name) in plain.replace("\r\n", "\n")
    tags = re.compile(r"<[^>]+>")
    assert tags.findall(page) == tags.findall(usual_page)
    chat = render_chat(compile_chat(TEXT, SETTING, has_name=True), "7", {"name": name, **LINKS})
    assert tags.findall(chat.text)[:4] == ["<b>", "</b>", "<b>", "</b>"]
    assert len(tags.findall(chat.text)) == 4


@pytest.mark.parametrize("address", ["a@example.org\r\nBcc: b@example.org", "a\n@example.org", "a@example.org\x00"])
def test_an_address_cannot_forge_headers(address: str) -> None:
    with pytest.raises(HeaderUnsafe):
        render_mail(compiled(), Letter(address, "<1@example.org>", AT, {"name": "X", **LINKS}))


def test_a_subject_without_a_blank_breaks_no_line_of_the_mail() -> None:
    for subject in ("x" * 3000, "é" * 3000, "x" * 900):
        head = header("Subject", subject)
        assert max(map(len, head.split("\r\n"))) <= 998  # RFC 5322, section 2.1.1
        assert str(make_header(decode_header(head.removeprefix("Subject: ").strip()))) == subject


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"body": "{{ surname }}"}, VariableUnknown),
        ({"body": "{% if round %}{{ surname }}{% endif %}"}, VariableUnknown),
        ({"subject": "{{ config }}"}, VariableUnknown),
        ({"body": "[x]({{ name }})"}, VariableMisplaced),
        ({"body": "{{ name | upper }}"}, VariableMisplaced),
        ({"body": "{{ 'a' * 200000000 }}"}, TextWrong),
        ({"body": "{{ 2 ** 999999 }}"}, TextWrong),
        ({"body": "{{ '%99999999s' % 'a' }}"}, TextWrong),
        ({"body": "{{ name.__class__.__mro__ }}"}, TextWrong),
        ({"body": "{{ ''.join(['a']) }}"}, TextWrong),
        ({"body": "{% if name %}"}, TextWrong),
        ({"body": "\ue000name\ue001"}, TextWrong),
        ({"body": "a " * 9000}, TextTooLong),
        ({"buttons": [{"kind": "link", "label": "x", "url": "javascript:alert(1)"}]}, ButtonUnknown),
        ({"buttons": [{"kind": "buy", "label": "x"}]}, ButtonUnknown),
    ],
)
def test_what_is_wrong_with_a_text(change: dict[str, Any], problem: type) -> None:
    assert [type(one) for one in check_text(RAW | change)] == [problem]


def test_a_good_text_has_nothing_wrong_and_an_answer_needs_a_round() -> None:
    assert check_text(RAW) == []
    assert [type(one) for one in check_text(RAW, Allowed(has_round=False))] == [ButtonWithoutRound]
    assert [problem.values for problem in check_languages(["it"], ["it", "en"])] == [{"language": "en"}]


def test_markdown_in_plain_text_and_in_telegram() -> None:
    source = "# T\n\na *b* [c](https://example.org) `d`\n\n1. e\n2. f\n\n> g\n\n<b>h</b>\n\n---\n\n```\ni < j\n```"
    assert to_plain(source) == ("T\n\na b c (https://example.org) d\n\n1. e\n2. f\n\n> g\n\n<b>h</b>\n\n---\n\ni < j")
    assert to_telegram(source) == (
        '<b>T</b>\n\na <i>b</i> <a href="https://example.org">c</a> <code>d</code>\n\n1. e\n2. f\n\n'
        "<blockquote>g</blockquote>\n\n&lt;b&gt;h&lt;/b&gt;\n\n———\n\n<pre>i &lt; j</pre>"
    )
