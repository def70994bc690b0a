"""Contributions: what was said, whatever it came as, and what became of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.database.base import BigId, Instant, Json

revision = '0029'
down_revision = '0028'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('contribution',
    sa.Column('id', BigId, autoincrement=True, nullable=False),
    sa.Column('office_id', BigId, nullable=False),
    sa.Column('process_id', BigId, nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('participant_id', BigId, nullable=True),
    sa.Column('said_at', Instant(), nullable=True),
    sa.Column('axis', sa.String(), nullable=False),
    sa.Column('goal', BigId, nullable=False),
    sa.Column('outcome', sa.String(), nullable=False),
    sa.Column('words', Json, nullable=False),
    sa.Column('decided_by', BigId, nullable=True),
    sa.Column('decided_at', Instant(), nullable=True),
    sa.Column('seen_at', Instant(), nullable=False),
    sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk_contribution_office_id')),
    sa.ForeignKeyConstraint(['participant_id'], ['participant.id'], name=op.f('fk_contribution_participant_id')),
    sa.ForeignKeyConstraint(['process_id'], ['process.id'], name=op.f('fk_contribution_process_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contribution')),
    sa.UniqueConstraint('process_id', 'kind', 'source', name=op.f('uq_contribution_process_id_kind_source'))
    )
    op.create_index('ix_contribution_participant_id', 'contribution', ['participant_id'])


def downgrade() -> None:
    op.drop_index('ix_contribution_participant_id', 'contribution')

    op.drop_table('contribution')
