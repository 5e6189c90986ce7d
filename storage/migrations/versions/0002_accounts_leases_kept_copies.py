"""Accounts, leases, kept copies."""

import sqlalchemy as sa
from alembic import op

from storage.models.base import BigId, Utc

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Step forward."""
    op.create_table(
        "lease",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("until", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )
    op.create_table(
        "messenger_account",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("messenger", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("app_id", sa.Text(), nullable=False),
        sa.Column("app_secret", sa.Text(), nullable=False),
        sa.Column("secret_key", sa.Text(), nullable=False),
        sa.Column("access_token", sa.Text(), nullable=False),
        sa.Column("access_until", Utc(), nullable=True),
        sa.Column("refresh_token", sa.Text(), nullable=False),
        sa.Column("refresh_until", Utc(), nullable=True),
        sa.Column("refreshed_at", Utc(), nullable=True),
        sa.Column("seed_hash", sa.Text(), nullable=True),
        sa.Column("broken_since", Utc(), nullable=True),
        sa.Column("broken_why", sa.Text(), nullable=True),
        sa.Column("alarmed_at", Utc(), nullable=True),
        sa.Column("consent_state", sa.Text(), nullable=True),
        sa.Column("consent_verifier", sa.Text(), nullable=True),
        sa.Column("consent_until", Utc(), nullable=True),
        sa.Column("created_at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messenger_account")),
        sa.UniqueConstraint("messenger", "account", name=op.f("uq_messenger_account_messenger_account")),
    )
    op.create_table(
        "remote_copy",
        sa.Column("messenger", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("remote", sa.Text(), nullable=False),
        sa.Column("kept_at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("messenger", "sha256", name=op.f("pk_remote_copy")),
    )
    op.create_index(op.f("ix_remote_copy_sha256"), "remote_copy", ["sha256"], unique=False)

    op.drop_index(op.f("ix_inbox_event_chat"), table_name="inbox_event")
    op.create_index(op.f("ix_inbox_event_chat_received_at"), "inbox_event", ["chat", "received_at"], unique=False)


def downgrade() -> None:
    """Step back."""
    op.drop_index(op.f("ix_inbox_event_chat_received_at"), table_name="inbox_event")
    op.create_index(op.f("ix_inbox_event_chat"), "inbox_event", ["chat"], unique=False)

    op.drop_index(op.f("ix_remote_copy_sha256"), table_name="remote_copy")

    op.drop_table("remote_copy")
    op.drop_table("messenger_account")
    op.drop_table("lease")
