"""Recurring contracts that are due are found by their end, not among all that go on."""

from alembic import op

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    op.drop_index("ix_contract_is_renewing", table_name="contract")
    op.create_index("ix_contract_is_renewing_ends_on", "contract", ["is_renewing", "ends_on"])
