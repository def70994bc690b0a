"""Replies to events, the event a mailing is about, and an index for people who were merged."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.database.base import BigId, Instant, Json

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

MERGED = sa.text('merged_into IS NOT NULL')


def upgrade() -> None:
    op.create_table(
        'attendance',
        sa.Column('id', BigId, autoincrement=True, nullable=False),
        sa.Column('event_id', BigId, nullable=False),
        sa.Column('participant_id', BigId, nullable=False),
        sa.Column('reply', sa.String(), nullable=False),
        sa.Column('door', sa.String(), nullable=False),
        sa.Column('first_at', Instant(), nullable=False),
        sa.Column('at', Instant(), nullable=False),
        sa.Column('changes', BigId, nullable=False),
        sa.ForeignKeyConstraint(['event_id'], ['event.id'], name=op.f('fk_attendance_event_id')),
        sa.ForeignKeyConstraint(['participant_id'], ['participant.id'], name=op.f('fk_attendance_participant_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_attendance')),
        sa.UniqueConstraint('event_id', 'participant_id', name=op.f('uq_attendance_event_id_participant_id')),
    )
    op.create_index('ix_attendance_participant_id', 'attendance', ['participant_id'])
    op.add_column('event', sa.Column('modes', Json, nullable=False, server_default='[]'))
    op.add_column('event', sa.Column('cancelled', sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table('mailing') as batch_op:
        batch_op.add_column(sa.Column('event_id', BigId, nullable=True))
        batch_op.create_foreign_key(op.f('fk_mailing_event_id'), 'event', ['event_id'], ['id'])
    op.create_index(
        'ix_participant_merged_into', 'participant', ['merged_into'], sqlite_where=MERGED, postgresql_where=MERGED
    )


def downgrade() -> None:
    op.drop_index('ix_participant_merged_into', 'participant', sqlite_where=MERGED, postgresql_where=MERGED)
    with op.batch_alter_table('mailing') as batch_op:
        batch_op.drop_constraint(op.f('fk_mailing_event_id'), type_='foreignkey')
        batch_op.drop_column('event_id')
    op.drop_column('event', 'cancelled')
    op.drop_column('event', 'modes')
    op.drop_index('ix_attendance_participant_id', 'attendance')
    op.drop_table('attendance')
