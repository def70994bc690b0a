"""Places of quotas are found by their round: a step counts no more than the places that are taken."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.database.base import BigId

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

ROUND_OF = 'SELECT response.round_id, kept.quota, kept.response_id FROM kept JOIN response ON response.id = kept.response_id'


def upgrade() -> None:
    op.execute('CREATE TABLE kept AS SELECT response_id, quota FROM quota_place')
    op.drop_table('quota_place')
    op.create_table('quota_place',
    sa.Column('round_id', BigId, nullable=False),
    sa.Column('quota', sa.String(), nullable=False),
    sa.Column('response_id', BigId, nullable=False),
    sa.ForeignKeyConstraint(['response_id'], ['response.id'], name=op.f('fk_quota_place_response_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_quota_place_round_id')),
    sa.PrimaryKeyConstraint('round_id', 'quota', 'response_id', name=op.f('pk_quota_place'))
    )
    op.create_index('ix_quota_place_response_id', 'quota_place', ['response_id'])
    op.execute(f'INSERT INTO quota_place (round_id, quota, response_id) {ROUND_OF}')
    op.drop_table('kept')


def downgrade() -> None:
    op.execute('CREATE TABLE kept AS SELECT response_id, quota FROM quota_place')
    op.drop_table('quota_place')
    op.create_table('quota_place',
    sa.Column('response_id', BigId, nullable=False),
    sa.Column('quota', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['response_id'], ['response.id'], name=op.f('fk_quota_place_response_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('response_id', 'quota', name=op.f('pk_quota_place'))
    )
    op.execute('INSERT INTO quota_place (response_id, quota) SELECT response_id, quota FROM kept')
    op.drop_table('kept')
