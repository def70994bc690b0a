"""Questionnaires that come back: series, and the rounds that were opened from them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.database.base import BigId, Instant, Json

revision = '0028'
down_revision = '0027'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('round_series',
    sa.Column('id', BigId, autoincrement=True, nullable=False),
    sa.Column('office_id', BigId, nullable=False),
    sa.Column('process_id', BigId, nullable=False),
    sa.Column('questionnaire_id', BigId, nullable=False),
    sa.Column('audience_id', BigId, nullable=True),
    sa.Column('slug', sa.String(), nullable=False),
    sa.Column('title', Json, nullable=False),
    sa.Column('every_weeks', BigId, nullable=False),
    sa.Column('open_days', BigId, nullable=False),
    sa.Column('remind_days', BigId, nullable=False),
    sa.Column('time_zone', sa.String(), nullable=False),
    sa.Column('first_local', sa.String(), nullable=False),
    sa.Column('next_local', sa.String(), nullable=False),
    sa.Column('next_at', Instant(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('written_by', BigId, nullable=True),
    sa.Column('created_at', Instant(), nullable=False),
    sa.ForeignKeyConstraint(['audience_id'], ['audience.id'], name=op.f('fk_round_series_audience_id')),
    sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk_round_series_office_id')),
    sa.ForeignKeyConstraint(['process_id'], ['process.id'], name=op.f('fk_round_series_process_id')),
    sa.ForeignKeyConstraint(['questionnaire_id'], ['questionnaire.id'], name=op.f('fk_round_series_questionnaire_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_round_series')),
    sa.UniqueConstraint('office_id', 'slug', name=op.f('uq_round_series_office_id_slug'))
    )
    op.create_index('ix_round_series_state_next_at', 'round_series', ['state', 'next_at'])

    op.create_table('round_turn',
    sa.Column('series_id', BigId, nullable=False),
    sa.Column('number', BigId, autoincrement=False, nullable=False),
    sa.Column('round_id', BigId, nullable=False),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_round_turn_round_id')),
    sa.ForeignKeyConstraint(['series_id'], ['round_series.id'], name=op.f('fk_round_turn_series_id')),
    sa.PrimaryKeyConstraint('series_id', 'number', name=op.f('pk_round_turn')),
    sa.UniqueConstraint('round_id', name=op.f('uq_round_turn_round_id'))
    )


def downgrade() -> None:
    op.drop_table('round_turn')
    op.drop_index('ix_round_series_state_next_at', 'round_series')

    op.drop_table('round_series')
