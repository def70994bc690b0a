"""Indexes by which a person's rows are found when they are deleted, and mailboxes that asked to join."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None

INDEXES = (
    ('consent', 'participant_id'),
    ('notice', 'participant_id'),
    ('contact_person', 'participant_id'),
    ('join_request', 'joins_id'),
    ('delivery', 'address_id'),
    ('joining', 'address_id'),
    ('chat', 'address_id'),
)


def upgrade() -> None:
    for table, column in INDEXES:
        op.create_index(f'ix_{table}_{column}', table, [column])
    op.add_column('join_request', sa.Column('mailbox', sa.String(), nullable=False, server_default=''))
    op.execute(sa.text('UPDATE join_request SET mailbox = email'))
    op.drop_index('ix_join_request_email', 'join_request')
    op.create_index('ix_join_request_mailbox', 'join_request', ['mailbox', 'asked_at'])


def downgrade() -> None:
    op.drop_index('ix_join_request_mailbox', 'join_request')
    op.create_index('ix_join_request_email', 'join_request', ['email', 'asked_at'])
    op.drop_column('join_request', 'mailbox')
    for table, column in reversed(INDEXES):
        op.drop_index(f'ix_{table}_{column}', table)
