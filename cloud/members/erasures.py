"""Who was erased: the member's row stays, without the person, for what accounting and access history say about it."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import ForeignKey, String, bindparam, select
from sqlalchemy.orm import Mapped, mapped_column

from cloud.database import Base, UnitOfWork, UtcDateTime


class Erasure(Base):
    """This member was a person whose data were taken out, at whose order."""

    __tablename__ = "erasure"

    member_id: Mapped[str] = mapped_column(ForeignKey("member.id"), primary_key=True)
    erased_at: Mapped[datetime] = mapped_column(UtcDateTime)
    erased_by: Mapped[str] = mapped_column(String(64))


_AMONG: Final = select(Erasure.member_id).where(Erasure.member_id.in_(bindparam("member_ids", expanding=True)))


def erased_among(session: UnitOfWork, member_ids: Collection[str]) -> frozenset[str]:
    """Who of these was erased."""
    return frozenset(session.scalars(_AMONG, {"member_ids": [*member_ids]}))
