"""Functions over texts."""

from __future__ import annotations

import binascii
import hashlib
import random
import re
import uuid as uuids
from base64 import b64decode, b64encode
from typing import Any

from surveys.engine.functions.kinds import LONGEST, Function, elements, text, texts, whole
from surveys.engine.functions.letters import PatternFault
from surveys.engine.functions.matching import matches
from surveys.engine.functions.numbers import dice
from surveys.engine.functions.shuffle import in_order

_DIGESTS = {"MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512"}
_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_MOST_LETTERS = 10_000
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def string(context: Any, *value: Any) -> str:
    return text(value[0] if value else elements([context.context_node]))


def concat(context: Any, *values: Any) -> str:
    return _joined("", in_order(context, values))


def join(context: Any, separator: Any, *values: Any) -> str:
    return _joined(text(separator), in_order(context, values))


def _joined(separator: str, values: tuple[Any, ...]) -> str:
    """Texts one after another; blank where that would be very long, as calculations over calculations may be."""
    parts = texts(values)
    length = sum(map(len, parts)) + len(separator) * (len(parts) - 1)
    return separator.join(parts) if length <= LONGEST else ""


def substr(_: Any, value: Any, start: Any, *end: Any) -> str:
    """Characters from `start` (0-based) up to but without `end`; negative counts from the end."""
    written = text(value)
    return written[whole(start) : whole(end[0]) if end else None]


def translate(_: Any, value: Any, old: Any, new: Any) -> str:
    """Each character of `old` becomes the one at its place in `new`, or nothing (XPath 1.0)."""
    before, after = text(old), text(new)
    table = {ord(letter): after[at : at + 1] for at, letter in reversed(list(enumerate(before)))}
    return text(value).translate(table)


def regex(_: Any, value: Any, pattern: Any) -> bool:
    """Whether the whole value matches, as in JavaRosa; false where the pattern cannot be used."""
    try:
        return matches(text(pattern), text(value))
    except PatternFault:
        return False


def ends_with(_: Any, value: Any, end: Any) -> bool:
    return text(value).endswith(text(end))


def digest(_: Any, value: Any, algorithm: Any, encoding: Any = "base64") -> str:
    """XForms 1.1's `digest`; blank for an unknown algorithm or encoding."""
    name, written = text(algorithm).upper(), text(encoding).lower()
    if name not in _DIGESTS or written not in ("base64", "hex"):
        return ""
    made = hashlib.new(name.replace("-", "").lower(), text(value).encode(), usedforsecurity=False)
    return made.hexdigest() if written == "hex" else b64encode(made.digest()).decode()


def base64_decode(_: Any, value: Any) -> str:
    """The UTF-8 text within; blank where it is not Base64, without what XML cannot hold."""
    try:
        found = b64decode("".join(text(value).split()), validate=True)
    except (binascii.Error, ValueError):
        return ""
    return _NOT_XML.sub("", found.decode(errors="replace"))


def uuid(context: Any, moment: str, *length: Any) -> str:
    """A random name that is the same when the same moment of the same answers is replayed.

    With a length it is that many letters and digits, as in JavaRosa.
    """
    answers = "".join(map(str, context.context_node.getroottree().getroot().itertext()))
    drawn = random.Random(f"{dice(context, moment).random()}{answers}")
    if length:
        return "".join(drawn.choices(_LETTERS, k=max(0, min(whole(length[0]), _MOST_LETTERS))))
    return str(uuids.UUID(int=drawn.getrandbits(128), version=4))


STRINGS: dict[str, Function] = {
    "string": Function(string, 0, 1),
    "concat": Function(concat),
    "join": Function(join, 1),
    "substr": Function(substr, 2, 3),
    "substring": Function(None, 2, 3),
    "substring-before": Function(None, 2, 2),
    "substring-after": Function(None, 2, 2),
    "string-length": Function(None, 0, 1),
    "contains": Function(None, 2, 2),
    "starts-with": Function(None, 2, 2),
    "ends-with": Function(ends_with, 2, 2),
    "normalize-space": Function(None, 0, 1),
    "translate": Function(translate, 3, 3),
    "regex": Function(regex, 2, 2),
    "digest": Function(digest, 2, 3),
    "base64-decode": Function(base64_decode, 1, 1),
    "uuid": Function(uuid, 0, 1, ("moment",)),
}
