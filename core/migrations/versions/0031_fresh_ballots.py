"""Fresh ballots are found by poll and pile, whatever SQLite knows of its tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0031'
down_revision = '0030'
branch_labels = None
depends_on = None

INDEX, TABLE = 'ix_secret_ballot_fresh', 'secret_ballot'
FRESH = {'sqlite_where': sa.text('fresh = 1'), 'postgresql_where': sa.text('fresh')}


def upgrade() -> None:
    op.drop_index(INDEX, TABLE)
    op.create_index(INDEX, TABLE, ['poll_id', 'apart', 'fresh'], **FRESH)


def downgrade() -> None:
    op.drop_index(INDEX, TABLE)
    op.create_index(INDEX, TABLE, ['poll_id'], **FRESH)
