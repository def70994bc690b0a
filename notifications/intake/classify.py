"""What a mail is that came in: bounce, complaint, auto-reply, challenge or a person's own. Pure."""

from __future__ import annotations

from dataclasses import replace

from notifications.intake.answering import is_auto_reply, is_challenge
from notifications.intake.diagnosis import STILL_TRYING, Evidence, diagnose
from notifications.intake.feedback import read_feedback, read_notice
from notifications.intake.kinds import Classified, Fate, Kind, Recipient
from notifications.intake.letter import Letter, read_letter
from notifications.intake.report import Field, report_fields, written_fields
from notifications.intake.told import (
    Told,
    is_address,
    is_by_machine,
    is_told,
    own_words,
    read_told,
    stage_of,
    words_about,
)


def classify(raw: bytes) -> Classified:
    """Reads a mail as it arrived; raises LetterTooLarge and nothing else."""
    return classify_letter(read_letter(raw))


def classify_letter(letter: Letter) -> Classified:
    """What a mail is.

    Reports come first, because they are written for programs; then what answers by itself; then words.
    """
    for read in (read_feedback, read_notice, _read_report, _read_machine, _read_answer, _read_told):
        if (found := read(letter)) is not None:
            return found
    return Classified(Kind.NONE)


def _read_report(letter: Letter) -> Classified | None:
    fields = report_fields(letter) or written_fields(letter.text)
    if not fields:
        return None
    words, addresses = own_words(letter), {one.address for one in fields}
    return Classified(Kind.BOUNCE, tuple(_reported(one, words, addresses) for one in fields if is_address(one.address)))


def _reported(field: Field, words: str, addresses: set[str]) -> Recipient:
    about = words_about(field.address, words, addresses)
    evidence = Evidence(field.diagnostic, field.status, stage_of(about), field.action, about)
    fate = diagnose(evidence)
    if fate is Fate.UNKNOWN:  # the report says nothing; its words for people may
        fate = diagnose(replace(evidence, text=about))
    is_final = fate is not Fate.DELIVERED and field.action not in STILL_TRYING
    return Recipient(field.address, field.status, fate, is_final)


def _read_machine(letter: Letter) -> Classified | None:
    """A mail system's own mail; some mark it as an automatic reply, which it is."""
    return _read_told(letter) if is_by_machine(letter) else None


def _read_answer(letter: Letter) -> Classified | None:
    if is_auto_reply(letter):
        return Classified(Kind.AUTO_REPLY)
    return Classified(Kind.CHALLENGE) if is_challenge(letter) else None


def _read_told(letter: Letter) -> Classified | None:
    told = read_told(letter) if is_told(letter) else []
    return Classified(Kind.BOUNCE, tuple(_recipient(one) for one in told)) if told else None


def _recipient(told: Told) -> Recipient:
    action = "delayed" if told.still_trying else ""
    fate = diagnose(Evidence(told.text, told.status, stage_of(told.text), action))
    return Recipient(told.address, told.status, fate, is_final=not told.still_trying)
