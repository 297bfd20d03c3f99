"""The processes that share the link to the gateways."""

import sqlalchemy as sa
from alembic import op

from cloud.database import UtcDateTime

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "link_worker",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("is_ingesting", sa.Boolean(), nullable=False),
        sa.Column("is_publishing", sa.Boolean(), nullable=False),
        sa.Column("alive_until", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_link_worker")),
    )
