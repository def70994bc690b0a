"""What comes after an event: documents shown when it is over, rounds that move with it; and what its tables are mixed by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.database.base import Json

revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('event_file', sa.Column('afterwards', sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column('table_plan', sa.Column('mix', Json, nullable=False, server_default='["category", "zone"]'))
    op.add_column('round', sa.Column('hangs_on', Json, nullable=False, server_default='{}'))


def downgrade() -> None:
    op.drop_column('round', 'hangs_on')
    op.drop_column('table_plan', 'mix')
    op.drop_column('event_file', 'afterwards')
