"""Tables of a site's access rules."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cloud.database import Base, Json, UtcDateTime


class Zone(Base):
    """A part of the club; the rules are those of `access_policy.zone.Zone`.

    At `forgive_minute` of the site's day everybody counts as gone: the club's closing time.
    """

    __tablename__ = "zone"

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    passback: Mapped[str] = mapped_column(String(8))
    passback_s: Mapped[int | None]
    forgive_minute: Mapped[int]
    forgiven_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    occupancy_limit: Mapped[int | None]
    needs_pin: Mapped[bool]
    has_first_person_in: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LanePlace(Base):
    """Which zone each direction of a lane leads to, None is outside; and what stands there, a `DeviceKind`."""

    __tablename__ = "lane_place"

    lane_id: Mapped[str] = mapped_column(ForeignKey("lane.id"), primary_key=True)
    zone_in_id: Mapped[str | None] = mapped_column(ForeignKey("zone.id"), index=True)
    zone_out_id: Mapped[str | None] = mapped_column(ForeignKey("zone.id"), index=True)
    device_kind: Mapped[str] = mapped_column(String(16), default="turnstile", server_default="turnstile")


class Schedule(Base):
    """Hours: `weekly` has the windows of each day from Monday, `special` those of each kind of special day.

    A window is `[from_minute, to_minute]`, as in `access_policy.schedule.DayWindow`.
    """

    __tablename__ = "schedule"

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    weekly: Mapped[list[list[list[int]]]] = mapped_column(Json)
    special: Mapped[dict[str, list[list[int]]]] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SpecialDay(Base):
    """A day of the site on which every schedule has the hours of this kind instead of the weekday's."""

    __tablename__ = "special_day"
    __table_args__ = (UniqueConstraint("site_id", "day"),)

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id"))
    day: Mapped[date]
    kind: Mapped[str] = mapped_column(String(24))
    name: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AccessLevel(Base):
    """Where and when the holders of a plan may go."""

    __tablename__ = "access_level"

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    grants: Mapped[list["LevelGrant"]] = relationship(
        order_by="LevelGrant.zone_id", lazy="selectin", cascade="all, delete-orphan"
    )


class LevelGrant(Base):
    """A zone in the hours of a schedule; without a schedule always."""

    __tablename__ = "level_grant"

    level_id: Mapped[str] = mapped_column(ForeignKey("access_level.id"), primary_key=True)
    zone_id: Mapped[str] = mapped_column(ForeignKey("zone.id"), primary_key=True, index=True)
    schedule_id: Mapped[str | None] = mapped_column(ForeignKey("schedule.id"), index=True)
