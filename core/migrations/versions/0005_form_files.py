"""Pictures, sounds and films that forms show, and Telegram's names for them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.database.base import BigId

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('form_version', sa.Column('sent', sa.String(), nullable=False, server_default=''))
    op.create_table('file_content',
    sa.Column('sha256', sa.String(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('sha256', name=op.f('pk_file_content'))
    )
    op.create_table('form_file',
    sa.Column('form_version_id', BigId, nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('media_type', sa.String(), nullable=False),
    sa.Column('sha256', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['form_version_id'], ['form_version.id'], name=op.f('fk_form_file_form_version_id')),
    sa.ForeignKeyConstraint(['sha256'], ['file_content.sha256'], name=op.f('fk_form_file_sha256')),
    sa.PrimaryKeyConstraint('form_version_id', 'name', name=op.f('pk_form_file'))
    )
    op.create_table('telegram_file',
    sa.Column('sha256', sa.String(), nullable=False),
    sa.Column('bot_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('file_id', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('sha256', 'bot_id', 'kind', name=op.f('pk_telegram_file'))
    )


def downgrade() -> None:
    op.drop_table('telegram_file')
    op.drop_table('form_file')
    op.drop_table('file_content')
    op.drop_column('form_version', 'sent')
