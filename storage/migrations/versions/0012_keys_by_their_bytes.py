"""Send keys are told apart and ordered by their bytes, whatever language PostgreSQL was set up for."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Give the column an order in which what begins alike stands together."""
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("outbox_message", "send_key", type_=sa.Text(collation="C"), existing_nullable=True)


def downgrade() -> None:
    """Give it the order of the database again."""
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("outbox_message", "send_key", type_=sa.Text(), existing_nullable=True)
