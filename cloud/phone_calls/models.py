"""Tables of telephone exchanges and of the calls that they told of."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cloud.database import Base, UtcDateTime


class PhoneExchange(Base):
    """Somebody who may tell of calls, signed with a secret that is sealed at rest. Leads of it belong to the site."""

    __tablename__ = "phone_exchange"

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id"))
    name: Mapped[str] = mapped_column(String(80), unique=True)
    secret_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PhoneCall(Base):
    """One incoming call; an exchange tells of it once, however often it sends it.

    `number` is E.164, empty if it was withheld or can be nobody's. `member_id` is who called: known before, or the
    lead that was made of it (`is_new`); none while the rule for unknown callers is off.
    """

    __tablename__ = "phone_call"
    __table_args__ = (UniqueConstraint("exchange_id", "call_id"), Index(None, "received_at"))

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    exchange_id: Mapped[str] = mapped_column(ForeignKey("phone_exchange.id"))
    call_id: Mapped[str] = mapped_column(String(64))
    number: Mapped[str] = mapped_column(String(16))
    member_id: Mapped[str | None] = mapped_column(ForeignKey("member.id"), index=True)
    is_new: Mapped[bool]
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
