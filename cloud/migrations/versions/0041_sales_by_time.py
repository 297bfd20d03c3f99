"""Receipts are read by their time, too, where payments are listed."""

from alembic import op

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    op.create_index("ix_sale_sold_at", "sale", ["sold_at", "id"])
