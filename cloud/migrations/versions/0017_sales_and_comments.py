"""What is sold at the till, and what staff say about a person."""

import sqlalchemy as sa
from alembic import op

from cloud.database import Json, UtcDateTime

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "comment",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("member_id", sa.String(length=24), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_by", sa.String(length=24), nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_comment_member_id_member")),
        sa.ForeignKeyConstraint(["written_by"], ["staff.id"], name=op.f("fk_comment_written_by_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
    )
    op.create_index(op.f("ix_comment_member_id_written_at"), "comment", ["member_id", "written_at"])
    op.create_index(op.f("ix_comment_written_by"), "comment", ["written_by"])
    op.create_table(
        "sale",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("member_id", sa.String(length=24), nullable=False),
        sa.Column("total_minor", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("method", sa.String(length=16), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("idempotency_key", sa.String(length=64), nullable=False),
        sa.Column("sold_by", sa.String(length=24), nullable=False),
        sa.Column("sold_at", UtcDateTime(), nullable=False),
        sa.Column("cancelled_by", sa.String(length=24), nullable=True),
        sa.Column("cancelled_at", UtcDateTime(), nullable=True),
        sa.Column("cancel_reason", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_sale_member_id_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sale")),
        sa.UniqueConstraint("sold_by", "idempotency_key", name=op.f("uq_sale_sold_by_idempotency_key")),
    )
    op.create_index(op.f("ix_sale_member_id_sold_at"), "sale", ["member_id", "sold_at"])
    op.create_table(
        "sale_line",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("sale_id", sa.String(length=24), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_price_minor", sa.Integer(), nullable=False),
        sa.Column("rendered_by", sa.String(length=24), nullable=True),
        sa.Column("materials", Json, nullable=False),
        sa.ForeignKeyConstraint(["rendered_by"], ["staff.id"], name=op.f("fk_sale_line_rendered_by_staff")),
        sa.ForeignKeyConstraint(["sale_id"], ["sale.id"], name=op.f("fk_sale_line_sale_id_sale")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sale_line")),
    )
    op.create_index(op.f("ix_sale_line_rendered_by"), "sale_line", ["rendered_by"])
    op.create_index(op.f("ix_sale_line_sale_id"), "sale_line", ["sale_id"])
