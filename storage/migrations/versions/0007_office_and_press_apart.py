"""The standing office and the press become two things to allow; what was answered jointly counts for both."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_COLUMNS = "submission_id, honoree_id, thing, allowed, asked_by, how, witness, words, at"
_JOINT = "honoree.ask.joint"


def upgrade() -> None:
    """Step forward: a yes covered both, and a no to the joint question is honoured as a no to both."""
    op.execute(
        sa.text(
            f"INSERT INTO consent ({_COLUMNS}) "
            "SELECT submission_id, honoree_id, 'standing_office', allowed, asked_by, how, witness, :joint, at "
            "FROM consent WHERE thing = 'press' AND honoree_id IS NOT NULL ORDER BY id"
        ).bindparams(joint=_JOINT)
    )


def downgrade() -> None:
    """Step back: only who said yes to both said yes to the joint question."""
    op.execute(
        sa.text(
            "UPDATE consent SET allowed = :no WHERE thing = 'press' AND honoree_id IS NOT NULL AND EXISTS ("
            "SELECT 1 FROM consent AS office WHERE office.thing = 'standing_office' AND office.allowed = :no "
            "AND office.honoree_id = consent.honoree_id AND office.at = consent.at)"
        ).bindparams(sa.bindparam("no", False, sa.Boolean))
    )
    op.execute(sa.text("DELETE FROM consent WHERE thing = 'standing_office'"))
