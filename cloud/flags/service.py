"""Raise and clear the flags of staff."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.database import UnitOfWork
from cloud.domain_events import FlagCleared, FlagRaised
from cloud.errors import ConflictError, invalid_field, not_found
from cloud.flags import repository
from cloud.flags.models import Flag
from cloud.kit.i18n import Language
from cloud.kit.ids import new_id
from cloud.kit.paging import Page
from cloud.members import service as members

FlagEffect = Literal["message", "block"]

STANDING_MAX: Final = 50
"""A member has at most so many flags at a time, so that a gateway's rows stay small."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagDetails:
    """What shall happen at the gate. No `device_kinds` means all; `ends_at` is excluded; the higher priority wins."""

    effect: FlagEffect
    texts: Mapping[Language, str] = field(default_factory=dict)
    device_kinds: Sequence[str] = ()
    priority: int = 0
    starts_at: datetime | None = None
    ends_at: datetime | None = None


def raise_flag(session: UnitOfWork, actor: Actor, member_id: str, details: FlagDetails) -> Flag:
    """Let a flag act at the gates of the member's site, as soon as each gateway has it.

    Raises:
        NotFoundError: there is no such member.
        InvalidError: it ends before it starts.
        ConflictError: the member has 50 flags already; or they were erased.
    """
    assert actor.kind == "staff", "flags of this table are raised by staff"
    members.take(session, member_id)
    if details.starts_at and details.ends_at and details.ends_at <= details.starts_at:
        raise invalid_field("ends_at", "ends_before_start", "The flag ends before it starts.")
    if len(repository.list_standing(session, [member_id])) >= STANDING_MAX:
        raise ConflictError("too_many_flags", f"The member has {STANDING_MAX} flags; clear some first.")
    flag = Flag(
        id=new_id("flg"),
        member_id=member_id,
        source="manual",
        effect=details.effect,
        priority=details.priority,
        device_kinds=list(details.device_kinds),
        texts={str(language): text for language, text in details.texts.items()},
        starts_at=details.starts_at,
        ends_at=details.ends_at,
        raised_by=actor.id,
        raised_at=session.now,
    )
    session.add(flag)
    session.flush()
    audit.record(session, actor, "flag.raise", entity=("flag", flag.id), after=_audited(flag))
    session.publish(FlagRaised(flag.id, member_id))
    return flag


def clear_flag(session: UnitOfWork, actor: Actor, flag_id: str) -> Flag:
    """Let a flag act no more.

    Raises:
        NotFoundError: there is no such flag.
        ConflictError: it is cleared already.
    """
    assert actor.kind == "staff", "flags of this table are cleared by staff"
    flag = get_flag(session, flag_id)
    if flag.cleared_at is not None:
        raise ConflictError("flag_already_cleared", "The flag is cleared already.")
    flag.cleared_by, flag.cleared_at = actor.id, session.now
    session.flush()
    audit.record(session, actor, "flag.clear", entity=("flag", flag.id), before=_audited(flag))
    session.publish(FlagCleared(flag.id, flag.member_id))
    return flag


def get_flag(session: UnitOfWork, flag_id: str) -> Flag:
    """One flag, cleared or not.

    Raises:
        NotFoundError: there is none with this id.
    """
    flag = session.get(Flag, flag_id)
    if flag is None:
        raise not_found("flag", flag_id)
    return flag


def list_standing(session: UnitOfWork, member_ids: Collection[str]) -> Sequence[Flag]:
    """The flags of some members that nobody has cleared, the newest first."""
    return repository.list_standing(session, member_ids)


def find_page(session: UnitOfWork, member_id: str, *, after: str | None, limit: int) -> Page[Flag]:
    """A member's flags, cleared ones too, the newest first.

    Raises:
        InvalidError: `after` is no cursor of this list.
    """
    return repository.find_page(session, member_id, after=after, limit=limit)


def _audited(flag: Flag) -> dict[str, object]:
    return {
        "member_id": flag.member_id,
        "effect": flag.effect,
        "priority": flag.priority,
        "device_kinds": flag.device_kinds,
        "texts": flag.texts,
        "starts_at": flag.starts_at.isoformat() if flag.starts_at else None,
        "ends_at": flag.ends_at.isoformat() if flag.ends_at else None,
    }
