"""Tells what is new in a package from what somebody edited in the console since."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, insert, select, update

from core.i18n import N_
from core.process.package.section import Change, Item, Load, What
from core.process.tables import PackageItem

Values = Mapping[str, Any]
EMPTY: tuple[Any, ...] = (None, "", [], {})

OTHER_PROCESS = N_("The process {process} has {value} already, with other contents. Choose another short name.")


def digest(values: Values) -> str:
    """The same for the same values, whatever the order of their keys.

    What is empty or false does not count, so that a key that a later release adds changes nothing loaded before.
    """
    told = {name: value for name, value in values.items() if value is not False and value not in EMPTY}
    text = json.dumps(told, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def judge(brought: Values, standing: Values | None, loaded: Collection[str], *, force: bool) -> What:
    """`loaded` are the digests of earlier loads; without one, what stands was made in the console."""
    if standing is None:
        return What.ADDED
    if digest(brought) == digest(standing):
        return What.UNCHANGED
    return What.CHANGED if force or digest(standing) in loaded else What.KEPT


def apply_items(
    load: Load,
    items: Sequence[Item],
    standing: Callable[[Item], Values | None],
    write: Callable[[Item, bool], None],
) -> list[Change]:
    """Writes every item that is new or changed; `write` is told whether the row is there already."""
    changes = []
    for item in items:
        before = standing(item)
        what = judge(item.values, before, digests(load, item.kind, [item.slug]).get(item.slug, ()), force=load.force)
        if what in {What.ADDED, What.CHANGED}:
            write(item, before is not None)
        if what is not What.KEPT:
            remember(load, item.kind, {item.slug: digest(item.values)})
        changes.append(Change(item.kind, item.slug, what))
    return changes


def digests(load: Load, kind: str, slugs: Collection[str]) -> dict[str, set[str]]:
    """What loads of any process of the office left, by slug: offices share places and audiences."""
    found: dict[str, set[str]] = {}
    statement = select(PackageItem.slug, PackageItem.digest).where(
        PackageItem.office_id == load.office_id, PackageItem.kind == kind, PackageItem.slug.in_(slugs)
    )
    for slug, value in load.session.execute(statement):
        found.setdefault(slug, set()).add(value)
    return found


def check_owner(load: Load, key: str, items: Sequence[Item], standing: Callable[[Item], Values | None]) -> None:
    """Faults for items that another process of the office brought, and brought differently.

    To write them would change that process unseen. `items` stand in the order of the list `key`.
    """
    for at, item in enumerate(items):
        before = standing(item)
        if before is None or digest(before) == digest(item.values):
            continue
        brought = select(PackageItem.process_slug).where(
            PackageItem.office_id == load.office_id, PackageItem.kind == item.kind, PackageItem.slug == item.slug
        )
        owners = set(load.session.scalars(brought))
        if owners and load.package.slug not in owners:
            values = {"value": item.slug, "process": min(owners)}
            load.package.root.fault_at((key, at, "slug"), OTHER_PROCESS, **values)


def remember(load: Load, kind: str, loaded: Mapping[str, str]) -> None:
    """Notes how items stand after the load: digests by slug."""
    mine = (
        PackageItem.office_id == load.office_id,
        PackageItem.process_slug == load.package.slug,
        PackageItem.kind == kind,
    )
    statement = select(PackageItem.slug, PackageItem.digest).where(*mine, PackageItem.slug.in_(loaded))
    known = {row.slug: row.digest for row in load.session.execute(statement)}
    new = [
        {
            "office_id": load.office_id,
            "process_slug": load.package.slug,
            "kind": kind,
            "slug": slug,
            "digest": value,
            "loaded_at": load.now,
        }
        for slug, value in loaded.items()
        if slug not in known
    ]
    if new:
        load.session.execute(insert(PackageItem), new)
    for slug, value in loaded.items():
        if known.get(slug, value) != value:
            changed = update(PackageItem).where(*mine, PackageItem.slug == slug)
            load.session.execute(changed.values(digest=value, loaded_at=load.now))


def ids_by_slug(load: Load, table: Any, mine: ColumnElement[bool]) -> dict[str, int]:
    """What exists in a table that has slugs."""
    return {row.slug: row.id for row in load.session.execute(select(table.slug, table.id).where(mine))}
