"""Batches of events have heard numbers of their own, and a journal the nonce of its gateway's newest Hello."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    number = sa.Column("heard_events_number", sa.BigInteger(), nullable=False, server_default="0")
    op.add_column("gateway_certificate", number)
    op.execute("UPDATE gateway_certificate SET heard_events_number = heard_number")
    op.add_column("journal_cursor", sa.Column("hello_nonce", sa.LargeBinary(), nullable=False, server_default=""))
