"""What surveys adds to a process package for rounds: when a questionnaire is open, to whom, and for how many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import insert, select, update

from core.i18n import N_
from core.people.tables import Audience
from core.process.package.dates import to_instant
from core.process.package.entry import MOST_DAYS, SAME_SLUG, Entry
from core.process.package.items import apply_items, ids_by_slug
from core.process.package.section import Change, Item, Load, Package
from core.process.tables import Event, Phase
from surveys.engine.conditions import compile_condition
from surveys.engine.form import Form
from surveys.engine.syntax import ExpressionFault
from surveys.responses.quotas import count_anew
from surveys.responses.round_times import TIMES, of_event
from surveys.responses.rounds import Quota, SubjectKind
from surveys.responses.shelf import FormShelf
from surveys.responses.store import load_round
from surveys.responses.tables import Questionnaire, Round
from surveys.xlsform.checks import expression_fault

MOMENTS = {"phase": ("opens", "closes"), "event": ("starts", "ends")}
TIME_KEYS = {"phase": "", "event": "", "at": "", "days": "", "time": ""}
QUOTA_KEYS = {
    "slug": "the quota's short name",
    "title": "whose answers it counts, one text a language",
    "when": "a condition on the answers, as in the form: ${age} < 30",
    "most": "how many sent responses it takes",
}
OTHER_ROUND = N_("Another process of the office has a round {value} already. Choose another short name.")
CLOSES_FIRST = N_("The round closes before it opens.")


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
            "opens": "a local day and time, or a mapping: phase (or event), at, days, time",
            "closes": "the same; without it the round stays open",
            "most": "how many sent responses it takes in all",
            "quotas": "how many it takes of some: a list with slug, title, when, most",
            "every": "a mapping that makes it come back: weeks, open_days, remind_days",
        }
    }

    def __init__(self, forms: Mapping[str, Form]) -> None:
        self._forms = forms

    def check(self, package: Package) -> Sequence[Item]:
        needed = ("slug", "questionnaire", "title", "opens")
        return [self.item(package, one) for one in package.entries("rounds", self.keys["rounds"], needed)]

    def item(self, package: Package, entry: Entry) -> Item:
        values = {
            "questionnaire": entry.reference("questionnaire", "questionnaire", package.slugs_of("questionnaires")),
            "audience": entry.reference("audience", "audience", package.slugs_of("audiences")),
            "title": entry.texts("title", package.languages),
            "subject_kind": entry.choice("subject", [one.value for one in SubjectKind], "participant"),
            "opens_at": read_time(package, entry, "opens", by_event=True),
            "closes_at": read_time(package, entry, "closes", by_event=True),
        }
        opens, closes = values["opens_at"], values["closes_at"]
        if isinstance(opens, str) and isinstance(closes, str) and closes <= opens:
            entry.fault("closes", CLOSES_FIRST)
        quotas = self._quotas(package, entry, self._forms.get(str(values["questionnaire"])))
        return Item("round", entry.slug(), values | _with_quotas([asdict(one) for one in quotas]))

    def _quotas(self, package: Package, entry: Entry, form: Form | None) -> list[Quota]:
        found = []
        in_all = entry.number("most", 1)
        if in_all is not None:
            found.append(Quota("", in_all))
        seen: set[str] = set()
        for one in entry.children("quotas"):
            one.allow(QUOTA_KEYS, tuple(QUOTA_KEYS))
            slug, when, title = one.slug(), one.text("when"), one.texts("title", package.languages)
            if slug in seen:
                one.fault("slug", SAME_SLUG, value=slug, key="quotas")
            seen.add(slug)
            if form is not None and when:
                _check_condition(one, form, when)
            found.append(Quota(slug, one.number("most", 1) or 0, when, title))
        return found

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
            return (
                {
                    "questionnaire": questionnaires.slugs.get(row.questionnaire_id, ""),
                    "audience": audiences.slugs.get(row.audience_id or 0, ""),
                    "title": row.title,
                    "subject_kind": row.subject_kind,
                    "opens_at": row.opens_at.isoformat(),
                    "closes_at": row.closes_at.isoformat() if row.closes_at else None,
                }
                | _with_quotas(row.quotas)
                | ({"hangs_on": row.hangs_on} if row.hangs_on else {})
            )

        def write(item: Item, exists: bool) -> None:
            values = item.values
            row = {
                "questionnaire_id": questionnaires.ids[values["questionnaire"]],
                "audience_id": audiences.ids.get(values["audience"]),
                "title": values["title"],
                "subject_kind": values["subject_kind"],
                "opens_at": datetime.fromisoformat(values["opens_at"]),
                "closes_at": datetime.fromisoformat(values["closes_at"]) if values["closes_at"] else None,
                "quotas": values.get("quotas", []),
                "hangs_on": values.get("hangs_on", {}),
            }
            if exists:
                round_id, quotas = known[item.slug].id, known[item.slug].quotas
                load.session.execute(update(Round).where(Round.id == round_id).values(row))
                if quotas != row["quotas"]:
                    count_anew(load.session, FormShelf(), load_round(load.session, round_id))
            else:
                row |= {"office_id": load.office_id, "process_id": load.process_id, "slug": item.slug}
                load.session.execute(insert(Round).values(row))

        timed = [_timed(load, item) for item in items]
        for at, item in enumerate(timed):
            if item.values["closes_at"] and item.values["closes_at"] <= item.values["opens_at"]:
                load.package.root.fault_at(("rounds", at, "closes"), CLOSES_FIRST)
        load.package.faults.check()
        return apply_items(load, timed, standing, write)


def _with_quotas(quotas: list[Any]) -> dict[str, Any]:
    """Rounds without quotas compare as they did before there were any."""
    return {"quotas": quotas} if quotas else {}


def _check_condition(entry: Entry, form: Form, when: str) -> None:
    try:
        compile_condition(form, when)
    except ExpressionFault as fault:
        found = expression_fault("", 0, "when", fault)
        entry.fault("when", found.text, **{name: str(value) for name, value in found.values})


def read_time(package: Package, entry: Entry, key: str, *, by_event: bool = False) -> Any:
    """A local time as text, a mapping that hangs on a phase (or an event where it may), or None."""
    if not entry.has(key):
        return None
    if not isinstance(entry.data[key], dict):
        return entry.moment(key, package.start).isoformat(timespec="minutes")
    when = entry.child(key)
    kind = "event" if by_event and when.has("event") else "phase"
    when.allow({name: "" for name in TIME_KEYS if name not in MOMENTS or name == kind}, (kind,))
    return {
        kind: when.reference(kind, kind, package.slugs_of(f"{kind}s")),
        "at": when.choice("at", MOMENTS[kind], MOMENTS[kind][0]),
        "days": when.number("days", -MOST_DAYS, MOST_DAYS) or 0,
        "time": when.time("time", "00:00") if when.has("time") else "",
    }


def _timed(load: Load, item: Item) -> Item:
    """The round with its instants, from phases and events as they stand now."""
    session, process_id = load.session, load.process_id
    phases = {one.slug: one for one in session.scalars(select(Phase).where(Phase.process_id == process_id))}
    events = {one.slug: one for one in session.scalars(select(Event).where(Event.process_id == process_id))}
    times, hangs_on = dict[str, Any](), dict[str, Any]()
    for key in TIMES:
        when = item.values[key]
        if isinstance(when, dict) and "event" in when:
            local: datetime | None = of_event(when, events[when["event"]])
            hangs_on[key] = when
        else:
            local = local_time(when, phases)
        times[key] = None if local is None else to_instant(local, load.process.time_zone).isoformat()
    # Rounds that hang on no event compare as they did before any could.
    return Item(item.kind, item.slug, {**item.values, **times, **({"hangs_on": hangs_on} if hangs_on else {})})


def local_time(when: Any, phases: Mapping[str, Phase]) -> datetime | None:
    """A phase opens as its first day begins and closes as its last day ends."""
    if when is None or isinstance(when, str):
        return datetime.fromisoformat(when) if when else None
    phase = phases[when["phase"]]
    last = when["at"] == "closes"
    day = (phase.ends_on if last else phase.starts_on) + timedelta(days=when["days"])
    if when["time"]:
        return datetime.combine(day, time.fromisoformat(when["time"]))
    return datetime.combine(day + timedelta(days=int(last)), time())
