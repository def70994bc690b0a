"""Rules as short texts and as JSON, read with errors that say what to do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from core.errors import Problem
from surveys.polls.tally.ballots import ANYTHING, May
from surveys.polls.tally.errors import (
    MethodUnknown,
    NoPhrase,
    QuorumUnreadable,
    RuleUnreadable,
    ScaleUnreadable,
    ShareUnreadable,
    TieRuleUnknown,
)
from surveys.polls.tally.methods import RANKED, Method
from surveys.polls.tally.rule import ByLot, ByMethod, ByOrder, Quorum, Rule, Threshold, TieBreak

WIDEST_SCALE = 1000
PERCENT = re.compile(r"([0-9]{1,3}(?:[.,][0-9]{1,6})?)\s*%")
FRACTION = re.compile(r"([0-9]{1,6})\s*/\s*([1-9][0-9]{0,5})")
WHOLE = re.compile(r"[1-9][0-9]{0,8}")
SCALE = re.compile(r"(-?[0-9]{1,6})\s*\.\.\s*(-?[0-9]{1,6})")


def read_method(name: str) -> Method:
    try:
        return Method(name.strip().lower())
    except ValueError:
        raise MethodUnknown(method=name[:40], known=", ".join(Method)) from None


def read_tie(name: str, phrase: str = "", drawn: str = "") -> TieBreak | None:
    """`none`, `order`, `lot`, or a method's name."""
    match name.strip().lower():
        case "none" | "":
            return None
        case "order":
            return ByOrder()
        case "lot":
            if not phrase.strip():
                raise NoPhrase
            return ByLot(phrase.strip(), drawn.strip())
        case other if other in RANKED:
            return ByMethod(Method(other))
    raise TieRuleUnknown(name=name[:40], known=", ".join(sorted(RANKED)))


def read_share(text: str) -> Fraction:
    """`50%`, `33.3%` or `1/3`: at most the whole, and more than nothing."""
    if found := PERCENT.fullmatch(text.strip()):
        share = Fraction(found[1].replace(",", ".")) / 100
    elif found := FRACTION.fullmatch(text.strip()):
        share = Fraction(int(found[1]), int(found[2]))
    else:
        raise ShareUnreadable(value=text[:40])
    if not 0 < share <= 1:
        raise ShareUnreadable(value=text[:40])
    return share


def read_quorum(text: str) -> Quorum:
    """A number of ballots or a share of those invited."""
    if WHOLE.fullmatch(text.strip()):
        return Quorum(number=int(text))
    try:
        return Quorum(share=read_share(text))
    except ShareUnreadable:
        raise QuorumUnreadable(value=text[:40]) from None


def read_threshold(text: str) -> Threshold:
    """A share; `>50%` for more than it."""
    text = text.strip()
    return Threshold(read_share(text.removeprefix(">")), strictly=text.startswith(">"))


def read_scale(text: str) -> tuple[int, int]:
    found = SCALE.fullmatch(text.strip())
    if not found or not 0 < int(found[2]) - int(found[1]) <= WIDEST_SCALE:
        raise ScaleUnreadable(value=text[:40])
    return int(found[1]), int(found[2])


def rule_json(rule: Rule) -> dict[str, Any]:
    """What a rule says, without what it leaves open."""
    found: dict[str, Any] = {"method": rule.method.value}
    if rule.ties:
        found["ties"] = [tie_json(tie) for tie in rule.ties]
    if rule.quorum:
        found["quorum"] = str(rule.quorum.number) if rule.quorum.number else _share_text(rule.quorum.share)
    if rule.threshold:
        found["threshold"] = (">" if rule.threshold.strictly else "") + _share_text(rule.threshold.share)
    if rule.method is Method.MEAN:
        found["scale"] = "{}..{}".format(*rule.scale)
    if rule.may != ANYTHING:
        found["may"] = sorted(rule.may)
    return found


def rule_from_json(told: Any) -> Rule:
    """The rule again; raises RuleUnreadable."""
    try:
        return Rule(
            Method(told["method"]),
            tuple(tie for one in told.get("ties", []) if (tie := _tie_from_json(one))),
            read_quorum(told["quorum"]) if "quorum" in told else None,
            read_threshold(told["threshold"]) if "threshold" in told else None,
            read_scale(told["scale"]) if "scale" in told else (0, 10),
            frozenset(May(one) for one in told.get("may", May)),
        )
    except (Problem, ValueError, KeyError, TypeError, AttributeError):
        raise RuleUnreadable from None


def _share_text(share: Fraction) -> str:
    return f"{share.numerator}/{share.denominator}"


def tie_json(tie: TieBreak) -> dict[str, str]:
    match tie:
        case ByLot():
            phrase, drawn = tie.lines
            return {"by": "lot", "phrase": phrase, "drawn": drawn}
        case ByMethod(method):
            return {"by": method.value}
        case ByOrder():
            return {"by": "order"}


def _tie_from_json(told: Mapping[str, str]) -> TieBreak | None:
    return read_tie(told["by"], told.get("phrase", ""), told.get("drawn", ""))
