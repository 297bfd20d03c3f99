"""What each gateway last found about itself."""

import sqlalchemy as sa
from alembic import op

from cloud.database import Json, UtcDateTime

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "gateway_health",
        sa.Column("gateway_id", sa.String(length=24), nullable=False),
        sa.Column("disk_fault", sa.String(length=64), nullable=True),
        sa.Column("checks", Json, nullable=True),
        sa.Column("tested_at", UtcDateTime(), nullable=True),
        sa.Column("received_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["gateway_id"], ["gateway.id"], name=op.f("fk_gateway_health_gateway_id_gateway")),
        sa.PrimaryKeyConstraint("gateway_id", name=op.f("pk_gateway_health")),
    )
