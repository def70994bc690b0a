"""Calls that were tried, for receivers that fail, and calls about a person, for erasing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None

OF_SOMEBODY = sa.text('participant_id IS NOT NULL')


def upgrade() -> None:
    op.create_index('ix_webhook_call_tried', 'webhook_call', ['webhook_id', 'state', 'attempts', 'due_at'])
    op.create_index(
        'ix_webhook_call_participant_id', 'webhook_call', ['participant_id'],
        sqlite_where=OF_SOMEBODY, postgresql_where=OF_SOMEBODY,
    )


def downgrade() -> None:
    op.drop_index('ix_webhook_call_participant_id', 'webhook_call')
    op.drop_index('ix_webhook_call_tried', 'webhook_call')
