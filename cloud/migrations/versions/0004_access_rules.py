"""Zones, lanes' places, hours, special days, access levels, and the rules of a site."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from cloud.database import Json, UtcDateTime
from cloud.kit.ids import new_id

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    _create_tables()
    _give_sites_their_rules()
    op.add_column("state_head", sa.Column("rows_version", sa.Integer(), nullable=False, server_default="0"))
    _make_the_club_one_zone()


def _create_tables() -> None:
    op.create_table(
        "access_level",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("site_id", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_access_level_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_level")),
    )
    op.create_index(op.f("ix_access_level_site_id"), "access_level", ["site_id"], unique=False)
    op.create_table(
        "schedule",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("site_id", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("weekly", Json, nullable=False),
        sa.Column("special", Json, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_schedule_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedule")),
    )
    op.create_index(op.f("ix_schedule_site_id"), "schedule", ["site_id"], unique=False)
    op.create_table(
        "special_day",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("site_id", sa.String(length=24), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_special_day_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_special_day")),
        sa.UniqueConstraint("site_id", "day", name=op.f("uq_special_day_site_id_day")),
    )
    op.create_table(
        "zone",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("site_id", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("passback", sa.String(length=8), nullable=False),
        sa.Column("passback_s", sa.Integer(), nullable=True),
        sa.Column("forgive_minute", sa.Integer(), nullable=False),
        sa.Column("forgiven_at", UtcDateTime(), nullable=True),
        sa.Column("occupancy_limit", sa.Integer(), nullable=True),
        sa.Column("needs_pin", sa.Boolean(), nullable=False),
        sa.Column("has_first_person_in", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_zone_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zone")),
    )
    op.create_index(op.f("ix_zone_site_id"), "zone", ["site_id"], unique=False)
    op.create_table(
        "lane_place",
        sa.Column("lane_id", sa.String(length=24), nullable=False),
        sa.Column("zone_in_id", sa.String(length=24), nullable=True),
        sa.Column("zone_out_id", sa.String(length=24), nullable=True),
        sa.ForeignKeyConstraint(["lane_id"], ["lane.id"], name=op.f("fk_lane_place_lane_id_lane")),
        sa.ForeignKeyConstraint(["zone_in_id"], ["zone.id"], name=op.f("fk_lane_place_zone_in_id_zone")),
        sa.ForeignKeyConstraint(["zone_out_id"], ["zone.id"], name=op.f("fk_lane_place_zone_out_id_zone")),
        sa.PrimaryKeyConstraint("lane_id", name=op.f("pk_lane_place")),
    )
    op.create_index(op.f("ix_lane_place_zone_in_id"), "lane_place", ["zone_in_id"], unique=False)
    op.create_index(op.f("ix_lane_place_zone_out_id"), "lane_place", ["zone_out_id"], unique=False)
    op.create_table(
        "level_grant",
        sa.Column("level_id", sa.String(length=24), nullable=False),
        sa.Column("zone_id", sa.String(length=24), nullable=False),
        sa.Column("schedule_id", sa.String(length=24), nullable=True),
        sa.ForeignKeyConstraint(["level_id"], ["access_level.id"], name=op.f("fk_level_grant_level_id_access_level")),
        sa.ForeignKeyConstraint(["schedule_id"], ["schedule.id"], name=op.f("fk_level_grant_schedule_id_schedule")),
        sa.ForeignKeyConstraint(["zone_id"], ["zone.id"], name=op.f("fk_level_grant_zone_id_zone")),
        sa.PrimaryKeyConstraint("level_id", "zone_id", name=op.f("pk_level_grant")),
    )
    op.create_index(op.f("ix_level_grant_schedule_id"), "level_grant", ["schedule_id"], unique=False)
    op.create_index(op.f("ix_level_grant_zone_id"), "level_grant", ["zone_id"], unique=False)


def _give_sites_their_rules() -> None:
    """Those by which gateways have worked so far."""
    for name, length, rule in (
        ("lease_policy", 16, "refuse"),
        ("clock_policy", 16, "refuse_in_doubt"),
        ("exit_policy", 16, "check"),
    ):
        op.add_column("site", sa.Column(name, sa.String(length), nullable=False, server_default=rule))
    for name, number in (("impossible_travel_s", 10), ("booking_minutes_before", 30), ("booking_minutes_after", 15)):
        op.add_column("site", sa.Column(name, sa.Integer(), nullable=False, server_default=str(number)))
    op.add_column("site", sa.Column("refusal_texts", Json, nullable=False, server_default="{}"))


def _make_the_club_one_zone() -> None:
    """Every lane of an existing site leads into one zone, as those of a new site do."""
    connection = op.get_bind()
    sites = sa.table("site", sa.column("id", sa.String))
    lanes = sa.table("lane", sa.column("id", sa.String), sa.column("site_id", sa.String))
    zones = sa.table(
        "zone",
        *(sa.column(name, sa.String) for name in ("id", "site_id", "name", "passback")),
        sa.column("forgive_minute", sa.Integer),
        *(sa.column(name, sa.Boolean) for name in ("needs_pin", "has_first_person_in")),
        sa.column("created_at", UtcDateTime()),
    )
    places = sa.table("lane_place", sa.column("lane_id", sa.String), sa.column("zone_in_id", sa.String))
    for (site_id,) in connection.execute(sa.select(sites.c.id)).all():
        zone_id = new_id("zon")
        connection.execute(
            zones.insert().values(
                id=zone_id,
                site_id=site_id,
                name="Club",
                passback="off",
                forgive_minute=240,
                needs_pin=False,
                has_first_person_in=False,
                created_at=datetime.now(UTC),
            )
        )
        for (lane_id,) in connection.execute(sa.select(lanes.c.id).where(lanes.c.site_id == site_id)).all():
            connection.execute(places.insert().values(lane_id=lane_id, zone_in_id=zone_id))
