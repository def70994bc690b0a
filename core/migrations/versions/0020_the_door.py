"""The door of an event: acts of coming in, and who came along."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.database.base import BigId, Instant

revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'door_act',
        sa.Column('id', BigId, autoincrement=True, nullable=False),
        sa.Column('event_id', BigId, nullable=False),
        sa.Column('key', sa.String(), nullable=False),
        sa.Column('participant_id', BigId, nullable=True),
        sa.Column('kind', sa.String(), nullable=False),
        sa.Column('way', sa.String(), nullable=False),
        sa.Column('along', BigId, nullable=False),
        sa.Column('at', Instant(), nullable=False),
        sa.Column('received_at', Instant(), nullable=False),
        sa.Column('outcome', sa.String(), nullable=False),
        sa.ForeignKeyConstraint(['event_id'], ['event.id'], name=op.f('fk_door_act_event_id')),
        sa.ForeignKeyConstraint(['participant_id'], ['participant.id'], name=op.f('fk_door_act_participant_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_door_act')),
        sa.UniqueConstraint('event_id', 'key', name=op.f('uq_door_act_event_id_key')),
    )
    op.create_index('ix_door_act_participant_id', 'door_act', ['participant_id'])
    op.add_column('attendance', sa.Column('came_along', BigId, nullable=False, server_default='0'))


def downgrade() -> None:
    op.drop_column('attendance', 'came_along')
    op.drop_index('ix_door_act_participant_id', table_name='door_act')
    op.drop_table('door_act')
