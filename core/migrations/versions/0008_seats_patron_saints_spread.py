"""Seats of processes, patron saints of municipalities, and the time over which a mailing leaves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    json = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql')
    op.add_column('mailing', sa.Column('spread', json, nullable=False, server_default='{}'))
    op.add_column('municipality', sa.Column('patron_saint', sa.String(), nullable=False, server_default=''))
    op.add_column('process', sa.Column('seat', sa.String(), nullable=False, server_default=''))


def downgrade() -> None:
    op.drop_column('process', 'seat')
    op.drop_column('municipality', 'patron_saint')
    op.drop_column('mailing', 'spread')
