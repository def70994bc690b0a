"""A poll as a message asks it: what stands on its buttons, and how it is answered by mail. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from core.i18n import N_, Translator
from surveys.polls.kinds import SECRECY_TOLD, TOLD_THE_LENT, Kind
from surveys.polls.poll import Poll

VOTE = N_("Vote")
BY_NUMBER = frozenset({Kind.SINGLE, Kind.MULTIPLE, Kind.RANKING})
MOST_BUTTONS = 8  # in a mail; a longer list stands on the page


@dataclass(frozen=True)
class AskedPoll:
    """What is the same for everybody who is asked in one language.

    `choices` are those that have a button of their own in a mail, (name, label): it chooses on the page, where one
    more press counts. A secret poll has none: an address with the choice would stand in logs.
    """

    poll_id: int
    told: str = ""  # how the vote is treated
    choices: tuple[tuple[str, str], ...] = ()
    by_mail: tuple[str, ...] = ()  # how it is answered by mail, a line each


def asked_poll(poll: Poll, t: Translator, *, lent: bool = False) -> AskedPoll:
    """`lent` where those who are asked are another office's people."""
    told = t(TOLD_THE_LENT if lent and not poll.is_secret else SECRECY_TOLD[poll.definition.secrecy.value])
    if poll.is_secret:
        return AskedPoll(poll.id, told)
    labels = tuple((name, poll.label_of(name, t)) for name in poll.names)
    has_buttons = poll.kind is Kind.SINGLE and not poll.rules.shuffled and len(labels) <= MOST_BUTTONS
    return AskedPoll(poll.id, told, labels if has_buttons else (), _by_mail(poll, labels, t))


def takes_mail(poll: Poll) -> bool:
    """Whether an answer to a mail can be a vote: named, and said with numbers that are the same for everybody."""
    return not poll.is_secret and not poll.rules.shuffled and poll.kind in BY_NUMBER | {Kind.SCALE}


def _by_mail(poll: Poll, labels: tuple[tuple[str, str], ...], t: Translator) -> tuple[str, ...]:
    if not takes_mail(poll):
        return ()
    if poll.kind is Kind.SCALE:
        rules = poll.rules
        return (
            t("You can also answer this mail, with a number from {least} to {most} alone.", least=rules.least,
              most=rules.most),
        )  # fmt: skip
    lead = {
        Kind.SINGLE: N_("You can also answer this mail, with one of these numbers or words alone:"),
        Kind.MULTIPLE: N_("You can also answer this mail, with the numbers of your choice alone, as in: 1, 3"),
        Kind.RANKING: N_("You can also answer this mail, with the numbers alone, the best first, as in: 3, 1, 2"),
    }[poll.kind]
    return (t(lead), *(f"{number} – {label}" for number, (_, label) in enumerate(labels, 1)))
