"""Activities, rooms, sessions, waiting lists. What was booked by its title becomes a booking of a session."""

from collections import Counter
from typing import Any

import sqlalchemy as sa
from alembic import op

from cloud.database import UtcDateTime
from cloud.kit.ids import new_id

revision = "0020"
down_revision = "0019"

_STANDS = sa.text("cancelled_at IS NULL")
_WAITS = sa.text("left_at IS NULL")


def upgrade() -> None:
    bind = op.get_bind()
    old = sa.table(
        "booking",
        *(sa.column(name) for name in ("id", "member_id", "zone_id", "title", "booked_by", "cancelled_by")),
        *(sa.column(name, UtcDateTime()) for name in ("starts_at", "ends_at", "booked_at", "cancelled_at")),
    )
    booked = [dict(row) for row in bind.execute(sa.select(old).order_by(sa.column("id"))).mappings()]
    _create_schedule()
    op.drop_table("booking")
    _create_bookings()
    if booked:
        _convert(bind, booked)


def _create_schedule() -> None:
    op.create_table(
        "activity",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("colour", sa.String(length=8), nullable=False),
        sa.Column("is_obsolete", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity")),
        sa.UniqueConstraint("name", name=op.f("uq_activity_name")),
    )
    op.create_table(
        "room",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("site_id", sa.String(length=24), nullable=False),
        sa.Column("zone_id", sa.String(length=24), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("is_obsolete", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_room_site_id_site")),
        sa.ForeignKeyConstraint(["zone_id"], ["zone.id"], name=op.f("fk_room_zone_id_zone")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room")),
        sa.UniqueConstraint("site_id", "name", name=op.f("uq_room_site_id_name")),
    )
    op.create_index(op.f("ix_room_zone_id"), "room", ["zone_id"])
    op.create_table(
        "class_session",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("site_id", sa.String(length=24), nullable=False),
        sa.Column("activity_id", sa.String(length=24), nullable=False),
        sa.Column("room_id", sa.String(length=24), nullable=True),
        sa.Column("zone_id", sa.String(length=24), nullable=True),
        sa.Column("trainer_id", sa.String(length=24), nullable=True),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("series_id", sa.String(length=24), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("cancelled_by", sa.String(length=24), nullable=True),
        sa.Column("cancelled_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_class_session_activity_id_activity")),
        sa.ForeignKeyConstraint(["cancelled_by"], ["staff.id"], name=op.f("fk_class_session_cancelled_by_staff")),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_class_session_room_id_room")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_class_session_site_id_site")),
        sa.ForeignKeyConstraint(["trainer_id"], ["staff.id"], name=op.f("fk_class_session_trainer_id_staff")),
        sa.ForeignKeyConstraint(["zone_id"], ["zone.id"], name=op.f("fk_class_session_zone_id_zone")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_class_session")),
    )
    op.create_index(op.f("ix_class_session_activity_id"), "class_session", ["activity_id"])
    op.create_index(op.f("ix_class_session_zone_id"), "class_session", ["zone_id"])
    for column in ("site_id", "trainer_id", "room_id", "series_id"):
        op.create_index(op.f(f"ix_class_session_{column}_starts_at"), "class_session", [column, "starts_at"])


def _create_bookings() -> None:
    op.create_table(
        "booking",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("member_id", sa.String(length=24), nullable=False),
        sa.Column("session_id", sa.String(length=24), nullable=False),
        sa.Column("site_id", sa.String(length=24), nullable=False),
        sa.Column("zone_id", sa.String(length=24), nullable=True),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("contract_id", sa.String(length=24), nullable=True),
        sa.Column("balance_kind", sa.String(length=16), nullable=True),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("booked_by", sa.String(length=24), nullable=True),
        sa.Column("booked_at", UtcDateTime(), nullable=False),
        sa.Column("cancelled_for", sa.String(length=8), nullable=True),
        sa.Column("cancelled_by", sa.String(length=24), nullable=True),
        sa.Column("cancelled_at", UtcDateTime(), nullable=True),
        sa.Column("rebook_until", UtcDateTime(), nullable=True),
        sa.Column("attended_via", sa.String(length=8), nullable=True),
        sa.Column("attended_by", sa.String(length=24), nullable=True),
        sa.Column("attended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["attended_by"], ["staff.id"], name=op.f("fk_booking_attended_by_staff")),
        sa.ForeignKeyConstraint(["booked_by"], ["staff.id"], name=op.f("fk_booking_booked_by_staff")),
        sa.ForeignKeyConstraint(["cancelled_by"], ["staff.id"], name=op.f("fk_booking_cancelled_by_staff")),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_booking_contract_id_contract")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_booking_member_id_member")),
        sa.ForeignKeyConstraint(["session_id"], ["class_session.id"], name=op.f("fk_booking_session_id_class_session")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_booking_site_id_site")),
        sa.ForeignKeyConstraint(["zone_id"], ["zone.id"], name=op.f("fk_booking_zone_id_zone")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking")),
    )
    for columns in (
        ("contract_id",),
        ("session_id",),
        ("zone_id",),
        ("member_id", "ends_at"),
        ("site_id", "starts_at"),
    ):
        op.create_index(op.f(f"ix_booking_{'_'.join(columns)}"), "booking", list(columns))
    op.create_index(
        "uq_booking_standing",
        "booking",
        ["session_id", "member_id"],
        unique=True,
        sqlite_where=_STANDS,
        postgresql_where=_STANDS,
    )
    op.create_table(
        "waiting_entry",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("session_id", sa.String(length=24), nullable=False),
        sa.Column("member_id", sa.String(length=24), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("joined_by", sa.String(length=24), nullable=True),
        sa.Column("joined_at", UtcDateTime(), nullable=False),
        sa.Column("left_by", sa.String(length=24), nullable=True),
        sa.Column("left_at", UtcDateTime(), nullable=True),
        sa.Column("booking_id", sa.String(length=24), nullable=True),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_waiting_entry_booking_id_booking")),
        sa.ForeignKeyConstraint(["joined_by"], ["staff.id"], name=op.f("fk_waiting_entry_joined_by_staff")),
        sa.ForeignKeyConstraint(["left_by"], ["staff.id"], name=op.f("fk_waiting_entry_left_by_staff")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_waiting_entry_member_id_member")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["class_session.id"], name=op.f("fk_waiting_entry_session_id_class_session")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_entry")),
    )
    op.create_index(op.f("ix_waiting_entry_booking_id"), "waiting_entry", ["booking_id"])
    op.create_index(op.f("ix_waiting_entry_member_id_id"), "waiting_entry", ["member_id", "id"])
    op.create_index(op.f("ix_waiting_entry_session_id_id"), "waiting_entry", ["session_id", "id"])
    op.create_index(
        "uq_waiting_entry_waiting",
        "waiting_entry",
        ["session_id", "member_id"],
        unique=True,
        sqlite_where=_WAITS,
        postgresql_where=_WAITS,
    )


def _convert(bind: sa.Connection, booked: list[dict[str, Any]]) -> None:
    """Who booked the same title at the same time in the same place booked the same session."""
    homes: dict[str, str] = dict(bind.execute(sa.text("SELECT id, site_id FROM member")).all())
    of_zones: dict[str, str] = dict(bind.execute(sa.text("SELECT id, site_id FROM zone")).all())
    activities: dict[str, dict[str, Any]] = {}
    sessions: dict[tuple[Any, ...], dict[str, Any]] = {}
    standing: set[tuple[str, str]] = set()
    bookings: list[dict[str, Any]] = []
    for row in booked:
        name = row["title"][:80]
        activity = activities.setdefault(
            name,
            {"id": new_id("atv"), "name": name, "colour": "blue", "is_obsolete": False, "created_at": row["booked_at"]},
        )
        site_id = of_zones.get(row["zone_id"]) or homes[row["member_id"]]
        key = (site_id, row["zone_id"], row["title"], row["starts_at"], row["ends_at"])
        held = sessions.setdefault(key, _session(row, site_id, activity["id"]))
        if row["cancelled_at"] is None and (held["id"], row["member_id"]) in standing:
            # The same session twice: a second one beside it, so that nothing that was booked is lost.
            held = sessions.setdefault((*key, row["id"]), _session(row, site_id, activity["id"]))
        if row["cancelled_at"] is None:
            standing.add((held["id"], row["member_id"]))
        bookings.append(_booking(row, held))
    seats = Counter(row["session_id"] for row in bookings if row["cancelled_at"] is None)
    for held in sessions.values():
        held["seats"] = max(1, seats[held["id"]])
    _insert(bind, "activity", list(activities.values()))
    _insert(bind, "class_session", list(sessions.values()))
    _insert(bind, "booking", bookings)


def _session(row: dict[str, Any], site_id: str, activity_id: str) -> dict[str, Any]:
    return {
        "id": new_id("cls"),
        "site_id": site_id,
        "activity_id": activity_id,
        "zone_id": row["zone_id"],
        "seats": 1,
        "starts_at": row["starts_at"],
        "ends_at": row["ends_at"],
        "created_at": row["booked_at"],
    }


def _booking(row: dict[str, Any], held: dict[str, Any]) -> dict[str, Any]:
    is_cancelled = row["cancelled_at"] is not None
    return row | {
        "session_id": held["id"],
        "site_id": held["site_id"],
        "channel": "staff",
        "cancelled_for": "staff" if is_cancelled else None,
    }


def _insert(bind: sa.Connection, name: str, rows: list[dict[str, Any]]) -> None:
    table = sa.table(name, *(sa.column(key, UtcDateTime() if key.endswith("_at") else None) for key in rows[0]))
    bind.execute(sa.insert(table), rows)
