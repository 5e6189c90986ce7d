"""Numbers of papers put right, who was told of a period, and how far its deeds were compared with what was printed."""

import sqlalchemy as sa
from alembic import op

from storage.models.base import BigId, Utc

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Step forward."""
    op.create_table(
        "period_notice",
        sa.Column("period_id", BigId, autoincrement=False, nullable=False),
        sa.Column("person_id", BigId, autoincrement=False, nullable=False),
        sa.Column("pushed", sa.Boolean(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["period_id"], ["period.id"], name=op.f("fk_period_notice_period_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_period_notice_person_id")),
        sa.PrimaryKeyConstraint("period_id", "person_id", name=op.f("pk_period_notice")),
    )
    op.create_table(
        "document_correction",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("period_id", BigId, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["period_id"], ["period.id"], name=op.f("fk_document_correction_period_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_document_correction_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_correction")),
    )
    op.create_index(op.f("ix_document_correction_period_id"), "document_correction", ["period_id"])
    op.add_column("period_deed", sa.Column("seen_version", sa.Integer(), nullable=True))
    op.add_column("period_deed", sa.Column("seen_consent", sa.Integer(), nullable=True))
    op.add_column("official_document", sa.Column("files_say", sa.Text(), nullable=True))


def downgrade() -> None:
    """Step back: the present number stays, what stood there before does not."""
    with op.batch_alter_table("official_document") as batch:
        batch.drop_column("files_say")
    with op.batch_alter_table("period_deed") as batch:
        batch.drop_column("seen_consent")
        batch.drop_column("seen_version")
    op.drop_index(op.f("ix_document_correction_period_id"), table_name="document_correction")
    op.drop_table("document_correction")
    op.drop_table("period_notice")
