"""Tables of the desired state: rows, the head of each site, and the proofs that gateways gave."""

from datetime import datetime
from typing import Final

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from cloud.database import Base, UtcDateTime

ROWS_VERSION: Final = 2
"""Raised when the same facts make other rows than before; see `service.renew_rows`."""


class DesiredRow(Base):
    """One row of a site's state as last written: `body` as `sync_protocol.state_rows.encode_row` made it.

    A deleted row stays as a tombstone (empty body), so that a gateway that was away learns of it. `member_id` is whom
    the row was made for.
    """

    __tablename__ = "desired_row"
    __table_args__ = (Index(None, "site_id", "revision"), Index(None, "site_id", "member_id"))

    site_id: Mapped[str] = mapped_column(ForeignKey("site.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(96), primary_key=True)
    member_id: Mapped[str | None] = mapped_column(String(24))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    revision: Mapped[int] = mapped_column(BigInteger)
    is_deleted: Mapped[bool] = mapped_column(default=False)


class PastRow(Base):
    """What a row said in the revisions from `from_revision` until before `until_revision`, when it changed.

    Kept so that a decision of then can be made again. Nothing is kept of the time in which a row was deleted.
    """

    __tablename__ = "past_row"
    __table_args__ = (Index(None, "site_id", "member_id"), Index(None, "superseded_at"))

    site_id: Mapped[str] = mapped_column(ForeignKey("site.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(96), primary_key=True)
    from_revision: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    until_revision: Mapped[int] = mapped_column(BigInteger)
    member_id: Mapped[str | None] = mapped_column(String(24))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    superseded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class StateHead(Base):
    """The newest revision of a site and the digest of its rows. Its lock puts a site's revisions in commit order.

    `rows_version` says which version of the program has last made all of the site's rows (`ROWS_VERSION`). From
    `history_from` on every revision can be looked up again.
    """

    __tablename__ = "state_head"

    site_id: Mapped[str] = mapped_column(ForeignKey("site.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    rows_version: Mapped[int]
    history_from: Mapped[int] = mapped_column(BigInteger, default=0)


class RevisionTime(Base):
    """When a revision was made: a gateway that has not got it lags since then."""

    __tablename__ = "revision_time"

    site_id: Mapped[str] = mapped_column(ForeignKey("site.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RowProof(Base):
    """A gateway reported that a flag's row is in force at this revision."""

    __tablename__ = "row_proof"

    gateway_id: Mapped[str] = mapped_column(ForeignKey("gateway.id"), primary_key=True)
    row_key: Mapped[str] = mapped_column(String(96), primary_key=True, index=True)
    revision: Mapped[int] = mapped_column(BigInteger)
    in_force_at: Mapped[datetime] = mapped_column(UtcDateTime)
