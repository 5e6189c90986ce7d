"""Accounts joined and parted: who was one with whom for good, what an invitation will give, codes typed wrong."""

import sqlalchemy as sa
from alembic import op

from storage.models.base import BigId, JsonValue, Utc

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Step forward."""
    op.create_table(
        "account_link",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("joined_id", BigId, nullable=False),
        sa.Column("joined_at", Utc(), nullable=False),
        sa.Column("parted_at", Utc(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_account_link_person_id")),
        sa.ForeignKeyConstraint(["joined_id"], ["person.id"], name=op.f("fk_account_link_joined_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_link")),
    )
    op.create_index(op.f("ix_account_link_person_id"), "account_link", ["person_id"], unique=False)
    op.create_index(op.f("ix_account_link_joined_id"), "account_link", ["joined_id"], unique=False)
    op.add_column("person", sa.Column("wrong_codes", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("person", sa.Column("wrong_since", Utc(), nullable=True))
    with op.batch_alter_table("identity") as identity:
        identity.add_column(sa.Column("home_id", BigId, nullable=True))
        identity.create_foreign_key(op.f("fk_identity_home_id"), "person", ["home_id"], ["id"])
    with op.batch_alter_table("invitation") as invitation:
        invitation.add_column(sa.Column("by_account", sa.Boolean(), nullable=False, server_default=sa.false()))
        invitation.add_column(sa.Column("roles", JsonValue, nullable=False, server_default="[]"))
        invitation.add_column(sa.Column("org_unit_id", BigId, nullable=True))
        invitation.add_column(sa.Column("granted_at", Utc(), nullable=True))
        invitation.add_column(sa.Column("typed_by", BigId, nullable=True))
        invitation.add_column(sa.Column("agreed_at", Utc(), nullable=True))
        invitation.create_foreign_key(op.f("fk_invitation_org_unit_id"), "org_unit", ["org_unit_id"], ["id"])
        invitation.create_foreign_key(op.f("fk_invitation_typed_by"), "person", ["typed_by"], ["id"])
        invitation.create_index(op.f("ix_invitation_person_id"), ["person_id"], unique=False)
    with op.batch_alter_table("sign_in_link") as link:
        link.add_column(sa.Column("invitation_id", BigId, nullable=True))
        link.create_foreign_key(op.f("fk_sign_in_link_invitation_id"), "invitation", ["invitation_id"], ["id"])


def downgrade() -> None:
    """Step back."""
    with op.batch_alter_table("sign_in_link") as link:
        link.drop_constraint(op.f("fk_sign_in_link_invitation_id"), type_="foreignkey")
        link.drop_column("invitation_id")
    with op.batch_alter_table("invitation") as invitation:
        invitation.drop_index(op.f("ix_invitation_person_id"))
        invitation.drop_constraint(op.f("fk_invitation_typed_by"), type_="foreignkey")
        invitation.drop_constraint(op.f("fk_invitation_org_unit_id"), type_="foreignkey")
        for name in ("agreed_at", "typed_by", "granted_at", "org_unit_id", "roles", "by_account"):
            invitation.drop_column(name)
    with op.batch_alter_table("identity") as identity:
        identity.drop_constraint(op.f("fk_identity_home_id"), type_="foreignkey")
        identity.drop_column("home_id")
    op.drop_column("person", "wrong_since")
    op.drop_column("person", "wrong_codes")
    op.drop_index(op.f("ix_account_link_joined_id"), table_name="account_link")
    op.drop_index(op.f("ix_account_link_person_id"), table_name="account_link")
    op.drop_table("account_link")
