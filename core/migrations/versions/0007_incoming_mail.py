"""Mails that came in: whom they are about, and what waits for staff."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.database.base import BigId, Instant

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('incoming_mail',
    sa.Column('id', BigId, autoincrement=True, nullable=False),
    sa.Column('received_at', Instant(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('delivery_id', BigId, nullable=True),
    sa.Column('office_id', BigId, nullable=True),
    sa.Column('participant_id', BigId, nullable=True),
    sa.Column('address', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('is_hard', sa.Boolean(), nullable=False),
    sa.Column('sender', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['delivery_id'], ['delivery.id'], name=op.f('fk_incoming_mail_delivery_id')),
    sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk_incoming_mail_office_id')),
    sa.ForeignKeyConstraint(['participant_id'], ['participant.id'], name=op.f('fk_incoming_mail_participant_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_incoming_mail'))
    )
    op.create_index('ix_incoming_mail_address', 'incoming_mail', ['address', 'received_at'])
    op.create_index('ix_incoming_mail_delivery_id', 'incoming_mail', ['delivery_id'])
    op.create_index('ix_incoming_mail_participant_id', 'incoming_mail', ['participant_id'])
    op.create_index('ix_incoming_mail_state', 'incoming_mail', ['office_id', 'state'])



def downgrade() -> None:
    op.drop_table('incoming_mail')
