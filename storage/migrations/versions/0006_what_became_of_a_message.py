"""Which event a message answers, and since when it fails to go out."""

import sqlalchemy as sa
from alembic import op

from storage.models.base import Utc

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Step forward."""
    op.add_column("outbox_message", sa.Column("cause", sa.Text(), nullable=True))
    op.add_column("outbox_message", sa.Column("failing_since", Utc(), nullable=True))


def downgrade() -> None:
    """Step back."""
    with op.batch_alter_table("outbox_message") as batch:
        batch.drop_column("failing_since")
        batch.drop_column("cause")
