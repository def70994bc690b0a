"""The staff's bot: linked chats, what is written there, alarms; what people ask an office in chat, and its answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.database.base import BigId, Instant, Json

revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None

STANDS, WAITS = sa.text('ended_at IS NULL'), sa.text("state = 'waiting'")


def upgrade() -> None:
    _chats()
    op.create_table(
        'alarm',
        sa.Column('id', BigId, autoincrement=True, nullable=False),
        sa.Column('kind', sa.String(), nullable=False),
        sa.Column('key', sa.String(), nullable=False),
        sa.Column('office_id', BigId, nullable=True),
        sa.Column('mailing_id', BigId, nullable=True),
        sa.Column('severe', sa.Boolean(), nullable=False),
        sa.Column('values', Json, nullable=False),
        sa.Column('since', Instant(), nullable=False),
        sa.Column('ended_at', Instant(), nullable=True),
        sa.ForeignKeyConstraint(['mailing_id'], ['mailing.id'], name=op.f('fk_alarm_mailing_id')),
        sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk_alarm_office_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_alarm')),
    )
    op.create_index(
        'uq_alarm_standing', 'alarm', ['kind', 'key'], unique=True, sqlite_where=STANDS, postgresql_where=STANDS
    )
    op.create_table(
        'way_trouble',
        sa.Column('way', sa.String(), nullable=False),
        sa.Column('channel', sa.String(), nullable=False),
        sa.Column('since', Instant(), nullable=False),
        sa.Column('said', sa.String(), nullable=False),
        sa.PrimaryKeyConstraint('way', name=op.f('pk_way_trouble')),
    )
    op.add_column('incoming_mail', sa.Column('door', sa.String(), nullable=False, server_default='mail'))
    op.add_column('incoming_mail', sa.Column('answer', sa.Text(), nullable=False, server_default=''))
    op.add_column('incoming_mail', sa.Column('answered_by', BigId, nullable=True))
    op.add_column('incoming_mail', sa.Column('answered_at', Instant(), nullable=True))


def _chats() -> None:
    op.create_table(
        'staff_chat',
        sa.Column('account_id', BigId, autoincrement=False, nullable=False),
        sa.Column('chat_id', sa.BigInteger(), nullable=False),
        sa.Column('linked_at', Instant(), nullable=False),
        sa.Column('takes_questions', sa.Boolean(), nullable=False),
        sa.Column('takes_alarms', sa.Boolean(), nullable=False),
        sa.Column('quiet_from', sa.String(), nullable=False),
        sa.Column('quiet_until', sa.String(), nullable=False),
        sa.Column('severe_always', sa.Boolean(), nullable=False),
        sa.Column('awaiting', Json, nullable=False),
        sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_staff_chat_account_id')),
        sa.PrimaryKeyConstraint('account_id', name=op.f('pk_staff_chat')),
        sa.UniqueConstraint('chat_id', name=op.f('uq_staff_chat_chat_id')),
    )
    op.create_table(
        'staff_chat_code',
        sa.Column('account_id', BigId, autoincrement=False, nullable=False),
        sa.Column('digest', sa.String(), nullable=False),
        sa.Column('expires_at', Instant(), nullable=False),
        sa.Column('tries', BigId, nullable=False),
        sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_staff_chat_code_account_id')),
        sa.PrimaryKeyConstraint('account_id', name=op.f('pk_staff_chat_code')),
    )
    op.create_table(
        'staff_message',
        sa.Column('id', BigId, autoincrement=True, nullable=False),
        sa.Column('account_id', BigId, nullable=False),
        sa.Column('kind', sa.String(), nullable=False),
        sa.Column('about', BigId, nullable=False),
        sa.Column('state', sa.String(), nullable=False),
        sa.Column('due_at', Instant(), nullable=False),
        sa.Column('claimed_until', Instant(), nullable=True),
        sa.Column('tries', BigId, nullable=False),
        sa.Column('version', BigId, nullable=False),
        sa.Column('chat_id', sa.BigInteger(), nullable=True),
        sa.Column('message_id', sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_staff_message_account_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_staff_message')),
        sa.UniqueConstraint('account_id', 'kind', 'about', name=op.f('uq_staff_message_account_id_kind_about')),
    )
    op.create_index(
        'ix_staff_message_due_at', 'staff_message', ['due_at'], sqlite_where=WAITS, postgresql_where=WAITS
    )


def downgrade() -> None:
    for name in ('answered_at', 'answered_by', 'answer', 'door'):
        op.drop_column('incoming_mail', name)
    for name in ('way_trouble', 'alarm', 'staff_message', 'staff_chat_code', 'staff_chat'):
        op.drop_table(name)
