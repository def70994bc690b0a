"""Rounds of a package that come back: `every` makes a series of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert, select, update

from core.i18n import N_
from core.people.tables import Audience
from core.process.package.entry import Entry
from core.process.package.items import apply_items, ids_by_slug
from core.process.package.section import Change, Item, Load, Package
from core.process.tables import Phase
from surveys.package_rounds import RoundSection
from surveys.package_series import read_rhythm, with_first
from surveys.polls.store import instant_of
from surveys.recurring.rhythm import Rhythm, SeriesState, next_after
from surveys.recurring.series import Repeated, columns_of
from surveys.recurring.tables import RoundSeries
from surveys.responses.tables import Questionnaire

KIND = "round-series"
NOT_WITH_EVERY = N_(
    "A round that comes back has no {key}: when it closes follows from open_days; everybody answers for themselves."
)
OTHER_SERIES = N_("Another process of the office has a series of rounds {value} already. Choose another short name.")


class AllRounds(RoundSection):
    """Rounds, and those that come back."""

    def check(self, package: Package) -> Sequence[Item]:
        needed = ("slug", "questionnaire", "title", "opens")
        entries = package.entries("rounds", self.keys["rounds"], needed)
        return [_item(package, one) if one.has("every") else self.item(package, one) for one in entries]

    def apply(self, load: Load, items: Sequence[Item]) -> list[Change]:
        usual = [one for one in items if one.kind != KIND]
        return [*super().apply(load, usual), *_apply(load, [one for one in items if one.kind == KIND])]


def _item(package: Package, entry: Entry) -> Item:
    for key in ("closes", "subject", "most", "quotas"):
        if entry.has(key):
            entry.fault(key, NOT_WITH_EVERY, key=key)
    values = {
        "questionnaire": entry.reference("questionnaire", "questionnaire", package.slugs_of("questionnaires")),
        "audience": entry.reference("audience", "audience", package.slugs_of("audiences")),
        "title": entry.texts("title", package.languages),
    }
    return Item(KIND, entry.slug(), values | read_rhythm(package, entry))


def _apply(load: Load, items: Sequence[Item]) -> list[Change]:
    """What changes is a draft again, until staff start it; rounds that were opened already stay."""
    phases = {one.slug: one for one in load.session.scalars(select(Phase).where(Phase.process_id == load.process_id))}
    rows = _Rows(load)
    timed = [with_first(one, phases) for one in items]
    rows.refuse(timed)
    return apply_items(load, timed, rows.standing, rows.write)


class _Rows:
    """The series of one office, by their short names."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._questionnaires = ids_by_slug(load, Questionnaire, Questionnaire.process_id == load.process_id)
        self._audiences = ids_by_slug(load, Audience, Audience.office_id == load.office_id)
        every = select(RoundSeries).where(RoundSeries.office_id == load.office_id)
        self._known = {one.slug: one for one in load.session.scalars(every)}

    def refuse(self, items: Sequence[Item]) -> None:
        """Raises FileWrong for what cannot be loaded here."""
        for item in items:
            row = self._known.get(item.slug)
            if row is not None and row.process_id != self._load.process_id:
                self._load.package.root.fault("rounds", OTHER_SERIES, value=item.slug)
        self._load.package.faults.check()

    def standing(self, item: Item) -> dict[str, Any] | None:
        row = self._known.get(item.slug)
        if row is None:
            return None
        return {
            "questionnaire": _slug(self._questionnaires, row.questionnaire_id), "title": row.title,
            "audience": _slug(self._audiences, row.audience_id), "weeks": row.every_weeks, "first": row.first_local,
            "open_days": row.open_days, "remind_days": row.remind_days,
        }  # fmt: skip

    def write(self, item: Item, exists: bool) -> None:
        load, values = self._load, item.values
        audience_id = self._audiences.get(values["audience"])
        asked = Repeated(self._questionnaires[values["questionnaire"]], values["title"], audience_id)
        zone = load.process.time_zone
        rhythm = Rhythm(values["weeks"], values["first"], values["open_days"], values["remind_days"])
        columns = columns_of(asked, rhythm, zone) | {"written_by": None}
        if not exists:
            columns |= {"office_id": load.office_id, "process_id": load.process_id, "slug": item.slug}
            columns |= {"time_zone": zone, "state": SeriesState.DRAFT.value, "created_at": load.now}
            load.session.execute(insert(RoundSeries).values(columns))
            return
        row = self._known[item.slug]
        if row.next_local != row.first_local:  # it has begun: the rhythm goes on from now
            following = next_after(rhythm, zone, load.now)
            columns |= {"next_local": following, "next_at": instant_of(following, zone)}
        columns |= {"state": row.state if row.state == SeriesState.STOPPED else SeriesState.DRAFT.value}
        load.session.execute(update(RoundSeries).where(RoundSeries.id == row.id).values(columns))


def _slug(ids: Mapping[str, int], row_id: int | None) -> str:
    return next((slug for slug, known in ids.items() if known == row_id), "")
