"""A poll that a member of staff is putting together in the staff's bot."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.database.base import Json

revision = '0027'
down_revision = '0026'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('staff_chat', sa.Column('draft', Json, nullable=False, server_default='{}'))


def downgrade() -> None:
    op.drop_column('staff_chat', 'draft')
