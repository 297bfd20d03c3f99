"""How members stand with the gate: roles, certificates, black list, other sites, PINs, bookings, access levels."""

import sqlalchemy as sa
from alembic import op

from cloud.database import Json, UtcDateTime

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("member", sa.Column("role", sa.String(length=16), nullable=False, server_default="member"))
    op.add_column("member", sa.Column("certificate_until", sa.Date(), nullable=True))
    op.add_column("member", sa.Column("black_listed_at", UtcDateTime(), nullable=True))
    op.add_column("member", sa.Column("black_list_reason", sa.String(length=500), nullable=False, server_default=""))
    op.add_column("member", sa.Column("forgiven_at", UtcDateTime(), nullable=True))
    op.add_column("credential", sa.Column("pin_hashes", Json, nullable=False, server_default="{}"))
    op.add_column("site", sa.Column("certificate_required", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("site", sa.Column("certificate_warn_days", sa.Integer(), nullable=False, server_default="14"))
    op.add_column("contract", sa.Column("needs_booking", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("contract", sa.Column("guests_per_day", sa.Integer(), nullable=False, server_default="0"))
    # SQLite takes a reference with a new column alone; copying the table, as Alembic would, breaks those to it.
    op.execute(
        "ALTER TABLE contract ADD COLUMN level_id VARCHAR(24)"
        " CONSTRAINT fk_contract_level_id_access_level REFERENCES access_level (id)"
    )
    op.create_index(op.f("ix_contract_level_id"), "contract", ["level_id"], unique=False)
    op.create_table(
        "member_site",
        sa.Column("member_id", sa.String(length=24), nullable=False),
        sa.Column("site_id", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_member_site_member_id_member")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_member_site_site_id_site")),
        sa.PrimaryKeyConstraint("member_id", "site_id", name=op.f("pk_member_site")),
    )
    op.create_index(op.f("ix_member_site_site_id"), "member_site", ["site_id"], unique=False)
    op.create_table(
        "booking",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("member_id", sa.String(length=24), nullable=False),
        sa.Column("zone_id", sa.String(length=24), nullable=True),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("booked_by", sa.String(length=24), nullable=False),
        sa.Column("booked_at", UtcDateTime(), nullable=False),
        sa.Column("cancelled_by", sa.String(length=24), nullable=True),
        sa.Column("cancelled_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["booked_by"], ["staff.id"], name=op.f("fk_booking_booked_by_staff")),
        sa.ForeignKeyConstraint(["cancelled_by"], ["staff.id"], name=op.f("fk_booking_cancelled_by_staff")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_booking_member_id_member")),
        sa.ForeignKeyConstraint(["zone_id"], ["zone.id"], name=op.f("fk_booking_zone_id_zone")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking")),
    )
    op.create_index(op.f("ix_booking_member_id_ends_at"), "booking", ["member_id", "ends_at"], unique=False)
    op.create_index(op.f("ix_booking_zone_id"), "booking", ["zone_id"], unique=False)
