"""A file of members is brought in by lots, and goes on where it was interrupted."""

import sqlalchemy as sa
from alembic import op

from cloud.database import UtcDateTime

revision = "0042"
down_revision = "0041"


def upgrade() -> None:
    op.create_table(
        "begun_import",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("rows_done", sa.Integer(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
    )
