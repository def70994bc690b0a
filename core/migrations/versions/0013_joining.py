"""People who join by themselves: offices that allow it, what is asked for, and the texts that are agreed to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.database.base import BigId, Instant, Json

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'consent_text',
        sa.Column('office_id', BigId, nullable=False),
        sa.Column('version', sa.String(), nullable=False),
        sa.Column('text', Json, nullable=False),
        sa.Column('since', Instant(), nullable=False),
        sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk_consent_text_office_id')),
        sa.PrimaryKeyConstraint('office_id', 'version', name=op.f('pk_consent_text')),
    )
    op.create_table(
        'join_request',
        sa.Column('id', BigId, autoincrement=True, nullable=False),
        sa.Column('nonce', BigId, nullable=False),
        sa.Column('office_id', BigId, nullable=False),
        sa.Column('participant_id', BigId, nullable=False),
        sa.Column('joins_id', BigId, nullable=True),
        sa.Column('email', sa.String(), nullable=False),
        sa.Column('name', sa.String(), nullable=False),
        sa.Column('municipality_id', BigId, nullable=True),
        sa.Column('purposes', Json, nullable=False),
        sa.Column('text_version', sa.String(), nullable=False),
        sa.Column('language', sa.String(), nullable=False),
        sa.Column('source', sa.String(), nullable=False),
        sa.Column('asked_at', Instant(), nullable=False),
        sa.Column('confirmed_at', Instant(), nullable=True),
        sa.ForeignKeyConstraint(['joins_id'], ['participant.id'], name=op.f('fk_join_request_joins_id')),
        sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_join_request_municipality_id')),
        sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk_join_request_office_id')),
        sa.ForeignKeyConstraint(['participant_id'], ['participant.id'], name=op.f('fk_join_request_participant_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_join_request')),
        sa.UniqueConstraint('nonce', name=op.f('uq_join_request_nonce')),
    )
    op.create_index('ix_join_request_asked_at', 'join_request', ['asked_at'])
    op.create_index('ix_join_request_email', 'join_request', ['email', 'asked_at'])
    op.create_index('ix_join_request_participant_id', 'join_request', ['participant_id'])
    op.add_column('office', sa.Column('joining', Json, nullable=False, server_default='{}'))


def downgrade() -> None:
    op.drop_column('office', 'joining')
    op.drop_table('join_request')
    op.drop_table('consent_text')
