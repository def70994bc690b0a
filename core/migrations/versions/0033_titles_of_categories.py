"""What the categories of an office's people are called, by language, for whoever reads results."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.database.base import Json

revision = '0033'
down_revision = '0032'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('office', sa.Column('category_titles', Json, nullable=False, server_default='{}'))


def downgrade() -> None:
    op.drop_column('office', 'category_titles')
