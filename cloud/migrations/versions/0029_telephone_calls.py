"""Telephone exchanges and the calls that they tell of."""

import sqlalchemy as sa
from alembic import op

from cloud.database import UtcDateTime

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    op.create_table(
        "phone_exchange",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("site_id", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_phone_exchange_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_exchange")),
        sa.UniqueConstraint("name", name=op.f("uq_phone_exchange_name")),
    )
    op.create_table(
        "phone_call",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("exchange_id", sa.String(length=24), nullable=False),
        sa.Column("call_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("member_id", sa.String(length=24), nullable=True),
        sa.Column("is_new", sa.Boolean(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["exchange_id"], ["phone_exchange.id"], name=op.f("fk_phone_call_exchange_id_phone_exchange")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_phone_call_member_id_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_call")),
        sa.UniqueConstraint("exchange_id", "call_id", name=op.f("uq_phone_call_exchange_id_call_id")),
    )
    op.create_index(op.f("ix_phone_call_member_id"), "phone_call", ["member_id"])
    op.create_index(op.f("ix_phone_call_received_at"), "phone_call", ["received_at"])
