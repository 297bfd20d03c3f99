"""Tables of the rules, of the cards that they began, of their runs, and of each member's last activity."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cloud.database import Base, UtcDateTime


class CardRule(Base):
    """How the club has set a rule; one without a row is as it was delivered: off.

    `amount` is in the unit of `policy.KINDS`; daily rules run once the site's clock shows `minute_of_day`. The card's
    text has placeholders; days and money in it are written as in `language`.
    """

    __tablename__ = "card_rule"

    key: Mapped[str] = mapped_column(String(24), primary_key=True)
    is_on: Mapped[bool]
    amount: Mapped[int]
    minute_of_day: Mapped[int]
    action_type_id: Mapped[str] = mapped_column(ForeignKey("action_type.id"))
    operator_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    text: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(8))
    days_to_complete: Mapped[int | None]
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Card(Base):
    """A cause that a rule has answered with a task: once, for there is one row for each rule and cause.

    `subject` is what the cause is about: a contract, an instalment, a member or a telephone number. A cause that
    comes while another one about the same subject is open shares its task. `end_reason` is of `policy.END_REASONS`.
    """

    __tablename__ = "card"
    __table_args__ = (
        UniqueConstraint("rule_key", "cause"),
        Index(None, "rule_key", "ended_at", "id"),
        Index(None, "rule_key", "subject"),
        Index(None, "member_id", "ended_at"),
    )

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    rule_key: Mapped[str] = mapped_column(String(24))
    cause: Mapped[str] = mapped_column(String(80))
    subject: Mapped[str] = mapped_column(String(24))
    member_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    task_id: Mapped[str] = mapped_column(ForeignKey("task.id"), index=True)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    end_reason: Mapped[str | None] = mapped_column(String(20))


class CardRun(Base):
    """What a rule did at a site on a day of the site's calendar; a rule that looks every minute has one row a day.

    `skipped` counts causes of members who have as many open tasks as there may be; `is_unfit`: the type of the tasks is
    obsolete, so that none was begun. `done_at` is set once a daily rule
    has gone through everybody: until then the day's run is taken up again.
    """

    __tablename__ = "card_run"
    __table_args__ = (UniqueConstraint("rule_key", "site_id", "day"), Index(None, "day"))

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    rule_key: Mapped[str] = mapped_column(String(24))
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id"))
    day: Mapped[date]
    opened: Mapped[int]
    ended: Mapped[int]
    skipped: Mapped[int]
    is_unfit: Mapped[bool]
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class LastActivity(Base):
    """When a member came, booked, or bought last; `active_at` is the latest of them, and the end of a freeze.

    Gateways tell of the past, so the member need not exist any more.
    """

    __tablename__ = "last_activity"
    __table_args__ = (Index(None, "active_at", "member_id"),)

    member_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    visited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    booked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    bought_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    paused_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    active_at: Mapped[datetime] = mapped_column(UtcDateTime)
