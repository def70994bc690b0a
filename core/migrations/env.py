"""Runs the migrations on a connection that core.database.migrating hands over."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from core.database.base import BigId, Instant, Json


def render_item(kind: str, item: Any, _: AutogenContext) -> str | Literal[False]:
    """Writes our own column types by their names."""
    if kind == "type":
        if isinstance(item, Instant):
            return "Instant()"
        if item is BigId or item is Json:
            return "BigId" if item is BigId else "Json"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=context.config.attributes.get("metadata"),
    render_as_batch=True,
    compare_type=True,
    render_item=render_item,
)
context.run_migrations()
