"""Municipalities that let the union above them ask their people, and the polls in which these may vote."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.database.base import BigId, Instant, Json

revision = '0030'
down_revision = '0029'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('office_lending',
    sa.Column('office_id', BigId, autoincrement=False, nullable=False),
    sa.Column('above_id', BigId, nullable=False),
    sa.Column('allowed_by', BigId, nullable=False),
    sa.Column('allowed_at', Instant(), nullable=False),
    sa.ForeignKeyConstraint(['above_id'], ['office.id'], name=op.f('fk_office_lending_above_id')),
    sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk_office_lending_office_id')),
    sa.PrimaryKeyConstraint('office_id', name=op.f('pk_office_lending'))
    )
    op.create_table('poll_office',
    sa.Column('poll_id', BigId, nullable=False),
    sa.Column('office_id', BigId, nullable=False),
    sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk_poll_office_office_id')),
    sa.ForeignKeyConstraint(['poll_id'], ['poll.id'], name=op.f('fk_poll_office_poll_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('poll_id', 'office_id', name=op.f('pk_poll_office'))
    )
    op.create_index('ix_poll_office_office_id', 'poll_office', ['office_id'])


def downgrade() -> None:
    op.drop_index('ix_poll_office_office_id', 'poll_office')

    op.drop_table('poll_office')
    op.drop_table('office_lending')
