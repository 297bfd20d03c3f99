"""What a gateway tells of its lanes and of the rules that it cannot read."""

import sqlalchemy as sa
from alembic import op

from cloud.database import Json

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("gateway_health", sa.Column("policy_fault", sa.String(length=64), nullable=True))
    op.add_column("gateway_health", sa.Column("lanes", Json, nullable=True))
