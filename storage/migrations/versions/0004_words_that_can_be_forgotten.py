"""Words that can be forgotten: reasons and facts beside the history, not in it; pieces that lead to nobody."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from storage.models.base import BigId, JsonValue, Utc

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

decision = sa.table(
    "decision",
    sa.column("id", BigId),
    sa.column("deed_id", BigId),
    sa.column("version", sa.Integer),
    sa.column("person_id", BigId),
    sa.column("reason", sa.Text),
    sa.column("details", JsonValue),
    sa.column("at", Utc),
)
decision_reason = sa.table("decision_reason", sa.column("decision_id", BigId), sa.column("words", sa.Text))
deed_version = sa.table(
    "deed_version",
    sa.column("deed_id", BigId),
    sa.column("n", sa.Integer),
    sa.column("facts", JsonValue),
    sa.column("how", sa.Text),
    sa.column("person_id", BigId),
    sa.column("at", Utc),
)


def upgrade() -> None:
    """Step forward."""
    op.create_table(
        "decision_reason",
        sa.Column("decision_id", BigId, autoincrement=False, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_decision_reason_decision_id")),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_decision_reason")),
    )
    op.create_table(
        "deed_version",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("deed_id", BigId, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("facts", JsonValue, nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("person_id", BigId, nullable=True),
        sa.Column("at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["deed_id"], ["deed.id"], name=op.f("fk_deed_version_deed_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_deed_version_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deed_version")),
        sa.UniqueConstraint("deed_id", "n", name=op.f("uq_deed_version_deed_id_n")),
    )
    _words_out_of_history(op.get_bind())
    with op.batch_alter_table("decision") as batch:
        batch.drop_column("reason")
    with op.batch_alter_table("attachment") as batch:
        batch.alter_column("chat", existing_type=sa.Text(), nullable=True)
        batch.alter_column("message", existing_type=sa.Text(), nullable=True)


def _words_out_of_history(tx: sa.Connection) -> None:
    kept: dict[tuple[int, int], dict[str, Any]] = {}
    for row in tx.execute(sa.select(decision).order_by(decision.c.id)).all():
        if row.reason:
            tx.execute(decision_reason.insert().values(decision_id=row.id, words=row.reason))
        details = dict(row.details)
        before, after = details.pop("before", None), details.pop("after", None)
        details.pop("witness", None)  # it stands with the answer itself
        tx.execute(decision.update().where(decision.c.id == row.id).values(details=details))
        for n, facts in ((row.version - 1, before), (row.version, after)):
            if isinstance(facts, dict):
                version = kept.setdefault((row.deed_id, n), {"person_id": row.person_id, "at": row.at, "facts": {}})
                version["facts"] = {**facts, **version["facts"]}
    for (deed_id, n), version in kept.items():
        tx.execute(deed_version.insert().values(deed_id=deed_id, n=n, how="corrected", **version))


def downgrade() -> None:
    """Step back: reasons return to the history, facts of earlier versions do not."""
    tx = op.get_bind()
    with op.batch_alter_table("decision") as batch:
        batch.add_column(sa.Column("reason", sa.Text(), nullable=True))
    for row in tx.execute(sa.select(decision_reason)).all():
        tx.execute(decision.update().where(decision.c.id == row.decision_id).values(reason=row.words))
    op.drop_table("deed_version")
    op.drop_table("decision_reason")
    nowhere = sa.table("attachment", sa.column("id", BigId), sa.column("chat", sa.Text), sa.column("message", sa.Text))
    row_id = sa.cast(nowhere.c.id, sa.Text)
    tx.execute(nowhere.update().where(nowhere.c.chat.is_(None)).values(chat="", message=row_id))
    tx.execute(nowhere.update().where(nowhere.c.message.is_(None)).values(message=row_id))
    with op.batch_alter_table("attachment") as batch:
        batch.alter_column("chat", existing_type=sa.Text(), nullable=False)
        batch.alter_column("message", existing_type=sa.Text(), nullable=False)
