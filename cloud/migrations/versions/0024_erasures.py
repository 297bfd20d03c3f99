"""Members whose person was erased."""

import sqlalchemy as sa
from alembic import op

from cloud.database import UtcDateTime

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.create_table(
        "erasure",
        sa.Column("member_id", sa.String(length=24), nullable=False),
        sa.Column("erased_at", UtcDateTime(), nullable=False),
        sa.Column("erased_by", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_erasure_member_id_member")),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_erasure")),
    )
