"""Tables of purposes, of the versions of their texts, and of what people decided about them."""

from datetime import UTC, date, datetime
from typing import Any, Final

from sqlalchemy import Connection, ForeignKey, Index, String, Table, UniqueConstraint, event, insert
from sqlalchemy.orm import Mapped, mapped_column

from cloud.database import Base, Json, UtcDateTime
from cloud.privacy_purposes.policy import STANDARD, standard_id


class PrivacyPurpose(Base):
    """For what people are approached; never deleted. `names` are by language, no `channels` means all of them."""

    __tablename__ = "privacy_purpose"

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    names: Mapped[dict[str, str]] = mapped_column(Json)
    basis: Mapped[str] = mapped_column(String(20))
    channels: Mapped[list[str]] = mapped_column(Json)
    is_obsolete: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PrivacyText(Base):
    """A version of what people agree to, by language; from the first decision about it on it is never changed.

    `asks_anew`: who agreed to an earlier version has to be asked again.
    """

    __tablename__ = "privacy_text"
    __table_args__ = (UniqueConstraint("purpose_id", "number"),)

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    purpose_id: Mapped[str] = mapped_column(ForeignKey("privacy_purpose.id"))
    number: Mapped[int]
    texts: Mapped[dict[str, str]] = mapped_column(Json)
    asks_anew: Mapped[bool]
    written_by: Mapped[str] = mapped_column(String(64))
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Consent(Base):
    """What somebody decided about a purpose, having read a version of its text. A row is never changed.

    The decision of the latest day counts, of one day the one noted last. `typed_name` is what they typed themselves.
    """

    __tablename__ = "consent"
    __table_args__ = (Index(None, "member_id", "purpose_id", "decided_on"), Index(None, "purpose_id", "member_id"))

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    member_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    purpose_id: Mapped[str] = mapped_column(ForeignKey("privacy_purpose.id"))
    text_id: Mapped[str | None] = mapped_column(ForeignKey("privacy_text.id"), index=True)
    decision: Mapped[str] = mapped_column(String(12))
    how: Mapped[str] = mapped_column(String(12))
    typed_name: Mapped[str] = mapped_column(String(201))
    decided_on: Mapped[date]
    noted_by: Mapped[str] = mapped_column(String(64))
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime)


_ALWAYS_AT: Final = datetime(2026, 1, 1, tzinfo=UTC)


def standard_rows() -> list[dict[str, Any]]:
    """The purposes with which every club begins."""
    return [
        {
            "id": standard_id(key),
            "names": dict(names),
            "basis": basis,
            "channels": [],
            "is_obsolete": False,
            "created_at": _ALWAYS_AT,
        }
        for key, (basis, names) in STANDARD.items()
    ]


@event.listens_for(PrivacyPurpose.__table__, "after_create")
def _after_create(table: Table, connection: Connection, **_options: Any) -> None:
    connection.execute(insert(table), standard_rows())
