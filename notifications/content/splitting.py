"""Long chat messages in parts: between blocks where that can be, within one at a sentence or a word.

Nothing is cut inside a tag, a character reference or a variable's mark; tags that are open at a cut are
closed there and opened again. Lengths are those of Telegram: UTF-16 units of what a reader sees.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape

from notifications.content.markdown import TAG, Block, gap
from notifications.content.variables import CLOSE, GAP, OPEN

ROOM_FOR_NAME = 100
ATOM = re.compile(rf"<[^>]+>|&(?:#\w+|\w+);|{OPEN}[a-z_]+{CLOSE}|.", re.DOTALL)
END = re.compile(r"[.!?…]")


def width(text: str) -> int:
    """UTF-16 units that a reader will see of a text in Telegram's HTML, with room for long values."""
    shown = unescape(TAG.sub("", GAP.sub("", text)))
    return len(shown.encode("utf-16-le")) // 2 + ROOM_FOR_NAME * len(GAP.findall(text))


def split(blocks: Sequence[Block], room: int) -> list[str]:
    """The texts of as many messages as it takes, each of at most `room` units."""
    texts: list[str] = []
    now, before = "", Block("")
    for block in blocks:
        between = gap(before, block) if now else ""
        left = room - width(now + between)
        if width(block.text) <= left:
            now += between + block.text
        elif width(block.text) <= room:
            texts.append(now)
            now = block.text
        else:
            pieces = cut(block.text, left if left > max(room // 4, ROOM_FOR_NAME) else 0, room)
            pieces[0] = now + between + pieces[0] if pieces[0] else now
            texts += pieces[:-1]
            now = pieces[-1]
        before = block
    return [text for text in (*texts, now) if TAG.sub("", text).strip()]


def cut(text: str, first: int, room: int) -> list[str]:
    """A block in pieces, at least two: the first of at most `first` units ("" for none), the others of `room`."""
    atoms = ATOM.findall(text)
    pieces = [] if first else [""]
    tags: list[str] = []
    start = 0
    while start < len(atoms):
        end = _end(atoms, start, room if pieces else first)
        opened = "".join(tags)
        for atom in atoms[start:end]:
            _follow(tags, atom)
        closed = "".join(f"</{_tag(one)}>" for one in reversed(tags))
        pieces.append(opened + "".join(atoms[start:end]) + closed)
        while end < len(atoms) and atoms[end].isspace():
            end += 1
        start = end
    return pieces


def _end(atoms: Sequence[str], start: int, most: int) -> int:
    """Where a piece ends: all that fits, up to a sentence's end in its second half, else to a word's."""
    used, word, sentence, said = 0, 0, 0, ""
    for place in range(start, len(atoms)):
        atom = atoms[place]
        wide = _width(atom)
        if used + wide > most and place > start:
            return sentence or word or place
        used += wide
        if atom.isspace():
            word = place
            sentence = place if END.match(said) and used > most // 2 else sentence
        elif wide:
            said = atom
    return len(atoms)


def _width(atom: str) -> int:
    if len(atom) == 1:
        return 1 + (atom > "\uffff")
    return 0 if atom.startswith("<") else width(atom)


def _follow(tags: list[str], atom: str) -> None:
    if atom.startswith("</"):
        tags.pop()
    elif len(atom) > 1 and atom.startswith("<"):
        tags.append(atom)


def _tag(opened: str) -> str:
    return opened[1:-1].split()[0]
