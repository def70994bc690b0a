"""Quotas of rounds, and the places that sent responses take of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.database.base import BigId

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    json = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql')
    op.add_column('round', sa.Column('quotas', json, nullable=False, server_default='[]'))
    op.create_table('quota_place',
    sa.Column('response_id', BigId, nullable=False),
    sa.Column('quota', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['response_id'], ['response.id'], name=op.f('fk_quota_place_response_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('response_id', 'quota', name=op.f('pk_quota_place'))
    )


def downgrade() -> None:
    op.drop_table('quota_place')
    op.drop_column('round', 'quotas')
