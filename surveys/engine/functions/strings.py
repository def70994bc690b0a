"""Functions over texts."""

from __future__ import annotations

import hashlib
import random
import re
import uuid as uuids
from base64 import b64encode
from functools import lru_cache
from typing import Any

from surveys.engine.functions.kinds import Function, number, text, texts

_DIGESTS = {"MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512"}


def concat(_: Any, *values: Any) -> str:
    return "".join(texts(values))


def join(_: Any, separator: Any, *values: Any) -> str:
    return text(separator).join(texts(values))


def substr(_: Any, value: Any, start: Any, end: Any = None) -> str:
    """Characters from `start` (0-based) up to but without `end`; negative counts from the end."""
    written = text(value)
    return written[int(number(start)) :] if end is None else written[int(number(start)) : int(number(end))]


def regex(_: Any, value: Any, pattern: Any) -> bool:
    """Whether the whole value matches, as in JavaRosa."""
    return bool(_pattern(text(pattern)).fullmatch(text(value)))


def ends_with(_: Any, value: Any, end: Any) -> bool:
    return text(value).endswith(text(end))


def digest(_: Any, value: Any, algorithm: Any, encoding: Any = "base64") -> str:
    name = text(algorithm)
    if name not in _DIGESTS:
        return ""
    made = hashlib.new(name.replace("-", "").lower(), text(value).encode(), usedforsecurity=False)
    return made.hexdigest() if text(encoding) == "hex" else b64encode(made.digest()).decode()


def uuid(context: Any, now: str) -> str:
    """A random name that is the same when the same moment of the same answers is replayed."""
    node = context.context_node
    seed = now + node.getroottree().getpath(node) + "".join(node.getroottree().getroot().itertext())
    return str(uuids.UUID(int=random.Random(seed).getrandbits(128), version=4))


def uuid_of(context: Any, now: str, _length: Any = None) -> str:
    return uuid(context, now)


@lru_cache(256)
def _pattern(source: str) -> re.Pattern[str]:
    return re.compile(source)


STRINGS: dict[str, Function] = {
    "concat": Function(concat),
    "join": Function(join, 1),
    "substr": Function(substr, 2, 3),
    "substring": Function(None, 2, 3),
    "substring-before": Function(None, 2, 2),
    "substring-after": Function(None, 2, 2),
    "string-length": Function(None, 0, 1),
    "string": Function(None, 0, 1),
    "contains": Function(None, 2, 2),
    "starts-with": Function(None, 2, 2),
    "ends-with": Function(ends_with, 2, 2),
    "normalize-space": Function(None, 0, 1),
    "translate": Function(None, 3, 3),
    "regex": Function(regex, 2, 2),
    "digest": Function(digest, 2, 3),
    "uuid": Function(uuid_of, 0, 1, ("moment",)),
}
