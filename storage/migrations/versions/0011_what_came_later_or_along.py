"""When a picture came to its report, what came along with a joined account, and keys that name nobody's chat."""

import re
from hashlib import blake2s

import sqlalchemy as sa
from alembic import op

from storage.models.base import BigId, Utc

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_DIGEST = re.compile("[0-9a-f]{32}")


def upgrade() -> None:
    """Step forward. A picture of a report came when it was sent; of what was joined before, nothing is known."""
    op.add_column("attachment", sa.Column("given_at", Utc(), nullable=True))
    op.execute("UPDATE attachment SET given_at = sent_at WHERE submission_id IS NOT NULL")
    op.add_column("account_link", sa.Column("brought_phone", sa.Boolean(), nullable=False, server_default=sa.false()))
    _digest_keys(op.get_bind())
    with op.batch_alter_table("draft") as draft:
        draft.add_column(sa.Column("home_id", BigId, nullable=True))
        draft.create_foreign_key(op.f("fk_draft_home_id"), "person", ["home_id"], ["id"])


def _digest(key: str) -> str:
    return blake2s(key.encode(), digest_size=16).hexdigest()


def _digest_keys(bind: sa.Connection) -> None:
    """Keep a digest of every key; one that is a digest already (after a step back) stays."""
    event = sa.table("inbox_event", sa.column("id", BigId), sa.column("event_key", sa.Text()))
    after = 0
    while rows := bind.execute(
        sa.select(event.c.id, event.c.event_key).where(event.c.id > after).order_by(event.c.id).limit(5_000)
    ).all():
        after = rows[-1].id
        plain = [row for row in rows if not _DIGEST.fullmatch(row.event_key)]
        keys = [{"row": row.id, "key": _digest(row.event_key)} for row in plain]
        if keys:
            here = event.c.id == sa.bindparam("row")
            bind.execute(sa.update(event).where(here).values(event_key=sa.bindparam("key")), keys)


def downgrade() -> None:
    """Step back; keys stay digests, which the step before takes for keys of other events."""
    with op.batch_alter_table("draft") as draft:
        draft.drop_constraint(op.f("fk_draft_home_id"), type_="foreignkey")
        draft.drop_column("home_id")
    with op.batch_alter_table("account_link") as link:
        link.drop_column("brought_phone")
    with op.batch_alter_table("attachment") as attachment:
        attachment.drop_column("given_at")
