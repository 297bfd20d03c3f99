"""Tables of sites, lanes and gateways."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from cloud.database import Base, Json, UtcDateTime


class Site(Base):
    """A club.

    The private Ed25519 key that signs what goes down to the gateways is sealed, and so is the one that takes over at
    `next_signing_key_at`. `credential_key` is not: it protects the copies on the gateways, and the cards themselves are
    in this database. Its rules are those of `policy.SiteRules`.
    """

    __tablename__ = "site"

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    time_zone: Mapped[str] = mapped_column(String(64))
    locale: Mapped[str] = mapped_column(String(8))
    lease_days: Mapped[int]
    facility_code: Mapped[int]
    signing_key_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    signing_keys_serial: Mapped[int] = mapped_column(BigInteger, default=1)
    next_signing_key_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    next_signing_key_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    credential_key: Mapped[bytes] = mapped_column(LargeBinary(32))
    lease_policy: Mapped[str] = mapped_column(String(16))
    clock_policy: Mapped[str] = mapped_column(String(16))
    exit_policy: Mapped[str] = mapped_column(String(16))
    impossible_travel_s: Mapped[int]
    refusal_texts: Mapped[dict[str, dict[str, str]]] = mapped_column(Json)
    booking_minutes_before: Mapped[int]
    booking_minutes_after: Mapped[int]
    certificate_required: Mapped[bool]
    certificate_warn_days: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Lane(Base):
    """A way through the gate. With a direction it is an access point."""

    __tablename__ = "lane"

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Gateway(Base):
    """The device at a lane, and what it last said of itself. A later enrolment for the lane retires it."""

    __tablename__ = "gateway"

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id"), index=True)
    lane_id: Mapped[str] = mapped_column(ForeignKey("lane.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    certificate_serial: Mapped[str] = mapped_column(String(64))
    enrolled_at: Mapped[datetime] = mapped_column(UtcDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    boot_id: Mapped[str | None] = mapped_column(String(64))
    run_id: Mapped[str | None] = mapped_column(String(64))
    software_version: Mapped[str | None] = mapped_column(String(64))
    applied_revision: Mapped[int] = mapped_column(BigInteger, default=0)
    applied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    digest_root: Mapped[bytes | None] = mapped_column(LargeBinary)
    outbox_first_seq: Mapped[int | None] = mapped_column(BigInteger)
    outbox_next_seq: Mapped[int | None] = mapped_column(BigInteger)
    clock: Mapped[str | None] = mapped_column(String(16))
    readers: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
