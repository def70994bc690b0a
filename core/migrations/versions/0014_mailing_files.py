"""Pictures and attachments of mailings, and which of them left."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.database.base import BigId, Json

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'mailing_file',
        sa.Column('mailing_id', BigId, nullable=False),
        sa.Column('name', sa.String(), nullable=False),
        sa.Column('media_type', sa.String(), nullable=False),
        sa.Column('sha256', sa.String(), nullable=False),
        sa.Column('size', BigId, nullable=False),
        sa.Column('width', BigId, nullable=False, server_default='0'),
        sa.Column('height', BigId, nullable=False, server_default='0'),
        sa.ForeignKeyConstraint(['mailing_id'], ['mailing.id'], name=op.f('fk_mailing_file_mailing_id')),
        sa.ForeignKeyConstraint(['sha256'], ['file_content.sha256'], name=op.f('fk_mailing_file_sha256')),
        sa.PrimaryKeyConstraint('mailing_id', 'name', name=op.f('pk_mailing_file')),
    )
    op.add_column('mailing_text', sa.Column('attachments', Json, nullable=False, server_default='[]'))
    op.add_column('sent_text', sa.Column('attachments', Json, nullable=False, server_default='[]'))
    op.add_column('sent_text', sa.Column('files', Json, nullable=False, server_default='[]'))


def downgrade() -> None:
    op.drop_column('sent_text', 'files')
    op.drop_column('sent_text', 'attachments')
    op.drop_column('mailing_text', 'attachments')
    op.drop_table('mailing_file')
