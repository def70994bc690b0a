"""What is shown of polls, on screens and pages, and how written answers were read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.database.base import BigId, Instant, Json

revision = '0024'
down_revision = '0023'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('event_screen',
    sa.Column('event_id', BigId, autoincrement=False, nullable=False),
    sa.Column('poll_id', BigId, nullable=True),
    sa.ForeignKeyConstraint(['event_id'], ['event.id'], name=op.f('fk_event_screen_event_id')),
    sa.ForeignKeyConstraint(['poll_id'], ['poll.id'], name=op.f('fk_event_screen_poll_id')),
    sa.PrimaryKeyConstraint('event_id', name=op.f('pk_event_screen'))
    )
    op.create_table('poll_outcome',
    sa.Column('poll_id', BigId, autoincrement=False, nullable=False),
    sa.Column('told', Json, nullable=False),
    sa.Column('counted_at', Instant(), nullable=False),
    sa.ForeignKeyConstraint(['poll_id'], ['poll.id'], name=op.f('fk_poll_outcome_poll_id')),
    sa.PrimaryKeyConstraint('poll_id', name=op.f('pk_poll_outcome'))
    )
    op.create_table('poll_screen',
    sa.Column('poll_id', BigId, autoincrement=False, nullable=False),
    sa.Column('revealed', sa.Boolean(), nullable=True),
    sa.Column('published', sa.Boolean(), nullable=False),
    sa.Column('version', BigId, nullable=False),
    sa.ForeignKeyConstraint(['poll_id'], ['poll.id'], name=op.f('fk_poll_screen_poll_id')),
    sa.PrimaryKeyConstraint('poll_id', name=op.f('pk_poll_screen'))
    )
    op.create_table('text_group',
    sa.Column('poll_id', BigId, autoincrement=False, nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('wording', sa.String(), nullable=False),
    sa.Column('merged_into', sa.String(), nullable=False),
    sa.Column('theme', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['poll_id'], ['poll.id'], name=op.f('fk_text_group_poll_id')),
    sa.PrimaryKeyConstraint('poll_id', 'key', name=op.f('pk_text_group'))
    )
    op.create_table('text_wording',
    sa.Column('poll_id', BigId, autoincrement=False, nullable=False),
    sa.Column('digest', sa.String(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['poll_id'], ['poll.id'], name=op.f('fk_text_wording_poll_id')),
    sa.PrimaryKeyConstraint('poll_id', 'digest', name=op.f('pk_text_wording'))
    )


def downgrade() -> None:
    op.drop_table('text_wording')
    op.drop_table('text_group')
    op.drop_table('poll_screen')
    op.drop_table('poll_outcome')
    op.drop_table('event_screen')
