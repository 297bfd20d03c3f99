"""What stands at each lane: flags may be meant for one kind of device alone."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    column = sa.Column("device_kind", sa.String(length=16), server_default="turnstile", nullable=False)
    op.add_column("lane_place", column)
