"""Pictures that were refused when the fault may have been ours are looked at again; nobody is told of it twice."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_AGAIN = "UPDATE attachment SET attempts = 0, state = "


def upgrade() -> None:
    """Step forward. `refused` stays until they are clean: it tells that their sender knows."""
    refused = "WHERE state = 'refused' AND refused IN ('broken', 'took_too_long', 'not_fetched')"
    op.execute(f"{_AGAIN} 'to_clean' {refused} AND kind = 'photo' AND sha256 IS NOT NULL")
    op.execute(f"{_AGAIN} 'to_fetch' {refused} AND sha256 IS NULL AND remote IS NOT NULL")


def downgrade() -> None:
    """Step back: what is really refused will be so again."""
