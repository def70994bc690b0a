"""Regular expressions read into a tree: the part of Java's and ECMAScript's that can be matched in linear time.

References back to a group are refused, as are atomic groups; a possessive quantifier counts as a plain one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from surveys.engine.functions.letters import (
    Letters,
    PatternFault,
    among,
    any_case,
    between,
    both,
    either,
    escaped,
    named,
    negated,
)

MAX_LENGTH = 4_000
MAX_DEPTH = 40
MAX_TIMES = 10_000

_TIMES = re.compile(r"\{([0-9]{1,9})(,([0-9]{0,9}))?\}|([*+?])")
_GROUP = re.compile(
    r"\(\?(?:(?P<look><?[=!])|P?<(?P<name>[A-Za-z]\w*)>|(?P<on>[a-z]*)(?:-(?P<off>[a-z]+))?(?P<end>[:)]))"
)
_CODE = re.compile(r"x([0-9A-Fa-f]{2})|x\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|u\{([0-9A-Fa-f]{1,6})\}")
_PROPERTY = re.compile(r"[pP](?:\{([\w=]+)\}|([A-Z]))")
_QUOTED = re.compile(r"\\Q(.*?)(?:\\E|\Z)|\\.", re.DOTALL)
_CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v", "a": "\a", "e": "\x1b", "0": "\0"}
_BREAKS = frozenset("\n\r\x85\u2028\u2029")


@dataclass(frozen=True)
class One:
    """One character."""

    letters: Letters


@dataclass(frozen=True)
class Row:
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Choice:
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Times:
    """A part as often as from `least` to `most`, or without end."""

    part: Part
    least: int
    most: int | None


@dataclass(frozen=True)
class Edge:
    """A place between characters: A and z (the ends), ^ and $ (of lines too), Z, b and B."""

    kind: str


@dataclass(frozen=True)
class Look:
    """What has to stand ahead or behind, or must not."""

    part: Part
    ahead: bool
    wanted: bool


Part = One | Row | Choice | Times | Edge | Look


@dataclass(frozen=True)
class _Flags:
    i: bool = False
    s: bool = False
    m: bool = False


def read(source: str) -> Part:
    """The tree of a pattern; raises PatternFault where it cannot be used."""
    if len(source) > MAX_LENGTH:
        raise PatternFault("too long")
    reader = _Reader(_QUOTED.sub(lambda found: found[0] if found[1] is None else re.escape(found[1]), source))
    tree = reader.choice(_Flags(), 0)
    if not reader.done:
        raise PatternFault("unopened group")
    return tree


class _Reader:
    """Recursive descent over the characters of a pattern."""

    def __init__(self, source: str) -> None:
        self._source = source
        self.at = 0

    @property
    def done(self) -> bool:
        return self.at >= len(self._source)

    def _next(self) -> str:
        if self.done:
            raise PatternFault("incomplete")
        self.at += 1
        return self._source[self.at - 1]

    def _take(self, written: str) -> bool:
        found = self._source.startswith(written, self.at)
        self.at += len(written) * found
        return found

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self._source, self.at)
        self.at = found.end() if found else self.at
        return found

    def choice(self, flags: _Flags, depth: int) -> Part:
        if depth > MAX_DEPTH:
            raise PatternFault("too deep")
        branches: list[Part] = []
        parts: list[Part] = []
        while not self.done and self._source[self.at] != ")":
            if self._take("|"):
                branches.append(Row(tuple(parts)))
                parts = []
                continue
            inline = self._inline(flags)
            if inline is not None:
                flags = inline
            else:
                parts.append(self._times(self._atom(flags, depth)))
        branches.append(Row(tuple(parts)))
        return branches[0] if len(branches) == 1 else Choice(tuple(branches))

    def _inline(self, flags: _Flags) -> _Flags | None:
        """Flags for the rest of a group, as (?i)."""
        found = _GROUP.match(self._source, self.at)
        if found is None or found["end"] != ")":
            return None
        self.at = found.end()
        return _switched(flags, found)

    def _times(self, part: Part) -> Part:
        found = self._match(_TIMES)
        if found is None:
            return part
        if isinstance(part, Edge | Look):
            raise PatternFault("nothing to repeat")
        least, most = {"*": (0, None), "+": (1, None), "?": (0, 1)}.get(found[4], (0, None))
        if found[4] is None:
            least = int(found[1])
            most = least if found[2] is None else int(found[3]) if found[3] else None
        if max(least, most or 0) > MAX_TIMES or (most is not None and most < least):
            raise PatternFault("too often")
        if not self._take("?"):
            self._take("+")
        if _TIMES.match(self._source, self.at):
            raise PatternFault("nothing to repeat")
        return Times(part, least, most)

    def _atom(self, flags: _Flags, depth: int) -> Part:
        if self._source[self.at] == "(":
            return self._group(flags, depth)
        letter = self._next()
        if letter == "[":
            return One(_cased(self._set(depth), flags))
        if letter == ".":
            return One((lambda _: True) if flags.s else negated(among(_BREAKS)))
        if letter in "^$":
            return Edge(letter if flags.m else {"^": "A", "$": "Z"}[letter])
        if letter in "*+?":
            raise PatternFault("nothing to repeat")
        if letter != "\\":
            return One(_cased(among(frozenset(letter)), flags))
        if not self.done and self._source[self.at] in "bBAzZ":
            return Edge(self._next())
        return One(_cased(self._escape(), flags))

    def _group(self, flags: _Flags, depth: int) -> Part:
        found = self._match(_GROUP)
        if found is None and not (self._take("(") and not self._take("?")):
            raise PatternFault("unknown group")
        inner = self.choice(_switched(flags, found) if found else flags, depth + 1)
        if not self._take(")"):
            raise PatternFault("unclosed group")
        look = found["look"] if found else None
        return Look(inner, "<" not in look, "=" in look) if look else inner

    def _set(self, depth: int) -> Letters:
        """A class, after its opening bracket: ranges, classes within, and && for what is in both."""
        if depth > MAX_DEPTH:
            raise PatternFault("too deep")
        turned = self._take("^")
        sets: list[Letters] = []
        parts: list[Letters] = []
        if self._take("]"):  # the first one is meant as it stands
            parts.append(among(frozenset("]")))
        while not self._take("]"):
            if self._take("&&"):
                sets.append(either(tuple(parts) or (lambda _: True,)))
                parts = []
            elif self._take("["):
                parts.append(self._set(depth + 1))
            else:
                parts.append(self._range())
        sets.append(either(tuple(parts)) if parts else lambda _: True)
        found = both(tuple(sets))
        return negated(found) if turned else found

    def _range(self) -> Letters:
        first = self._member()
        following = self._source[self.at : self.at + 2]
        if not isinstance(first, str):
            return first
        if following[:1] != "-" or following[1:] in ("", "]", "["):
            return among(frozenset(first))
        self.at += 1
        last = self._member()
        if not isinstance(last, str) or last < first:
            raise PatternFault("bad range")
        return between(first, last)

    def _member(self) -> Letters | str:
        """One member of a class: a character, or several by one name."""
        letter = self._next()
        if letter != "\\":
            return letter
        return self._code() or self._escape()

    def _escape(self) -> Letters:
        """What stands after a backslash."""
        if found := self._match(_PROPERTY):
            letters = named(found[1] or found[2])
            return negated(letters) if found[0][0] == "P" else letters
        code = self._code()
        if code:
            return among(frozenset(code))
        letters_of = escaped(self._next())
        if letters_of is None:
            raise PatternFault("unknown escape")
        return letters_of

    def _code(self) -> str:
        """The one character that an escape means; "" where it means several or none."""
        if found := self._match(_CODE):
            written = int(next(filter(None, found.groups())), 16)
            return chr(written) if written < 0x110000 else ""
        letter = self._source[self.at : self.at + 1]
        plain = _CONTROLS.get(letter) or (letter if not letter.isalnum() else "")
        self.at += bool(plain)
        return plain


def _cased(letters: Letters, flags: _Flags) -> Letters:
    return any_case(letters) if flags.i else letters


def _switched(flags: _Flags, found: re.Match[str]) -> _Flags:
    """The flags that a group's opening sets; u and d change nothing here."""
    on, off = found["on"] or "", found["off"] or ""
    if not set(on + off) <= set("ismud"):
        raise PatternFault("unknown flag")
    changed = {name: name in on for name in "ism" if name in on + off}
    return replace(flags, **changed)
