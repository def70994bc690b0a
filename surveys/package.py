"""What surveys adds to a process package: questionnaires, rounds and polls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from core.errors import FileTooLarge
from core.faults import Fault
from core.i18n import N_
from core.process.package.entry import Entry
from core.process.package.items import apply_items
from core.process.package.section import Change, Item, Load, Package, Section
from surveys.engine.form import Form
from surveys.package_polls import ChangePoll, PollSection
from surveys.package_round_series import AllRounds
from surveys.polls.making import change_poll
from surveys.ready.forms import READY, ready_form
from surveys.responses.publishing import Source, publish
from surveys.responses.tables import FormVersion, Questionnaire
from surveys.xlsform.compile import Compiled, compile_form
from surveys.xlsform.errors import FormError, FormErrors

IS_READY = "ready:"  # in the place of a file's name
ONE_OF_BOTH = N_("A questionnaire needs a file, or ready: with the name of a ready one.")


def survey_sections(change: ChangePoll = change_poll) -> tuple[Section, ...]:
    """`change` is how a poll that is there already becomes what the package says, with what hangs on it."""
    asking = QuestionnaireSection()
    return (asking, AllRounds(asking.forms), PollSection(change))


class QuestionnaireSection:
    """Forms: a changed file becomes a new version, published by the load."""

    keys: Mapping[str, Mapping[str, str]] = {
        "questionnaires": {
            "slug": "the questionnaire's short name",
            "file": "an XLSForm in the package: XLSX, XLS, CSV or Markdown",
            "ready": "a ready questionnaire in place of a file: satisfaction",
        }
    }

    def __init__(self) -> None:
        self.forms: dict[str, Form] = {}  # what was checked, by slug: rounds have conditions on their answers

    def check(self, package: Package) -> Sequence[Item]:
        self.forms.clear()  # of a package before
        items = []
        for entry in package.entries("questionnaires", self.keys["questionnaires"], ("slug",)):
            path, name = self._file(package, entry)
            if path is not None:
                compiled = self._compile(package, path, (name, entry.slug()))
                values = {"digest": compiled.digest if compiled else ""}
                items.append(Item("questionnaire", entry.slug(), values | {"file": name}))
        return items

    def _file(self, package: Package, entry: Entry) -> tuple[Path | None, str]:
        """Where the form is, and its name: in the package, or a ready one."""
        if entry.has("ready") == entry.has("file"):
            entry.fault(None, ONE_OF_BOTH)
        elif entry.has("ready"):
            ready = entry.choice("ready", READY)
            return (ready_form(ready), f"{IS_READY}{ready}") if ready in READY else (None, "")
        else:
            path = package.file(entry)
            return path, path.relative_to(package.folder.resolve()).as_posix() if path is not None else ""
        return None, ""

    def _compile(self, package: Package, path: Path, named: tuple[str, str]) -> Compiled | None:
        file, slug = named
        try:
            compiled = compile_form(path, path.name, name=slug, version=1)
        except FormErrors as wrong:
            package.faults.extend(_fault(file, one) for one in wrong.errors)
        except FileTooLarge as wrong:
            values = {name: str(value) for name, value in wrong.values.items()}
            package.fault(file, 0, FileTooLarge.text, **values)
        else:
            self.forms[slug] = compiled.form
            package.faults.extend(_fault(file, one) for one in compiled.stumbles)
            package.warnings += [_fault(file, one) for one in compiled.warnings]
            return compiled
        return None

    def apply(self, load: Load, items: Sequence[Item]) -> list[Change]:
        files = {item.slug: str(item.values["file"]) for item in items}
        # A file that was only renamed brings nothing new.
        bare = [Item(item.kind, item.slug, {"digest": item.values["digest"]}) for item in items]

        def standing(item: Item) -> dict[str, Any] | None:
            newest = (
                select(FormVersion.source, FormVersion.sent)
                .join(Questionnaire, Questionnaire.id == FormVersion.questionnaire_id)
                .where(Questionnaire.process_id == load.process_id, Questionnaire.slug == item.slug)
                .order_by(FormVersion.version.desc())
                .limit(1)
            )
            found = load.session.execute(newest).one_or_none()
            # What was published before files counted was known by its form alone.
            return None if found is None else {"digest": found.sent or sha256(found.source).hexdigest()}

        def write(item: Item, exists: bool) -> None:
            name = files[item.slug]
            is_ready = name.startswith(IS_READY)
            path = ready_form(name.removeprefix(IS_READY)) if is_ready else load.package.folder / name
            compiled = compile_form(path, path.name, name=item.slug, version=1)
            source = Source(path.name, path.read_bytes())
            publish(load.session, _questionnaire_id(load, item.slug), compiled, source, load.now)

        return apply_items(load, bare, standing, write)


def _fault(file: str, one: FormError) -> Fault:
    column = ", ".join(part for part in (one.sheet, one.column) if part)
    return Fault(file, one.row, column, one.text, dict(one.values))


def _questionnaire_id(load: Load, slug: str) -> int:
    mine = (Questionnaire.process_id == load.process_id, Questionnaire.slug == slug)
    found = load.session.scalar(select(Questionnaire.id).where(*mine))
    if found is not None:
        return found
    row = {"office_id": load.office_id, "process_id": load.process_id, "slug": slug}
    return int(load.session.execute(insert(Questionnaire).values(row).returning(Questionnaire.id)).scalar_one())
