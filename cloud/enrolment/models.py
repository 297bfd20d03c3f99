"""The tables of claim tokens, of the certificates that gateways got, and of those who ask to come back."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from cloud.database import Base, UtcDateTime


class ClaimToken(Base):
    """The right to enrol one gateway at one lane, once. Only the token's hash is kept.

    After use it holds the grant, so that the same device can repeat a request whose answer it lost.
    """

    __tablename__ = "claim_token"

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id"))
    lane_id: Mapped[str] = mapped_column(ForeignKey("lane.id"), index=True)
    created_by: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    used_public_key_hash: Mapped[str | None] = mapped_column(String(64))
    gateway_id: Mapped[str | None] = mapped_column(ForeignKey("gateway.id"))
    certificate_pem: Mapped[str | None] = mapped_column(Text)


class GatewayCertificate(Base):
    """A certificate that was issued to a gateway; kept for ever, for a serial number is never forgotten.

    It is in use once the gateway was seen connected with it. `revoked_reason` is `superseded` (a newer one is in use),
    `replaced` (another gateway took the lane over) or `withdrawn` (staff took the gateway out of service).
    `heard_events_number` is that of the newest batch of events signed with its key that was dealt with, `heard_number`
    that of the newest other message (`hearing`).
    """

    __tablename__ = "gateway_certificate"

    serial: Mapped[str] = mapped_column(String(64), primary_key=True)
    gateway_id: Mapped[str] = mapped_column(ForeignKey("gateway.id"), index=True)
    public_key_hash: Mapped[str] = mapped_column(String(64))
    certificate_pem: Mapped[str] = mapped_column(Text)
    not_before: Mapped[datetime] = mapped_column(UtcDateTime)
    not_after: Mapped[datetime] = mapped_column(UtcDateTime)
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    in_use_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_reason: Mapped[str | None] = mapped_column(String(16))
    revoked_by: Mapped[str | None] = mapped_column(String(120))
    heard_number: Mapped[int] = mapped_column(BigInteger, default=0)
    heard_events_number: Mapped[int] = mapped_column(BigInteger, default=0)


class Reenrolment(Base):
    """A gateway whose certificate has expired asks for a new one: one request a gateway, the newest.

    `key_hash` names the new key, `decision` is `approved` or `refused` once staff have decided.
    """

    __tablename__ = "reenrolment"

    gateway_id: Mapped[str] = mapped_column(ForeignKey("gateway.id"), primary_key=True)
    serial: Mapped[str] = mapped_column(ForeignKey("gateway_certificate.serial"))
    key_hash: Mapped[str] = mapped_column(String(64))
    csr_pem: Mapped[str] = mapped_column(Text)
    network_address: Mapped[str] = mapped_column(String(64))
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decision: Mapped[str | None] = mapped_column(String(16))
    decided_by: Mapped[str | None] = mapped_column(String(120))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
