"""Deleting a person looks through no table: each reference to people and to addresses has an index."""

from __future__ import annotations

from sqlalchemy import Table, UniqueConstraint

from cli.tables import METADATA


def led_by(table: Table) -> set[str]:
    """The columns by which rows are found, whatever else they hold."""
    found = [one.columns for one in table.indexes if one.dialect_options["sqlite"]["where"] is None]
    found += [one.columns for one in table.constraints if isinstance(one, UniqueConstraint)]
    return {next(iter(columns)).name for columns in (*found, table.primary_key.columns)}


def test_every_reference_to_somebody_has_an_index() -> None:
    without = [
        f"{table.name}.{key.parent.name}"
        for table in METADATA.tables.values()
        for key in table.foreign_keys
        if key.target_fullname in {"participant.id", "address.id"} and key.parent.name not in led_by(table)
    ]
    assert without == ["participant.merged_into"], "its partial index holds every row that has a value"
