"""Long texts in parts: nothing is lost, nothing is cut where Telegram would refuse it, buttons stand under the last."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.content.errors import TextTooLong
from notifications.content.markdown import telegram_blocks, together
from notifications.content.splitting import ROOM_FOR_NAME, split, width
from notifications.content.telegram import LONGEST, MOST_TEXTS, compile_chat, render_chat
from notifications.content.text import Setting, Text, read_buttons
from notifications.content.variables import mark
from sandbox.server.html import read_html, units

WORDS = st.text(alphabet='ab é&<>"😀.!? \n', min_size=1, max_size=60)
MARKED = st.sampled_from(["**{}**", "*{}*", "[{}](https://example.org/?a=1&b=2)", "`{}`", "{}", f"{mark('name')} {{}}"])
INLINE = st.lists(
    st.tuples(MARKED, WORDS).map(lambda one: one[0].format(one[1].replace("\n", " ").strip() or "x")), max_size=8
)
BLOCK = st.tuples(st.sampled_from(["{}", "# {}", "- {}", "1. {}", "> {}", "```\n{}\n```"]), INLINE)
SOURCE = st.lists(BLOCK.map(lambda one: one[0].format(" ".join(one[1]) or "y")), min_size=1, max_size=12).map(
    "\n\n".join
)


def seen(text: str) -> str:
    """What a reader sees, without the white space that cuts may take."""
    plain, _ = read_html(text)
    return "".join(plain.split())


@given(SOURCE, st.integers(min_value=ROOM_FOR_NAME + 1, max_value=400))
def test_parts_are_short_whole_and_say_everything(source: str, room: int) -> None:
    blocks = telegram_blocks(source)
    parts = split(blocks, room)
    assert all(width(part) <= room for part in parts)
    assert "".join(map(seen, parts)) == seen(together(blocks))  # reading raises where tags do not match
    assert all(seen(part) for part in parts)


@given(SOURCE)
def test_a_text_that_fits_is_one_part_as_it_stands(source: str) -> None:
    blocks = telegram_blocks(source)
    whole = together(blocks)
    assert split(blocks, width(whole)) == ([whole] if whole.strip() else [])


def test_cuts_stand_between_blocks_then_sentences_then_words() -> None:
    paragraphs = telegram_blocks("\n\n".join(["One two three. Four five six."] * 3))
    assert split(paragraphs, 60) == [
        "One two three. Four five six.\n\nOne two three. Four five six.",
        "One two three. Four five six.",
    ]
    assert split(telegram_blocks("One two three. **Four five six.**"), 20) == [
        "One two three.",
        "<b>Four five six.</b>",
    ]
    assert split(telegram_blocks("**one two three four five six**"), 12) == [
        "<b>one two</b>",
        "<b>three four</b>",
        "<b>five six</b>",
    ]
    assert split(telegram_blocks("x" * 25), 10) == ["x" * 10, "x" * 10, "x" * 5]
    assert split(telegram_blocks("- a a a\n- b b b\n- c c c"), 12) == ["• a a a", "• b b b", "• c c c"]


SETTING = Setting("o@example.org", fixed={"closes_on": "31 ottobre"}, round_id=3)
BUTTONS = read_buttons([{"kind": "answer", "label": "Rispondi"}], "it")


def messages(body: str) -> list[str]:
    skeleton = compile_chat(Text("it", "Invito", body, BUTTONS), SETTING, has_name=True)
    message = render_chat(skeleton, "7", {"name": "Maria & <figli>"})
    assert [part.buttons for part in message.before] == [()] * len(message.before)
    assert message.buttons
    return [part.text for part in message.parts]


def test_the_last_part_has_the_buttons_and_the_way_out() -> None:
    body = "\n\n".join(f"Paragrafo {number} per {{{{ name }}}}. " + "Altre parole. " * 120 for number in range(8))
    parts = messages(body)
    assert 1 < len(parts) <= MOST_TEXTS
    assert ["/stop" in part for part in parts] == [False] * (len(parts) - 1) + [True]
    assert all(units(read_html(part)[0]) <= LONGEST for part in parts)
    assert len(parts[-1]) > 200  # the way out does not stand alone
    assert parts[0].startswith("<b>Invito</b>\n\nParagrafo 0 per")
    assert "".join(parts).count("Maria &amp; &lt;figli&gt;") == 8


def test_what_takes_more_messages_than_anybody_reads_is_said() -> None:
    with pytest.raises(TextTooLong) as caught:
        messages("parola " * 3000)
    assert caught.value.values == {"language": "it", "parts": 6, "most": MOST_TEXTS}


def test_a_text_at_the_very_limit_is_one_message() -> None:
    rest = LONGEST - units(read_html(messages("x")[0])[0]) + 1
    assert len(messages("x" * rest)) == 1
    assert len(messages("x" * (rest + 1))) == 2
