"""What is asked of the DNS, apart from asking it.

A judgement is a generator: it yields questions and is sent the answers, so that the rules stand in one
piece, know no network, and are tried with any records.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

T = TypeVar("T")


class Kind(StrEnum):
    TXT = "TXT"
    A = "A"
    AAAA = "AAAA"
    MX = "MX"
    PTR = "PTR"


@dataclass(frozen=True)
class Question:
    name: str
    kind: Kind


@dataclass(frozen=True)
class Answer:
    """The records of one kind: a TXT's strings joined (RFC 7208, section 3.3), an MX as "10 mail.example.org".

    `exists` is False where there is no such name at all (RFC 2308, section 2.1); names have no dot at their end.
    """

    records: tuple[str, ...] = ()
    exists: bool = True


class NoAnswer(Exception):
    """The DNS did not answer a question, or only that it cannot."""

    def __init__(self, question: Question, why: str) -> None:
        super().__init__(f"{question.kind} {question.name}: {why}")
        self.question = question
        self.why = why


Inquiry = Generator[Question, Answer, T]
Ask = Callable[[Question], Awaitable[Answer]]


def records(name: str, kind: Kind) -> Inquiry[tuple[str, ...]]:
    """The records of a name, none where there is no such name."""
    answer = yield Question(name, kind)
    return answer.records


def addresses_of(name: str) -> Inquiry[tuple[str, ...]]:
    """The IPv4 and IPv6 addresses of a name."""
    four = yield from records(name, Kind.A)
    six = yield from records(name, Kind.AAAA)
    return four + six


async def inquire(inquiry: Inquiry[T], ask: Ask) -> T:
    """Carries an inquiry out; raises NoAnswer."""
    try:
        question = next(inquiry)
        while True:
            question = inquiry.send(await ask(question))
    except StopIteration as done:
        result: T = done.value
        return result


def mail_domain(address: str) -> str:
    """The part behind the @, as the DNS knows it (RFC 5890); "" where there is none."""
    domain = address.rpartition("@")[2].strip().rstrip(".").lower() if "@" in address else ""
    try:
        return domain.encode("idna").decode() if domain else ""
    except UnicodeError:
        return ""
