"""Erased people leave a digest; a round's slug is unique in its office; tries are counted by channel."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.database.base import BigId, Instant, Json

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('erased',
    sa.Column('office_id', BigId, nullable=False),
    sa.Column('digest', sa.String(), nullable=False),
    sa.Column('erased_at', Instant(), nullable=False),
    sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk_erased_office_id')),
    sa.PrimaryKeyConstraint('office_id', 'digest', name=op.f('pk_erased'))
    )
    op.add_column('delivery', sa.Column('tries', BigId, nullable=False, server_default='0'))
    with op.batch_alter_table('round', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('uq_round_process_id_slug'), type_='unique')
        batch_op.create_unique_constraint(batch_op.f('uq_round_office_id_slug'), ['office_id', 'slug'])



def downgrade() -> None:
    with op.batch_alter_table('round', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('uq_round_office_id_slug'), type_='unique')
        batch_op.create_unique_constraint(batch_op.f('uq_round_process_id_slug'), ['process_id', 'slug'])

    op.drop_column('delivery', 'tries')
    op.drop_table('erased')
