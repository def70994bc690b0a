"""Keeps the catalogues of texts, `core/locale/<language>/<package>.po`, in step with the sources.

    python -m tools.catalogues extract    lists every message with its places
    python -m tools.catalogues update     adds new messages, drops those that are gone
    python -m tools.catalogues check      says what is missing, fuzzy, gone, or has other gaps

Written without dates and line numbers, so that a catalogue changes only when a text does.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.catalog import Message as Entry
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po, write_po

from core.i18n import LANGUAGES, LOCALE
from tools.files import PACKAGES, ROOT, report
from tools.messages import Message, find_messages, gaps

SOURCE = "en"


def main(arguments: Sequence[str]) -> int:
    match list(arguments):
        case ["extract"]:
            return extract()
        case ["update"]:
            return update()
        case ["check"]:
            return report(list(faults()), "catalogues")
        case _:
            print(__doc__)
            return 2


def extract() -> int:
    for messages in find_messages().values():
        for message in messages:
            print(*(f"{name}:{line}" for name, line in message.places), " | ".join(message.ids), sep="\n    ")
    return 0


def update() -> int:
    found = find_messages()
    for language in LANGUAGES:
        # A text that moved to, or also stands in, another package keeps its translation.
        known = {entry_id(entry): entry for package in PACKAGES for entry in entries(language, package)}
        for package, messages in found.items():
            path = catalogue(language, package)
            if messages:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(render(language, messages, known))
            else:
                path.unlink(missing_ok=True)
    return 0


def render(language: str, messages: Sequence[Message], known: dict[str, Entry]) -> bytes:
    """The bytes of a .po file for these messages, with the translations that are known."""
    catalog = Catalog(locale=language, fuzzy=False)
    for message in messages:
        entry = known.get(message.one)
        texts = strings(entry) if entry is not None else ()
        if len(texts) != (catalog.num_plurals if message.many else 1):
            texts = message.ids if language == SOURCE else ("",) * (catalog.num_plurals if message.many else 1)
        flags = ["fuzzy"] if entry is not None and entry.fuzzy else []
        places = [(name, 0) for name in dict.fromkeys(name for name, _ in message.places)]
        string = texts if message.many else texts[0]
        catalog.add(message.ids if message.many else message.one, string, places, flags=flags)
    body = io.BytesIO()
    write_po(body, catalog, width=100, omit_header=True, include_lineno=False)
    return header(language).encode() + b"\n" + body.getvalue()


def header(language: str) -> str:
    lines = (
        f"Language: {language}",
        f"Plural-Forms: {get_plural(language).plural_forms}",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
    )
    return 'msgid ""\nmsgstr ""\n' + "".join(f'"{line}\\n"\n' for line in lines)


def faults() -> Iterator[str]:
    """What keeps the catalogues from being complete, each with the place it stands at."""
    found = find_messages()
    for package, messages in found.items():
        for message in messages:
            try:
                gaps(message.one), gaps(message.many)
            except ValueError as error:
                yield f"{place(message)}: {message.one!r}: {error}"
        for language in LANGUAGES:
            yield from catalogue_faults(language, package, messages)
    for language in LANGUAGES:
        yield from disagreements(language)


def catalogue_faults(language: str, package: str, messages: Sequence[Message]) -> Iterator[str]:
    path = catalogue(language, package).relative_to(ROOT)
    there = {entry_id(entry): entry for entry in entries(language, package)}
    for message in messages:
        entry = there.pop(message.one, None)
        if entry is None:
            yield f"{place(message)}: {message.one!r} is not in {path}: run `make catalogues`"
        elif fault := entry_fault(message, entry):
            yield f"{path}:{entry.lineno}: {message.one!r} {fault} ({place(message)})"
    for gone, entry in there.items():
        yield f"{path}:{entry.lineno}: {gone!r} stands in no source any more: run `make catalogues`"


def entry_fault(message: Message, entry: Entry) -> str:
    """What is wrong with a translation, or nothing."""
    texts = strings(entry)
    if entry.fuzzy:
        return "is marked fuzzy"
    if not all(texts):
        return "is not translated"
    if bool(message.many) != (len(texts) > 1):
        return "counts in one place and not in the other: run `make catalogues`"
    try:
        found = [gaps(text) for text in texts]
    except ValueError as error:
        return f"has a translation with wrong braces: {error}"
    # "One answer" need not repeat its number, so that only the last form must have every gap.
    wanted = gaps(message.ids[-1])
    if found[-1] != wanted or any(not names <= wanted | gaps(message.one) for names in found):
        return f"has other gaps in its translation than {sorted(wanted)}"
    return ""


def disagreements(language: str) -> Iterator[str]:
    """The same English in two packages must read the same: the catalogues are joined at run time."""
    seen: dict[str, tuple[str, ...]] = {}
    for package in PACKAGES:
        for entry in entries(language, package):
            if seen.setdefault(entry_id(entry), strings(entry)) != strings(entry):
                path = catalogue(language, package).relative_to(ROOT)
                yield f"{path}:{entry.lineno}: {entry_id(entry)!r} reads differently in another package's catalogue"


def catalogue(language: str, package: str) -> Path:
    return LOCALE / language / f"{package}.po"


def entries(language: str, package: str) -> list[Entry]:
    path = catalogue(language, package)
    if not path.exists():
        return []
    with path.open("rb") as file:
        return [entry for entry in read_po(file, locale=language) if entry.id]


def entry_id(entry: Entry) -> str:
    return str(entry.id[0] if isinstance(entry.id, list | tuple) else entry.id)


def strings(entry: Entry) -> tuple[str, ...]:
    return tuple(entry.string) if isinstance(entry.string, list | tuple) else (entry.string or "",)


def place(message: Message) -> str:
    return "{}:{}".format(*message.places[0])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
