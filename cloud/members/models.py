"""Table of members."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from cloud.database import Base, UtcDateTime
from cloud.members.policy import SORT_NAME_CHARACTERS_MAX


class Member(Base):
    """Somebody who trains at the club, did, or may: `state` is lead, client or former.

    `sort_name` (folded last and first name) orders lists; `search_text` holds everything that a search may find,
    folded, with the telephone's digits and `card_numbers`, which the credentials package tells us. `site_id` is the
    home site. Of a medical certificate nothing is kept but its last day; why somebody is on the black list never leaves
    the service. Anti-passback forgets where the member was before `forgiven_at`. `phone` is E.164; further ones and
    e-mail addresses are in `MemberContact`. `card_type_id`, `source_id` and `reason_id` name labels, which are never
    deleted; `card_status` is empty without a card type, else active or suspended.
    """

    __tablename__ = "member"
    __table_args__ = (Index(None, "sort_name", "id"),)

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id"), index=True)
    first_name: Mapped[str] = mapped_column(String(100))
    last_name: Mapped[str] = mapped_column(String(100))
    locale: Mapped[str] = mapped_column(String(8))
    email: Mapped[str | None] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(40))
    birth_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(String(16), default="member")
    state: Mapped[str] = mapped_column(String(8), default="client")
    sex: Mapped[str | None] = mapped_column(String(8))
    card_type_id: Mapped[str | None] = mapped_column(String(24))
    card_status: Mapped[str] = mapped_column(String(12), default="")
    source_id: Mapped[str | None] = mapped_column(String(24))
    reason_id: Mapped[str | None] = mapped_column(String(24))
    certificate_until: Mapped[date | None]
    black_listed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    black_list_reason: Mapped[str] = mapped_column(String(500), default="")
    forgiven_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    card_numbers: Mapped[str] = mapped_column(Text)
    sort_name: Mapped[str] = mapped_column(String(SORT_NAME_CHARACTERS_MAX))
    search_text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def name(self) -> str:
        """First and last name, as people say it."""
        return f"{self.first_name} {self.last_name}".strip()


class MemberSite(Base):
    """Another site that the member may use besides their home site."""

    __tablename__ = "member_site"

    member_id: Mapped[str] = mapped_column(ForeignKey("member.id"), primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id"), primary_key=True, index=True)


class MemberContact(Base):
    """Another telephone (E.164) or e-mail address besides the first ones, with whose it is."""

    __tablename__ = "member_contact"
    __table_args__ = (Index(None, "kind", "value"),)

    member_id: Mapped[str] = mapped_column(ForeignKey("member.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    value: Mapped[str] = mapped_column(String(254))
    note: Mapped[str] = mapped_column(String(60))


class MemberTag(Base):
    """The member has this tag."""

    __tablename__ = "member_tag"

    member_id: Mapped[str] = mapped_column(ForeignKey("member.id"), primary_key=True)
    label_id: Mapped[str] = mapped_column(ForeignKey("label.id"), primary_key=True, index=True)


class MemberStateChange(Base):
    """When somebody became a lead, client or former member, by whom; `before` is empty at the beginning."""

    __tablename__ = "member_state_change"
    __table_args__ = (Index(None, "member_id", "id"),)

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    member_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    before: Mapped[str] = mapped_column(String(8))
    after: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str] = mapped_column(String(200))
    changed_by: Mapped[str] = mapped_column(String(64))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class MemberPhoto(Base):
    """The member's photo, as JPEG that this service wrote itself; `digest` names its content."""

    __tablename__ = "member_photo"

    member_id: Mapped[str] = mapped_column(ForeignKey("member.id"), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[str] = mapped_column(String(16))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class MergedMember(Base):
    """Somebody who was there twice: what was known under `old_id` is the member's since."""

    __tablename__ = "merged_member"

    old_id: Mapped[str] = mapped_column(String(24), primary_key=True)
    member_id: Mapped[str] = mapped_column(ForeignKey("member.id"), index=True)
    old_name: Mapped[str] = mapped_column(String(201))
    merged_by: Mapped[str] = mapped_column(String(64))
    merged_at: Mapped[datetime] = mapped_column(UtcDateTime)
