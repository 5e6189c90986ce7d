"""What a teller rewrote is kept once for each message, not once for each time it was rewritten."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Step forward. Of what was rewritten before, the messages are not known: it stays as it is."""
    op.add_column("question", sa.Column("said_in", sa.Text(), nullable=True))
    op.create_index(op.f("ix_question_submission_id"), "question", ["submission_id"])


def downgrade() -> None:
    """Step back: the words stay."""
    op.drop_index(op.f("ix_question_submission_id"), table_name="question")
    with op.batch_alter_table("question") as batch:
        batch.drop_column("said_in")
