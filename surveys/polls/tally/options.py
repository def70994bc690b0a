"""What is voted on: short codes in a fixed order, and sets of them as the bits of a number."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from surveys.polls.tally.errors import NoOptions, OptionGivenTwice, OptionUnknown, OptionWrong, TooManyOptions

MOST, LONGEST = 100, 64
SIGNS = '> = : , ; # "'
NONE, BLANK = "none", "blank"  # what a ballot says that names no option
# Of a code's signs neither a ballot nor a spreadsheet takes one for its own.
CODE = re.compile(r"[^\W_][^\s>=:,;\"#\x00-\x1f\x7f-\x9f]*")
SHOWN = 20

Groups = tuple[tuple[int, ...], ...]
"""Places of options in a ranking, best first; those in one group share their place."""


@dataclass(frozen=True)
class Options:
    """Codes in the order in which they are shown, and in which `order` breaks ties."""

    codes: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.codes:
            raise NoOptions
        if len(self.codes) > MOST:
            raise TooManyOptions(count=len(self.codes), most=MOST)
        for at, code in enumerate(self.codes):
            if len(code) > LONGEST or not (CODE.fullmatch(code) and code.isprintable()) or code in (NONE, BLANK):
                raise OptionWrong(code=code[:LONGEST], longest=LONGEST, signs=SIGNS)
            if code in self.codes[:at]:
                raise OptionGivenTwice(code=code)

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def everything(self) -> int:
        """The set of all."""
        return (1 << len(self.codes)) - 1

    def bit(self, code: str) -> int:
        """The set of this one; raises OptionUnknown."""
        try:
            return self._bits[code]
        except KeyError:
            known = ", ".join(self.codes[:SHOWN]) + (", …" if len(self) > SHOWN else "")
            raise OptionUnknown(code=code[:LONGEST], known=known) from None

    def named(self, bits: int) -> tuple[str, ...]:
        """The codes in a set, in their order."""
        return tuple(self.codes[at] for at in members(bits))

    def groups(self, groups: Groups) -> tuple[tuple[str, ...], ...]:
        """A ranking by codes."""
        return tuple(tuple(self.codes[at] for at in group) for group in groups)

    @cached_property
    def _bits(self) -> dict[str, int]:
        return {code: 1 << at for at, code in enumerate(self.codes)}


def members(bits: int) -> Iterable[int]:
    """The places of the options in a set, in their order."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest
