"""In Italian a button names its act in the infinitive, which is neutral beside the formal Lei."""

from __future__ import annotations

from bots.staff.polls import LABELS
from core.i18n import translator

ITALIAN = translator("it")


def test_the_acts_of_a_poll_in_the_staff_s_chat() -> None:
    said = {ITALIAN(label) for label in LABELS.values()}
    assert [one for one in said if not one.split()[0].endswith("re")] == []
