"""Files that people send as answers, and their bytes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.database.base import BigId, Instant

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('attachment',
    sa.Column('id', BigId, autoincrement=True, nullable=False),
    sa.Column('response_id', BigId, nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('media_type', sa.String(), nullable=False),
    sa.Column('size', BigId, nullable=False),
    sa.Column('sha256', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('door', sa.String(), nullable=False),
    sa.Column('created_at', Instant(), nullable=False),
    sa.Column('telegram_file_id', sa.String(), nullable=True),
    sa.Column('chat_id', sa.BigInteger(), nullable=True),
    sa.Column('tries', BigId, nullable=False),
    sa.Column('next_try_at', Instant(), nullable=True),
    sa.ForeignKeyConstraint(['response_id'], ['response.id'], name=op.f('fk_attachment_response_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attachment')),
    sa.UniqueConstraint('response_id', 'name', name=op.f('uq_attachment_response_id_name'))
    )
    with op.batch_alter_table('attachment', schema=None) as batch_op:
        batch_op.create_index('ix_attachment_next_try_at', ['next_try_at'], unique=False)

    op.create_table('attachment_content',
    sa.Column('attachment_id', BigId, nullable=False),
    sa.Column('part', BigId, nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['attachment_id'], ['attachment.id'], name=op.f('fk_attachment_content_attachment_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('attachment_id', 'part', name=op.f('pk_attachment_content'))
    )


def downgrade() -> None:
    op.drop_table('attachment_content')
    with op.batch_alter_table('attachment', schema=None) as batch_op:
        batch_op.drop_index('ix_attachment_next_try_at')

    op.drop_table('attachment')
