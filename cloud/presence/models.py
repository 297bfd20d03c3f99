"""Tables of who is where."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from cloud.database import Base, UtcDateTime


class Whereabouts(Base):
    """Where a member went last at a site, through which lane; an empty `zone_id` is outside.

    It stays as it was when people are forgotten: that is applied when it is read. Neither member nor zone need exist
    any more, for gateways tell of the past; but nobody is kept who never was a member.
    """

    __tablename__ = "whereabouts"
    __table_args__ = (Index(None, "site_id", "zone_id", "since"),)

    member_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id"), primary_key=True)
    zone_id: Mapped[str] = mapped_column(String(24))
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    gateway_id: Mapped[str] = mapped_column(ForeignKey("gateway.id"))
    lane_id: Mapped[str] = mapped_column(String(64))
    is_staff: Mapped[bool]


class HeadcountChange(Base):
    """Somebody came into a zone (1) or left it (-1) whose name is not among the whereabouts: a guest, or anybody.

    A balance of single changes instead of a counter: it comes out the same in whatever order gateways tell them, and
    those before the zone's closing time are left out by their time.
    """

    __tablename__ = "headcount_change"
    __table_args__ = (Index(None, "zone_id", "at"), Index(None, "at"))

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True
    )
    zone_id: Mapped[str] = mapped_column(String(24))
    change: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
