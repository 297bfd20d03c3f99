"""Families: what two people are to each other, and who pays."""

import sqlalchemy as sa
from alembic import op

from cloud.database import UtcDateTime

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    op.create_table(
        "family_link",
        sa.Column("member_id", sa.String(length=24), nullable=False),
        sa.Column("relative_id", sa.String(length=24), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("payer_id", sa.String(length=24), nullable=True),
        sa.Column("linked_by", sa.String(length=64), nullable=False),
        sa.Column("linked_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_family_link_member_id_member")),
        sa.ForeignKeyConstraint(["payer_id"], ["member.id"], name=op.f("fk_family_link_payer_id_member")),
        sa.ForeignKeyConstraint(["relative_id"], ["member.id"], name=op.f("fk_family_link_relative_id_member")),
        sa.PrimaryKeyConstraint("member_id", "relative_id", name=op.f("pk_family_link")),
    )
    op.create_index(op.f("ix_family_link_payer_id"), "family_link", ["payer_id"])
    op.create_index(op.f("ix_family_link_relative_id"), "family_link", ["relative_id"])
