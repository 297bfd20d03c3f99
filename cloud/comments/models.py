"""Table of comments."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from cloud.database import Base, UtcDateTime


class Comment(Base):
    """What somebody of the staff said about a member. It is never changed: whoever errs says so in another one."""

    __tablename__ = "comment"
    __table_args__ = (Index(None, "member_id", "written_at"),)

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    member_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    text: Mapped[str] = mapped_column(Text)
    written_by: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
