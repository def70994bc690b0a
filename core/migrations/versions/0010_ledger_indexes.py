"""Indexes of the ledger for the few rows that wait, are under way or in doubt; what is settled stands in none of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

PLANNED, IN_HANDS, IN_DOUBT = sa.text("state = 'planned'"), sa.text('claimed_until IS NOT NULL'), sa.text("state = 'in-doubt'")


def upgrade() -> None:
    op.drop_index('ix_delivery_queue', 'delivery')
    op.create_index('ix_delivery_queue', 'delivery', ['mailing_id', 'channel', 'due_at'], sqlite_where=PLANNED, postgresql_where=PLANNED)
    op.create_index('ix_delivery_in_hands', 'delivery', ['claimed_by'], sqlite_where=IN_HANDS, postgresql_where=IN_HANDS)
    op.create_index('ix_delivery_in_doubt', 'delivery', ['mailing_id'], sqlite_where=IN_DOUBT, postgresql_where=IN_DOUBT)


def downgrade() -> None:
    op.drop_index('ix_delivery_in_doubt', 'delivery')
    op.drop_index('ix_delivery_in_hands', 'delivery')
    op.drop_index('ix_delivery_queue', 'delivery')
    op.create_index('ix_delivery_queue', 'delivery', ['state', 'channel', 'priority', 'due_at'])
