"""Where an event is followed online."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('event') as table:
        table.add_column(sa.Column('link', sa.String(), server_default='', nullable=False))
    with op.batch_alter_table('event') as table:
        table.alter_column('link', server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('event') as table:
        table.drop_column('link')
