"""As whom somebody goes on who was there twice."""

import sqlalchemy as sa
from alembic import op

from cloud.database import UtcDateTime

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.create_table(
        "merged_member",
        sa.Column("old_id", sa.String(length=24), nullable=False),
        sa.Column("member_id", sa.String(length=24), nullable=False),
        sa.Column("old_name", sa.String(length=201), nullable=False),
        sa.Column("merged_by", sa.String(length=64), nullable=False),
        sa.Column("merged_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_merged_member_member_id_member")),
        sa.PrimaryKeyConstraint("old_id", name=op.f("pk_merged_member")),
    )
    op.create_index(op.f("ix_merged_member_member_id"), "merged_member", ["member_id"])
