"""Events with seats, registration, documents and what calendars need; attendances with waiting lists and the door."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from core.database.base import BigId, Instant, Json

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None

WAITS = sa.text("waits_for <> ''")


def event_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column('seats', Json, nullable=False, server_default='{}'),
        sa.Column('overbooking', BigId, nullable=False, server_default='0'),
        sa.Column('opens_local', sa.String(), nullable=True),
        sa.Column('closes_local', sa.String(), nullable=True),
        sa.Column('offer_hours', BigId, nullable=False, server_default='48'),
        sa.Column('invited_only', sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column('companions', BigId, nullable=False, server_default='0'),
        sa.Column('substitutes', sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column('asks_needs', sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column('address', sa.String(), nullable=False, server_default=''),
        sa.Column('directions', Json, nullable=False, server_default='{}'),
        sa.Column('programme', Json, nullable=False, server_default='{}'),
        sa.Column('link', sa.String(), nullable=False, server_default=''),
        sa.Column('link_hours', BigId, nullable=False, server_default='24'),
        sa.Column('sequence', BigId, nullable=False, server_default='0'),
        sa.Column('changed_at', Instant(), nullable=True),
    ]


def attendance_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column('companions', BigId, nullable=False, server_default='0'),
        sa.Column('substitute', sa.String(), nullable=False, server_default=''),
        sa.Column('needs', sa.Text(), nullable=False, server_default=''),
        sa.Column('waits_for', sa.String(), nullable=False, server_default=''),
        sa.Column('waiting_since', Instant(), nullable=True),
        sa.Column('offered_until', Instant(), nullable=True),
        sa.Column('came', sa.String(), nullable=False, server_default=''),
        sa.Column('came_at', Instant(), nullable=True),
    ]


def upgrade() -> None:
    for column in event_columns():
        op.add_column('event', column)
    for column in attendance_columns():
        op.add_column('attendance', column)
    op.create_index('ix_attendance_waits_for', 'attendance', ['event_id'], sqlite_where=WAITS, postgresql_where=WAITS)
    seats = "CAST('{\"in-person\": ' || capacity || '}' AS JSONB)" if _is_postgres() else "'{\"in-person\": ' || capacity || '}'"
    op.execute(f'UPDATE event SET seats = {seats} WHERE capacity IS NOT NULL')  # noqa: S608 - nothing from outside
    op.drop_column('event', 'capacity')
    op.create_table(
        'event_file',
        sa.Column('event_id', BigId, nullable=False),
        sa.Column('name', sa.String(), nullable=False),
        sa.Column('media_type', sa.String(), nullable=False),
        sa.Column('sha256', sa.String(), nullable=False),
        sa.Column('size', BigId, nullable=False),
        sa.Column('added_at', Instant(), nullable=False),
        sa.ForeignKeyConstraint(['event_id'], ['event.id'], name=op.f('fk_event_file_event_id')),
        sa.ForeignKeyConstraint(['sha256'], ['file_content.sha256'], name=op.f('fk_event_file_sha256')),
        sa.PrimaryKeyConstraint('event_id', 'name', name=op.f('pk_event_file')),
    )


def downgrade() -> None:
    op.drop_table('event_file')
    op.add_column('event', sa.Column('capacity', BigId, nullable=True))
    seats = "CAST(seats ->> 'in-person' AS BIGINT)" if _is_postgres() else "json_extract(seats, '$.\"in-person\"')"
    op.execute(f'UPDATE event SET capacity = {seats}')  # noqa: S608 - nothing from outside
    op.drop_index('ix_attendance_waits_for', 'attendance', sqlite_where=WAITS, postgresql_where=WAITS)
    for column in reversed(attendance_columns()):
        op.drop_column('attendance', column.name)
    for column in reversed(event_columns()):
        op.drop_column('event', column.name)


def _is_postgres() -> bool:
    return op.get_bind().dialect.name == 'postgresql'
