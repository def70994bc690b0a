"""What the outside world does wrong on request, to see how the product takes it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeVar

Drop = Literal["before", "after"]


class WrongWish(Exception):
    """A wish for misbehaviour that cannot be understood; the text says which part."""


@dataclass(frozen=True)
class ApiFault:
    """How the Bot API fails: a status, slowness, or a connection that drops.

    A drop `before` carries nothing out; one `after` does, and only its answer is lost.
    `methods` empty means every method but getUpdates; `times` nought means until told otherwise.
    """

    status: int = 0
    retry_after: int = 0
    times: int = 0
    methods: tuple[str, ...] = ()
    slow: float = 0
    drop: Drop | None = None

    def concerns(self, method: str) -> bool:
        name = method.lower()
        return name in {m.lower() for m in self.methods} if self.methods else name != "getupdates"


@dataclass(frozen=True)
class MailFault:
    """How the mail server fails: a code at a stage, slowness, a dropped connection or greylisting.

    `recipients` empty means everybody. A drop happens when the message has arrived (`after`
    it is kept, `before` it is not), before the answer.
    """

    code: int = 0
    text: str = ""
    stage: Literal["mail", "rcpt", "data"] = "rcpt"
    times: int = 0
    recipients: tuple[str, ...] = ()
    slow: float = 0
    drop: Drop | None = None
    greylist: bool = False

    def concerns(self, recipient: str) -> bool:
        return not self.recipients or recipient.lower() in {r.lower() for r in self.recipients}


Fault = TypeVar("Fault", ApiFault, MailFault)


@dataclass
class Misbehaviour:
    """The faults in force."""

    telegram: ApiFault | None = None
    mail: MailFault | None = None
    greeted: set[tuple[str, str]] = field(default_factory=set)

    def wish(self, wishes: Mapping[str, Any]) -> None:
        """Takes `{"telegram": {...}, "mail": {...}}`; raises WrongWish."""
        unknown = set(wishes) - {"telegram", "mail"}
        if unknown:
            raise WrongWish("only telegram and mail can misbehave")
        if "telegram" in wishes:
            self.telegram = _read(ApiFault(), wishes["telegram"])
        if "mail" in wishes:
            self.mail = _read(MailFault(), wishes["mail"])
            self.greeted.clear()

    def behave(self) -> None:
        self.telegram = self.mail = None

    def api_fault(self, method: str) -> ApiFault | None:
        """The fault for a request now, counted."""
        fault = self.telegram
        if fault is None or not fault.concerns(method):
            return None
        self.telegram = _counted(fault)
        return fault

    def mail_fault(self, recipient: str | None, stage: str) -> MailFault | None:
        """The fault at a stage of a mail's way now, counted; a recipient where one is named."""
        fault = self.mail
        if fault is None or (recipient is not None and not fault.concerns(recipient)):
            return None
        if stage != ("data" if fault.drop else fault.stage) or not (fault.code or fault.drop):
            return None
        self.mail = _counted(fault)
        return fault

    def greylisted(self, sender: str, recipient: str) -> bool:
        """Whether a pair of addresses is seen for the first time while greylisting."""
        if self.mail is None or not self.mail.greylist or (sender, recipient) in self.greeted:
            return False
        self.greeted.add((sender, recipient))
        return True

    async def dawdle_over_mail(self) -> None:
        if self.mail is not None and self.mail.slow:
            await asyncio.sleep(self.mail.slow)

    def as_json(self) -> dict[str, Any]:
        return {"telegram": self.telegram and vars(self.telegram), "mail": self.mail and vars(self.mail)}


def _counted(fault: Fault) -> Fault | None:
    if fault.times == 1:
        return None
    return replace(fault, times=fault.times - 1) if fault.times else fault


def _read(usual: Fault, wish: Any) -> Fault | None:
    if wish is None:
        return None
    if not isinstance(wish, Mapping):
        raise WrongWish("a fault is an object")
    values: dict[str, Any] = {}
    for name, value in wish.items():
        if name not in vars(usual):
            raise WrongWish(f"unknown: {name}")
        values[name] = _checked(name, value, getattr(usual, name))
    return replace(usual, **values)


def _checked(name: str, value: Any, usual: Any) -> Any:
    if name == "drop":
        if value not in {True, False, None, "before", "after"}:
            raise WrongWish("drop: before, after, true")
        return "before" if value is True else value or None
    if isinstance(usual, tuple):
        return tuple(str(part) for part in value)
    wanted: Any = (int, float) if isinstance(usual, float) or name == "slow" else type(usual)
    if not isinstance(value, wanted):
        raise WrongWish(f"{name}: {type(usual).__name__}")
    return value
