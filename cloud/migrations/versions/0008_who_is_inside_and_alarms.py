"""Who is inside, and alarms."""

import sqlalchemy as sa
from alembic import op

from cloud.database import UtcDateTime

revision = "0008"
down_revision = "0007"

_EVENT_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "whereabouts",
        sa.Column("member_id", sa.String(length=64), nullable=False),
        sa.Column("site_id", sa.String(length=24), nullable=False),
        sa.Column("zone_id", sa.String(length=24), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("gateway_id", sa.String(length=24), nullable=False),
        sa.Column("lane_id", sa.String(length=64), nullable=False),
        sa.Column("is_staff", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["gateway_id"], ["gateway.id"], name=op.f("fk_whereabouts_gateway_id_gateway")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_whereabouts_site_id_site")),
        sa.PrimaryKeyConstraint("member_id", "site_id", name=op.f("pk_whereabouts")),
    )
    op.create_index(op.f("ix_whereabouts_site_id_zone_id_since"), "whereabouts", ["site_id", "zone_id", "since"])
    op.create_table(
        "headcount_change",
        sa.Column("id", _EVENT_ID, autoincrement=True, nullable=False),
        sa.Column("zone_id", sa.String(length=24), nullable=False),
        sa.Column("change", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_headcount_change")),
    )
    op.create_index(op.f("ix_headcount_change_at"), "headcount_change", ["at"])
    op.create_index(op.f("ix_headcount_change_zone_id_at"), "headcount_change", ["zone_id", "at"])
    op.create_table(
        "alarm",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("site_id", sa.String(length=24), nullable=False),
        sa.Column("gateway_id", sa.String(length=24), nullable=False),
        sa.Column("lane_id", sa.String(length=64), nullable=False),
        sa.Column("member_id", sa.String(length=64), nullable=True),
        sa.Column("event_id", _EVENT_ID, nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("occurred_at", UtcDateTime(), nullable=False),
        sa.Column("heard_at", UtcDateTime(), nullable=False),
        sa.Column("is_history", sa.Boolean(), nullable=False),
        sa.Column("acknowledged_by", sa.String(length=24), nullable=True),
        sa.Column("acknowledged_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["acknowledged_by"], ["staff.id"], name=op.f("fk_alarm_acknowledged_by_staff")),
        sa.ForeignKeyConstraint(["event_id"], ["access_event.id"], name=op.f("fk_alarm_event_id_access_event")),
        sa.ForeignKeyConstraint(["gateway_id"], ["gateway.id"], name=op.f("fk_alarm_gateway_id_gateway")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_alarm_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm")),
    )
    op.create_index(op.f("ix_alarm_acknowledged_at_id"), "alarm", ["acknowledged_at", "id"])
    op.create_index(op.f("ix_alarm_member_id_id"), "alarm", ["member_id", "id"])
