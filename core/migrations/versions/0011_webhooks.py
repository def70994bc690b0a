"""Webhooks of offices, and the calls that wait for them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.database.base import BigId, Instant, Json

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'webhook',
        sa.Column('id', BigId, autoincrement=True, nullable=False),
        sa.Column('office_id', BigId, nullable=False),
        sa.Column('url', sa.Text(), nullable=False),
        sa.Column('kinds', sa.String(), nullable=False),
        sa.Column('state', sa.String(), nullable=False),
        sa.Column('nonce', sa.String(), nullable=False),
        sa.Column('earlier_nonce', sa.String(), nullable=False),
        sa.Column('renewed_at', Instant(), nullable=True),
        sa.Column('created_by', BigId, nullable=True),
        sa.Column('created_at', Instant(), nullable=False),
        sa.Column('failing_since', Instant(), nullable=True),
        sa.Column('held_until', Instant(), nullable=True),
        sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk_webhook_office_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_webhook')),
    )
    op.create_index('ix_webhook_office_id', 'webhook', ['office_id'])
    op.create_table(
        'webhook_call',
        sa.Column('id', BigId, autoincrement=True, nullable=False),
        sa.Column('webhook_id', BigId, nullable=False),
        sa.Column('event_id', sa.String(), nullable=False),
        sa.Column('kind', sa.String(), nullable=False),
        sa.Column('participant_id', BigId, nullable=True),
        sa.Column('data', Json, nullable=False),
        sa.Column('happened_at', Instant(), nullable=False),
        sa.Column('state', sa.String(), nullable=False),
        sa.Column('attempts', BigId, nullable=False),
        sa.Column('due_at', Instant(), nullable=False),
        sa.Column('claimed_by', sa.String(), nullable=False),
        sa.Column('claimed_until', Instant(), nullable=True),
        sa.Column('status', BigId, nullable=True),
        sa.Column('detail', sa.String(), nullable=False),
        sa.Column('settled_at', Instant(), nullable=True),
        sa.ForeignKeyConstraint(['webhook_id'], ['webhook.id'], name=op.f('fk_webhook_call_webhook_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_webhook_call')),
    )
    op.create_index('ix_webhook_call_queue', 'webhook_call', ['webhook_id', 'state', 'due_at'])
    op.create_index('ix_webhook_call_webhook_id', 'webhook_call', ['webhook_id', 'id'])
    claimed = sa.text('claimed_until IS NOT NULL')
    op.create_index(
        'ix_webhook_call_claimed_until', 'webhook_call', ['claimed_until'], sqlite_where=claimed, postgresql_where=claimed
    )


def downgrade() -> None:
    op.drop_table('webhook_call')
    op.drop_table('webhook')
