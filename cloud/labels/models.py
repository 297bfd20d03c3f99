"""Table of labels."""

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cloud.database import Base, UtcDateTime


class Label(Base):
    """A tag, a card type, an advertising source or a reason for contact.

    It is never deleted, for people have it: an obsolete one is given to nobody any more. Only card types give a
    discount, in percent; only sources have a `link_code`, by which a link in an advertisement names them. It stays when
    the name is changed, for links are out in the world.
    """

    __tablename__ = "label"
    __table_args__ = (UniqueConstraint("kind", "folded_name"),)

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(60))
    folded_name: Mapped[str] = mapped_column(String(240))
    discount_percent: Mapped[int]
    is_obsolete: Mapped[bool]
    link_code: Mapped[str | None] = mapped_column(String(48), index=True, unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
