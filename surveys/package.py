"""What surveys adds to a process package: questionnaires and rounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, update

from core.errors import FileTooLarge
from core.faults import Fault
from core.i18n import N_
from core.people.tables import Audience
from core.process.package.dates import to_instant
from core.process.package.entry import MOST_DAYS, Entry
from core.process.package.items import apply_items, ids_by_slug
from core.process.package.section import Change, Item, Load, Package, Section
from core.process.tables import Phase
from surveys.responses.publishing import Source, publish
from surveys.responses.rounds import SubjectKind
from surveys.responses.tables import FormVersion, Questionnaire, Round
from surveys.xlsform.compile import compile_form
from surveys.xlsform.errors import FormError, FormErrors

MOMENTS = ("opens", "closes")
TIME_KEYS = {"phase": "", "at": "", "days": "", "time": ""}
OTHER_ROUND = N_("Another process of the office has a round {value} already. Choose another short name.")
CLOSES_FIRST = N_("The round closes before it opens.")


def survey_sections() -> tuple[Section, ...]:
    return (QuestionnaireSection(), RoundSection())


class QuestionnaireSection:
    """Forms: a changed file becomes a new version, published by the load."""

    keys: Mapping[str, Mapping[str, str]] = {
        "questionnaires": {
            "slug": "the questionnaire's short name",
            "file": "an XLSForm in the package: XLSX, XLS, CSV or Markdown",
        }
    }

    def check(self, package: Package) -> Sequence[Item]:
        items = []
        for entry in package.entries("questionnaires", self.keys["questionnaires"], ("slug", "file")):
            path = package.file(entry) if entry.has("file") else None
            if path is not None:
                _compile(package, path, entry.slug())
                name = path.relative_to(package.folder.resolve()).as_posix()
                values = {"digest": sha256(path.read_bytes()).hexdigest()}
                items.append(Item("questionnaire", entry.slug(), values | {"file": name}))
        return items

    def apply(self, load: Load, items: Sequence[Item]) -> list[Change]:
        files = {item.slug: str(item.values["file"]) for item in items}
        # A file that was only renamed brings nothing new.
        bare = [Item(item.kind, item.slug, {"digest": item.values["digest"]}) for item in items]

        def standing(item: Item) -> dict[str, Any] | None:
            newest = (
                select(FormVersion.source)
                .join(Questionnaire, Questionnaire.id == FormVersion.questionnaire_id)
                .where(Questionnaire.process_id == load.process_id, Questionnaire.slug == item.slug)
                .order_by(FormVersion.version.desc())
                .limit(1)
            )
            source = load.session.scalar(newest)
            return None if source is None else {"digest": sha256(source).hexdigest()}

        def write(item: Item, exists: bool) -> None:
            path = load.package.folder / files[item.slug]
            compiled = compile_form(path, path.name, name=item.slug, version=1)
            source = Source(path.name, path.read_bytes())
            publish(load.session, _questionnaire_id(load, item.slug), compiled.xform, source, load.now)

        return apply_items(load, bare, standing, write)


def _compile(package: Package, path: Path, slug: str) -> None:
    file = path.relative_to(package.folder.resolve()).as_posix()
    try:
        compiled = compile_form(path, path.name, name=slug, version=1)
    except FormErrors as wrong:
        package.faults.extend(_fault(file, one) for one in wrong.errors)
    except FileTooLarge as wrong:
        values = {name: str(value) for name, value in wrong.values.items()}
        package.fault(file, 0, FileTooLarge.text, **values)
    else:
        package.faults.extend(_fault(file, one) for one in compiled.stumbles)
        package.warnings += [_fault(file, one) for one in compiled.warnings]


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


@dataclass(frozen=True)
class _Slugs:
    """Ids by slug of what rounds name, and the other way round."""

    ids: dict[str, int]

    @property
    def slugs(self) -> dict[int, str]:
        return {row_id: slug for slug, row_id in self.ids.items()}


class RoundSection:
    """A questionnaire opened to an audience, for a time counted from phases or given outright."""

    keys: Mapping[str, Mapping[str, str]] = {
        "rounds": {
            "slug": "the round's short name, unique in the office",
            "questionnaire": "which questionnaire it opens",
            "audience": "to whom; everybody of the office if left out",
            "title": "its title, one text a language",
            "subject": "for whom one response is kept: participant, organisation, municipality or link",
            "opens": "a local day and time, or a mapping: phase, at (opens or closes), days, time",
            "closes": "the same; without it the round stays open",
        }
    }

    def check(self, package: Package) -> Sequence[Item]:
        needed = ("slug", "questionnaire", "title", "opens")
        return [self._item(package, one) for one in package.entries("rounds", self.keys["rounds"], needed)]

    def _item(self, package: Package, entry: Entry) -> Item:
        values = {
            "questionnaire": entry.reference("questionnaire", "questionnaire", package.slugs_of("questionnaires")),
            "audience": entry.reference("audience", "audience", package.slugs_of("audiences")),
            "title": entry.texts("title", package.languages),
            "subject_kind": entry.choice("subject", [one.value for one in SubjectKind], "participant"),
            "opens_at": _read_time(package, entry, "opens"),
            "closes_at": _read_time(package, entry, "closes"),
        }
        opens, closes = values["opens_at"], values["closes_at"]
        if isinstance(opens, str) and isinstance(closes, str) and closes <= opens:
            entry.fault("closes", CLOSES_FIRST)
        return Item("round", entry.slug(), values)

    def apply(self, load: Load, items: Sequence[Item]) -> list[Change]:
        questionnaires = _Slugs(ids_by_slug(load, Questionnaire, Questionnaire.process_id == load.process_id))
        audiences = _Slugs(ids_by_slug(load, Audience, Audience.office_id == load.office_id))
        rounds = load.session.scalars(select(Round).where(Round.office_id == load.office_id)).all()
        known = {one.slug: one for one in rounds if one.process_id == load.process_id}
        others = {one.slug for one in rounds if one.process_id != load.process_id}
        for at, item in enumerate(items):
            if item.slug in others:
                load.package.root.fault_at(("rounds", at, "slug"), OTHER_ROUND, value=item.slug)
        load.package.faults.check()

        def standing(item: Item) -> dict[str, Any] | None:
            row = known.get(item.slug)
            if row is None:
                return None
            return {
                "questionnaire": questionnaires.slugs.get(row.questionnaire_id, ""),
                "audience": audiences.slugs.get(row.audience_id or 0, ""),
                "title": row.title,
                "subject_kind": row.subject_kind,
                "opens_at": row.opens_at.isoformat(),
                "closes_at": row.closes_at.isoformat() if row.closes_at else None,
            }

        def write(item: Item, exists: bool) -> None:
            values = item.values
            row = {
                "questionnaire_id": questionnaires.ids[values["questionnaire"]],
                "audience_id": audiences.ids.get(values["audience"]),
                "title": values["title"],
                "subject_kind": values["subject_kind"],
                "opens_at": datetime.fromisoformat(values["opens_at"]),
                "closes_at": datetime.fromisoformat(values["closes_at"]) if values["closes_at"] else None,
            }
            if exists:
                load.session.execute(update(Round).where(Round.id == known[item.slug].id).values(row))
            else:
                row |= {"office_id": load.office_id, "process_id": load.process_id, "slug": item.slug}
                load.session.execute(insert(Round).values(row))

        timed = [_timed(load, item) for item in items]
        for at, item in enumerate(timed):
            if item.values["closes_at"] and item.values["closes_at"] <= item.values["opens_at"]:
                load.package.root.fault_at(("rounds", at, "closes"), CLOSES_FIRST)
        load.package.faults.check()
        return apply_items(load, timed, standing, write)


def _read_time(package: Package, entry: Entry, key: str) -> Any:
    """A local time as text, a mapping that hangs on a phase, or None."""
    if not entry.has(key):
        return None
    if not isinstance(entry.data[key], dict):
        return entry.moment(key, package.start).isoformat(timespec="minutes")
    when = entry.child(key)
    when.allow(TIME_KEYS, ("phase",))
    days = when.number("days", -MOST_DAYS, MOST_DAYS) or 0
    return {
        "phase": when.reference("phase", "phase", package.slugs_of("phases")),
        "at": when.choice("at", MOMENTS, "opens"),
        "days": days,
        "time": when.time("time", "00:00") if when.has("time") else "",
    }


def _timed(load: Load, item: Item) -> Item:
    """The round with its instants, from the phases as they stand now."""
    phases = {one.slug: one for one in load.session.scalars(select(Phase).where(Phase.process_id == load.process_id))}
    times = {}
    for key in ("opens_at", "closes_at"):
        local = _local(item.values[key], phases)
        times[key] = None if local is None else to_instant(local, load.process.time_zone).isoformat()
    return Item(item.kind, item.slug, {**item.values, **times})


def _local(when: Any, phases: Mapping[str, Phase]) -> datetime | None:
    """A phase opens as its first day begins and closes as its last day ends."""
    if when is None or isinstance(when, str):
        return datetime.fromisoformat(when) if when else None
    phase = phases[when["phase"]]
    last = when["at"] == "closes"
    day = (phase.ends_on if last else phase.starts_on) + timedelta(days=when["days"])
    if when["time"]:
        return datetime.combine(day, time.fromisoformat(when["time"]))
    return datetime.combine(day + timedelta(days=int(last)), time())
