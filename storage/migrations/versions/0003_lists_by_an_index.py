"""Every list by an index: the queue, the public page, a month's deeds, deeds by their words."""

from alembic import op

from storage.deed_words import CREATE, DROP

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Step forward."""
    op.drop_index(op.f("ix_deed_approved_at"), table_name="deed")
    op.drop_index(op.f("ix_deed_published_at"), table_name="deed")
    op.create_index(op.f("ix_deed_status_urgent_id"), "deed", ["status", "urgent", "id"], unique=False)
    op.create_index(op.f("ix_deed_status_published_at"), "deed", ["status", "published_at"], unique=False)
    op.create_index(op.f("ix_deed_status_approved_at"), "deed", ["status", "approved_at"], unique=False)
    for statement in CREATE[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    """Step back."""
    for statement in DROP[op.get_bind().dialect.name]:
        op.execute(statement)
    op.drop_index(op.f("ix_deed_status_approved_at"), table_name="deed")
    op.drop_index(op.f("ix_deed_status_published_at"), table_name="deed")
    op.drop_index(op.f("ix_deed_status_urgent_id"), table_name="deed")
    op.create_index(op.f("ix_deed_published_at"), "deed", ["published_at"], unique=False)
    op.create_index(op.f("ix_deed_approved_at"), "deed", ["approved_at"], unique=False)
