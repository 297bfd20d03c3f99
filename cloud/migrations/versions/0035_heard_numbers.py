"""The number of the newest message that was heard under each certificate of a gateway."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    op.add_column("gateway_certificate", sa.Column("heard_number", sa.BigInteger(), nullable=False, server_default="0"))
