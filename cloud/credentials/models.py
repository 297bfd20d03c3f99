"""Table of credentials."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from cloud.database import Base, Json, UtcDateTime


class Credential(Base):
    """A card or fob of a member. `canonical` is what the reader's bits come down to (see `policy`).

    `pin_hashes` has for each site the keyed hashes of the PIN and of the duress PIN, the latter perhaps empty; the PIN
    itself is nowhere. A card changes hands: any number of revoked ones may have the same canonical form at a site, but
    only one other.
    """

    __tablename__ = "credential"
    __table_args__ = (
        Index(
            "uq_credential_site_id_canonical",
            "site_id",
            "canonical",
            unique=True,
            sqlite_where=text("status != 'revoked'"),
            postgresql_where=text("status != 'revoked'"),
        ),
        Index(None, "site_id", "canonical"),
    )

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    member_id: Mapped[str] = mapped_column(ForeignKey("member.id"), index=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id"))
    kind: Mapped[str] = mapped_column(String(16))
    canonical: Mapped[str] = mapped_column(String(100))
    label: Mapped[str] = mapped_column(String(100))
    status: Mapped[str] = mapped_column(String(16))
    pin_hashes: Mapped[dict[str, list[str]]] = mapped_column(Json, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
