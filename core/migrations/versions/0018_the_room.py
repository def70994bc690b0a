"""The room of an event: questions from the audience with votes, thematic tables with wishes, seats and notes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.database.base import BigId, Instant, Json

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'room',
        sa.Column('event_id', BigId, autoincrement=False, nullable=False),
        sa.Column('code', sa.String(), nullable=False),
        sa.Column('open', sa.Boolean(), nullable=False),
        sa.Column('moderated', sa.Boolean(), nullable=False),
        sa.Column('version', BigId, nullable=False),
        sa.ForeignKeyConstraint(['event_id'], ['event.id'], name=op.f('fk_room_event_id')),
        sa.PrimaryKeyConstraint('event_id', name=op.f('pk_room')),
        sa.UniqueConstraint('code', name=op.f('uq_room_code')),
    )
    op.create_table(
        'question',
        sa.Column('id', BigId, autoincrement=True, nullable=False),
        sa.Column('event_id', BigId, nullable=False),
        sa.Column('text', sa.Text(), nullable=False),
        sa.Column('language', sa.String(), nullable=False),
        sa.Column('state', sa.String(), nullable=False),
        sa.Column('answering', sa.Boolean(), nullable=False),
        sa.Column('merged_into', BigId, nullable=True),
        sa.Column('participant_id', BigId, nullable=True),
        sa.Column('browser', sa.String(), nullable=False),
        sa.Column('nameless', sa.Boolean(), nullable=False),
        sa.Column('asked_at', Instant(), nullable=False),
        sa.ForeignKeyConstraint(['event_id'], ['event.id'], name=op.f('fk_question_event_id')),
        sa.ForeignKeyConstraint(['merged_into'], ['question.id'], name=op.f('fk_question_merged_into')),
        sa.ForeignKeyConstraint(['participant_id'], ['participant.id'], name=op.f('fk_question_participant_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_question')),
    )
    op.create_index('ix_question_event_id_state', 'question', ['event_id', 'state'])
    op.create_index('ix_question_participant_id', 'question', ['participant_id'])
    op.create_table(
        'question_vote',
        sa.Column('id', BigId, autoincrement=True, nullable=False),
        sa.Column('question_id', BigId, nullable=False),
        sa.Column('voter', sa.String(), nullable=False),
        sa.Column('participant_id', BigId, nullable=True),
        sa.ForeignKeyConstraint(['participant_id'], ['participant.id'], name=op.f('fk_question_vote_participant_id')),
        sa.ForeignKeyConstraint(['question_id'], ['question.id'], name=op.f('fk_question_vote_question_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_question_vote')),
        sa.UniqueConstraint('question_id', 'voter', name=op.f('uq_question_vote_question_id_voter')),
    )
    op.create_index('ix_question_vote_participant_id', 'question_vote', ['participant_id'])
    op.create_table(
        'table_plan',
        sa.Column('event_id', BigId, autoincrement=False, nullable=False),
        sa.Column('axes', Json, nullable=False),
        sa.Column('seed', BigId, nullable=False),
        sa.Column('wishes_open', sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(['event_id'], ['event.id'], name=op.f('fk_table_plan_event_id')),
        sa.PrimaryKeyConstraint('event_id', name=op.f('pk_table_plan')),
    )
    op.create_table(
        'table_theme',
        sa.Column('id', BigId, autoincrement=True, nullable=False),
        sa.Column('event_id', BigId, nullable=False),
        sa.Column('position', BigId, nullable=False),
        sa.Column('title', Json, nullable=False),
        sa.ForeignKeyConstraint(['event_id'], ['event.id'], name=op.f('fk_table_theme_event_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_table_theme')),
        sa.UniqueConstraint('event_id', 'position', name=op.f('uq_table_theme_event_id_position')),
    )
    op.create_table(
        'thematic_table',
        sa.Column('id', BigId, autoincrement=True, nullable=False),
        sa.Column('event_id', BigId, nullable=False),
        sa.Column('theme_id', BigId, nullable=False),
        sa.Column('number', BigId, nullable=False),
        sa.Column('seats', BigId, nullable=False),
        sa.ForeignKeyConstraint(['event_id'], ['event.id'], name=op.f('fk_thematic_table_event_id')),
        sa.ForeignKeyConstraint(['theme_id'], ['table_theme.id'], name=op.f('fk_thematic_table_theme_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_thematic_table')),
        sa.UniqueConstraint('event_id', 'number', name=op.f('uq_thematic_table_event_id_number')),
    )
    op.create_table(
        'table_wish',
        sa.Column('event_id', BigId, nullable=False),
        sa.Column('participant_id', BigId, nullable=False),
        sa.Column('first_id', BigId, nullable=False),
        sa.Column('second_id', BigId, nullable=True),
        sa.Column('at', Instant(), nullable=False),
        sa.ForeignKeyConstraint(['event_id'], ['event.id'], name=op.f('fk_table_wish_event_id')),
        sa.ForeignKeyConstraint(['first_id'], ['table_theme.id'], name=op.f('fk_table_wish_first_id')),
        sa.ForeignKeyConstraint(['participant_id'], ['participant.id'], name=op.f('fk_table_wish_participant_id')),
        sa.ForeignKeyConstraint(['second_id'], ['table_theme.id'], name=op.f('fk_table_wish_second_id')),
        sa.PrimaryKeyConstraint('event_id', 'participant_id', name=op.f('pk_table_wish')),
    )
    op.create_index('ix_table_wish_participant_id', 'table_wish', ['participant_id'])
    op.create_table(
        'table_seat',
        sa.Column('event_id', BigId, nullable=False),
        sa.Column('participant_id', BigId, nullable=False),
        sa.Column('table_id', BigId, nullable=False),
        sa.Column('fixed', sa.Boolean(), nullable=False),
        sa.Column('told_table_id', BigId, nullable=True),
        sa.Column('told', BigId, nullable=False),
        sa.ForeignKeyConstraint(['event_id'], ['event.id'], name=op.f('fk_table_seat_event_id')),
        sa.ForeignKeyConstraint(['participant_id'], ['participant.id'], name=op.f('fk_table_seat_participant_id')),
        sa.ForeignKeyConstraint(['table_id'], ['thematic_table.id'], name=op.f('fk_table_seat_table_id')),
        sa.ForeignKeyConstraint(['told_table_id'], ['thematic_table.id'], name=op.f('fk_table_seat_told_table_id')),
        sa.PrimaryKeyConstraint('event_id', 'participant_id', name=op.f('pk_table_seat')),
    )
    op.create_index('ix_table_seat_participant_id', 'table_seat', ['participant_id'])
    op.create_table(
        'table_note',
        sa.Column('id', BigId, autoincrement=True, nullable=False),
        sa.Column('table_id', BigId, nullable=False),
        sa.Column('axis', sa.String(), nullable=False),
        sa.Column('account_id', BigId, nullable=False),
        sa.Column('text', sa.Text(), nullable=False),
        sa.Column('revision', BigId, nullable=False),
        sa.Column('at', Instant(), nullable=False),
        sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_table_note_account_id')),
        sa.ForeignKeyConstraint(['table_id'], ['thematic_table.id'], name=op.f('fk_table_note_table_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_table_note')),
        sa.UniqueConstraint('table_id', 'axis', 'account_id', name=op.f('uq_table_note_table_id_axis_account_id')),
    )


def downgrade() -> None:
    op.drop_table('table_note')
    op.drop_table('table_seat')
    op.drop_table('table_wish')
    op.drop_table('thematic_table')
    op.drop_table('table_theme')
    op.drop_table('table_plan')
    op.drop_table('question_vote')
    op.drop_table('question')
    op.drop_table('room')
