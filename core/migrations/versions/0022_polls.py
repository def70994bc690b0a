"""Polls, who has taken part in them, and their ballots; a mailing may ask for votes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.database.base import BigId, Instant, Json

revision = '0022'
down_revision = '0020'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'poll',
        sa.Column('id', BigId, autoincrement=True, nullable=False),
        sa.Column('office_id', BigId, nullable=False),
        sa.Column('process_id', BigId, nullable=True),
        sa.Column('event_id', BigId, nullable=True),
        sa.Column('audience_id', BigId, nullable=True),
        sa.Column('slug', sa.String(), nullable=False),
        sa.Column('code', sa.String(), nullable=False),
        sa.Column('kind', sa.String(), nullable=False),
        sa.Column('title', Json, nullable=False),
        sa.Column('summary', Json, nullable=False),
        sa.Column('options', Json, nullable=False),
        sa.Column('rules', Json, nullable=False),
        sa.Column('counting', Json, nullable=False),
        sa.Column('secrecy', sa.String(), nullable=False),
        sa.Column('shown', sa.String(), nullable=False),
        sa.Column('walk_ins', sa.Boolean(), nullable=False),
        sa.Column('time_zone', sa.String(), nullable=False),
        sa.Column('opens_local', sa.String(), nullable=True),
        sa.Column('closes_local', sa.String(), nullable=True),
        sa.Column('opens_at', Instant(), nullable=True),
        sa.Column('closes_at', Instant(), nullable=True),
        sa.Column('state', sa.String(), nullable=False),
        sa.Column('created_at', Instant(), nullable=False),
        sa.Column('settled_at', Instant(), nullable=True),
        sa.Column('purged_at', Instant(), nullable=True),
        sa.ForeignKeyConstraint(['audience_id'], ['audience.id'], name=op.f('fk_poll_audience_id')),
        sa.ForeignKeyConstraint(['event_id'], ['event.id'], name=op.f('fk_poll_event_id')),
        sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk_poll_office_id')),
        sa.ForeignKeyConstraint(['process_id'], ['process.id'], name=op.f('fk_poll_process_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_poll')),
        sa.UniqueConstraint('code', name=op.f('uq_poll_code')),
        sa.UniqueConstraint('office_id', 'slug', name=op.f('uq_poll_office_id_slug')),
    )
    op.create_index('ix_poll_event_id', 'poll', ['event_id'])
    op.create_index('ix_poll_state', 'poll', ['state'])
    op.create_table(
        'named_ballot',
        sa.Column('poll_id', BigId, nullable=False),
        sa.Column('voter', sa.String(), nullable=False),
        sa.Column('participant_id', BigId, nullable=True),
        sa.Column('choice', sa.Text(), nullable=False),
        sa.Column('apart', sa.Boolean(), nullable=False),
        sa.Column('door', sa.String(), nullable=False),
        sa.Column('first_at', Instant(), nullable=False),
        sa.Column('at', Instant(), nullable=False),
        sa.Column('changes', BigId, nullable=False),
        sa.ForeignKeyConstraint(['participant_id'], ['participant.id'], name=op.f('fk_named_ballot_participant_id')),
        sa.ForeignKeyConstraint(['poll_id'], ['poll.id'], name=op.f('fk_named_ballot_poll_id')),
        sa.PrimaryKeyConstraint('poll_id', 'voter', name=op.f('pk_named_ballot')),
    )
    op.create_index('ix_named_ballot_participant_id', 'named_ballot', ['participant_id'])
    op.create_table(
        'poll_voter',
        sa.Column('poll_id', BigId, nullable=False),
        sa.Column('voter', sa.String(), nullable=False),
        sa.Column('participant_id', BigId, nullable=True),
        sa.Column('apart', sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(['participant_id'], ['participant.id'], name=op.f('fk_poll_voter_participant_id')),
        sa.ForeignKeyConstraint(['poll_id'], ['poll.id'], name=op.f('fk_poll_voter_poll_id')),
        sa.PrimaryKeyConstraint('poll_id', 'voter', name=op.f('pk_poll_voter')),
        sqlite_with_rowid=False,
    )
    op.create_index('ix_poll_voter_participant_id', 'poll_voter', ['participant_id'])
    op.create_table(
        'secret_ballot',
        sa.Column('poll_id', BigId, nullable=False),
        sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column('choice', sa.Text(), nullable=False),
        sa.Column('apart', sa.Boolean(), nullable=False),
        sa.Column('fresh', sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(['poll_id'], ['poll.id'], name=op.f('fk_secret_ballot_poll_id')),
        sa.PrimaryKeyConstraint('poll_id', 'id', name=op.f('pk_secret_ballot')),
        sqlite_with_rowid=False,
    )
    op.create_index(
        'ix_secret_ballot_fresh', 'secret_ballot', ['poll_id'], sqlite_where=sa.text('fresh = 1'),
        postgresql_where=sa.text('fresh'),
    )
    op.create_table(
        'group_poll',
        sa.Column('telegram_id', sa.String(), nullable=False),
        sa.Column('poll_id', BigId, nullable=False),
        sa.Column('chat_id', sa.BigInteger(), nullable=False),
        sa.Column('message_id', BigId, nullable=False),
        sa.Column('posted_at', Instant(), nullable=False),
        sa.ForeignKeyConstraint(['poll_id'], ['poll.id'], name=op.f('fk_group_poll_poll_id')),
        sa.PrimaryKeyConstraint('telegram_id', name=op.f('pk_group_poll')),
    )
    op.create_index('ix_group_poll_poll_id', 'group_poll', ['poll_id'])
    with op.batch_alter_table('mailing', schema=None) as batch_op:
        batch_op.add_column(sa.Column('poll_id', BigId, nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_mailing_poll_id'), 'poll', ['poll_id'], ['id'], ondelete='SET NULL')


def downgrade() -> None:
    with op.batch_alter_table('mailing', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_mailing_poll_id'), type_='foreignkey')
        batch_op.drop_column('poll_id')
    op.drop_index('ix_group_poll_poll_id', 'group_poll')
    op.drop_table('group_poll')
    op.drop_index('ix_secret_ballot_fresh', 'secret_ballot')
    op.drop_table('secret_ballot')
    op.drop_index('ix_poll_voter_participant_id', 'poll_voter')
    op.drop_table('poll_voter')
    op.drop_index('ix_named_ballot_participant_id', 'named_ballot')
    op.drop_table('named_ballot')
    op.drop_index('ix_poll_state', 'poll')
    op.drop_index('ix_poll_event_id', 'poll')
    op.drop_table('poll')
