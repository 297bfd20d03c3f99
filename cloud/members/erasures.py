"""Who was erased: the member's row stays, without the person, for what accounting and access history say about it."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import BindParameter, ForeignKey, String, bindparam, select
from sqlalchemy.orm import Mapped, mapped_column

from cloud.database import Base, UnitOfWork, UtcDateTime
from cloud.members.models import Member


class Erasure(Base):
    """This member was a person whose data were taken out, at whose order."""

    __tablename__ = "erasure"

    member_id: Mapped[str] = mapped_column(ForeignKey("member.id"), primary_key=True)
    erased_at: Mapped[datetime] = mapped_column(UtcDateTime)
    erased_by: Mapped[str] = mapped_column(String(64))


_IDS: Final[BindParameter[Collection[str]]] = bindparam("member_ids", expanding=True)
_AMONG: Final = select(Erasure.member_id).where(Erasure.member_id.in_(_IDS))
_ROWS: Final = select(Member.id).where(Member.id.in_(_IDS)).order_by(Member.id)
_KEPT_FROM_ERASURE: Final = _ROWS.with_for_update(read=True, key_share=True)
_MEMBERS: Final = select(Member).where(Member.id.in_(_IDS)).order_by(Member.id)
_ALONE: Final = _MEMBERS.with_for_update().execution_options(populate_existing=True)


def erased_among(session: UnitOfWork, member_ids: Collection[str]) -> frozenset[str]:
    """Who of these was erased."""
    return frozenset(session.scalars(_AMONG, {"member_ids": [*member_ids]}))


def keep_from_erasure(session: UnitOfWork, member_ids: Collection[str]) -> frozenset[str]:
    """Something is to be written about these members: nobody erases them before this transaction has ended.

    Returns who was erased already.
    """
    if not session.writes_alone:
        session.execute(_KEPT_FROM_ERASURE, {"member_ids": [*member_ids]})
    return erased_among(session, member_ids)


def wait_for_writers(session: UnitOfWork, member_ids: Collection[str]) -> None:
    """Let all who write about these members end, and nobody else begin before this transaction has ended.

    What was known of the members is read again.
    """
    session.scalars(_ALONE, {"member_ids": [*member_ids]}).all()
