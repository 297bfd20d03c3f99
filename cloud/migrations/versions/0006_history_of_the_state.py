"""What the rows of the desired state said before they changed, so that decisions of then can be made again."""

import sqlalchemy as sa
from alembic import op

from cloud.database import UtcDateTime

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "past_row",
        sa.Column("site_id", sa.String(length=24), nullable=False),
        sa.Column("key", sa.String(length=96), nullable=False),
        sa.Column("from_revision", sa.BigInteger(), nullable=False),
        sa.Column("until_revision", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.String(length=24), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("superseded_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_past_row_site_id_site")),
        sa.PrimaryKeyConstraint("site_id", "key", "from_revision", name=op.f("pk_past_row")),
    )
    op.create_index(op.f("ix_past_row_site_id_member_id"), "past_row", ["site_id", "member_id"], unique=False)
    op.create_index(op.f("ix_past_row_superseded_at"), "past_row", ["superseded_at"], unique=False)
    op.add_column("state_head", sa.Column("history_from", sa.BigInteger(), nullable=False, server_default="0"))
    # What was in force before this step was not kept.
    op.execute("UPDATE state_head SET history_from = revision")
