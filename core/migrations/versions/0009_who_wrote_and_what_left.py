"""Who wrote a mailing, offices of one person, and the texts that left."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.database.base import BigId, Json

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'sent_text',
        sa.Column('digest', sa.String(), nullable=False),
        sa.Column('mailing_id', BigId, nullable=False),
        sa.Column('language', sa.String(), nullable=False),
        sa.Column('subject', sa.String(), nullable=False),
        sa.Column('body', sa.Text(), nullable=False),
        sa.Column('buttons', Json, nullable=False),
        sa.ForeignKeyConstraint(['mailing_id'], ['mailing.id'], name=op.f('fk_sent_text_mailing_id')),
        sa.PrimaryKeyConstraint('digest', name=op.f('pk_sent_text')),
    )
    op.add_column('delivery', sa.Column('text_digest', sa.String(), nullable=False, server_default=''))
    op.add_column('mailing', sa.Column('written_by', BigId, nullable=True))
    op.add_column('office', sa.Column('one_person', sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column('office', 'one_person')
    op.drop_column('mailing', 'written_by')
    op.drop_column('delivery', 'text_digest')
    op.drop_table('sent_text')
