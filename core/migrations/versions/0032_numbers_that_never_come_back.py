"""The number of what was taken away is given to nothing else: an old button, or a line of the log, means one thing.

SQLite gives the highest number again once its row is gone, PostgreSQL never did. Numbers that stand in the audit log
without a row count as given.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0032'
down_revision = '0031'
branch_labels = None
depends_on = None

TABLES = ('event', 'poll', 'mailing', 'incoming_mail')
SUBJECTS = {'incoming_mail': 'mail'}  # what the audit log calls them, where it is another word


def upgrade() -> None:
    _rebuild(counted=True)
    for table in TABLES if op.get_bind().dialect.name == 'sqlite' else ():
        op.get_bind().execute(_FORGET, {'name': table})
        op.get_bind().execute(sa.text(_COUNT.format(table=table)), {'name': table, 'subject': SUBJECTS.get(table, table)})


def downgrade() -> None:
    _rebuild(counted=False)


def _rebuild(counted: bool) -> None:
    if op.get_bind().dialect.name != 'sqlite':
        return
    for table in TABLES:
        with op.batch_alter_table(table, recreate='always', table_kwargs={'sqlite_autoincrement': counted}):
            pass


_FORGET = sa.text('DELETE FROM sqlite_sequence WHERE name = :name')
_COUNT = """
INSERT INTO sqlite_sequence (name, seq)
SELECT :name, max(number) FROM (
    SELECT coalesce(max(id), 0) AS number FROM {table}
    UNION ALL
    SELECT coalesce(max(CAST(substr(subject, length(:subject) + 2) AS INTEGER)), 0) FROM audit_entry
    WHERE substr(subject, 1, length(:subject) + 1) = :subject || ':'
)
"""
