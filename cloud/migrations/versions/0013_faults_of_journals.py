"""What is wrong with the gateways' journals, for staff; what is known already is brought over."""

import sqlalchemy as sa
from alembic import op

from cloud.access_events.models import EventId
from cloud.database import UtcDateTime

revision = "0013"
down_revision = "0012"

_INSERT = "INSERT INTO journal_fault (gateway_id, journal_epoch, kind, first_seq, last_seq, reason, noticed_at) "


def upgrade() -> None:
    op.create_table(
        "journal_fault",
        sa.Column("id", EventId, autoincrement=True, nullable=False),
        sa.Column("gateway_id", sa.String(length=24), nullable=False),
        sa.Column("journal_epoch", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("first_seq", sa.BigInteger(), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("noticed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["gateway_id"], ["gateway.id"], name=op.f("fk_journal_fault_gateway_id_gateway")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_fault")),
    )
    op.create_index(op.f("ix_journal_fault_gateway_id_id"), "journal_fault", ["gateway_id", "id"])
    op.execute(
        _INSERT + "SELECT gateway_id, journal_epoch, 'refused', seq, seq, substr(reason, 1, 200), received_at "
        "FROM refused_event ORDER BY id"
    )
    op.execute(
        _INSERT + "SELECT gateway_id, journal_epoch, 'broken', seq, seq, '', received_at "
        "FROM access_event WHERE NOT is_chain_intact ORDER BY id"
    )
