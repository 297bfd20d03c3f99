"""Link two people who belong together, say what they are to each other and who pays, and take the link away."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, delete, func, or_, select

from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.database import UnitOfWork
from cloud.errors import ConflictError, invalid_field, not_found
from cloud.family.models import FamilyLink
from cloud.family.policy import RELATIVES_MAX, Kind, other_side
from cloud.members import service as members
from cloud.members.models import Member


@dataclass(frozen=True, slots=True)
class Relative:
    """A link as its member sees it: who, what they are, and whether one of the two pays for the other."""

    link: FamilyLink
    person: Member

    @property
    def pays(self) -> bool:
        """Whether the relative pays for the member."""
        return self.link.payer_id == self.link.relative_id

    @property
    def is_paid_for(self) -> bool:
        """Whether the member pays for the relative."""
        return self.link.payer_id == self.link.member_id


def link(
    session: UnitOfWork, actor: Actor, member_id: str, relative_id: str, kind: Kind, *, payer_id: str | None = None
) -> FamilyLink:
    """Say what a relative is to a member; what was said of these two before is replaced.

    Args:
        payer_id: which of the two pays for the other.

    Raises:
        NotFoundError: there is no such member.
        InvalidError: the relative is nobody, or the member themselves; or the payer is somebody else.
        ConflictError: one of them has 30 relatives, or was erased.
    """
    members.get(session, member_id)
    if relative_id == member_id or not members.list_by_ids(session, [relative_id]):
        raise invalid_field("relative_id", "unknown_relative", "Choose another person.")
    for one in sorted([member_id, relative_id]):
        members.take(session, one)
    if payer_id not in {None, member_id, relative_id}:
        raise invalid_field("payer_id", "unknown_payer", "One of the two pays, or nobody.")
    before = _pair(session, member_id, relative_id)
    if not before:
        _check_room(session, [member_id, relative_id])
    sides = ((member_id, relative_id, kind), (relative_id, member_id, other_side(kind)))
    for one, other, what in sides:
        row = before.get(one) or FamilyLink(member_id=one, relative_id=other)
        told = {"kind": row.kind, "payer_id": row.payer_id} if one in before else None
        row.kind, row.payer_id = what, payer_id
        row.linked_by, row.linked_at = actor.id, session.now
        session.add(row)
        _write_log(session, actor, "link", one, before=told, after=_told(row))
    session.flush()
    return _pair(session, member_id, relative_id)[member_id]


def unlink(session: UnitOfWork, actor: Actor, member_id: str, relative_id: str) -> None:
    """Take the link of two people away, on both sides.

    Raises:
        NotFoundError: they are not linked.
    """
    pair = _pair(session, member_id, relative_id)
    if not pair:
        raise not_found("family_link", relative_id)
    for row in pair.values():
        _write_log(session, actor, "unlink", row.member_id, before=_told(row), after=None)
        session.delete(row)
    session.flush()


def list_relatives(session: UnitOfWork, member_id: str) -> list[Relative]:
    """The relatives of a member (at most 30, two entries that became one may have more), by name."""
    query = (
        select(FamilyLink, Member)
        .join(Member, Member.id == FamilyLink.relative_id)
        .where(FamilyLink.member_id == member_id)
        .order_by(Member.sort_name, Member.id)
    )
    return [Relative(row.FamilyLink, row.Member) for row in session.execute(query)]


def pairs_among(session: UnitOfWork, member_ids: Collection[str]) -> set[frozenset[str]]:
    """Which of these people (at most some thousand) are linked with each other."""
    query = select(FamilyLink.member_id, FamilyLink.relative_id).where(FamilyLink.member_id.in_(sorted(member_ids)))
    found = session.execute(query).all() if member_ids else []
    return {frozenset(row) for row in found if row.relative_id in set(member_ids)}


def drop_between(session: UnitOfWork, one_id: str, other_id: str) -> None:
    """Forget a link of two entries that become one person, and whom they named as payer of it."""
    session.execute(delete(FamilyLink).where(_between(one_id, other_id)))
    session.flush()


def _pair(session: UnitOfWork, one_id: str, other_id: str) -> dict[str, FamilyLink]:
    return {row.member_id: row for row in session.scalars(select(FamilyLink).where(_between(one_id, other_id)))}


def _between(one_id: str, other_id: str) -> Any:
    one, other = FamilyLink.member_id, FamilyLink.relative_id
    return or_(and_(one == one_id, other == other_id), and_(one == other_id, other == one_id))


def _check_room(session: UnitOfWork, member_ids: Sequence[str]) -> None:
    query = select(func.count()).where(FamilyLink.member_id.in_(member_ids)).group_by(FamilyLink.member_id)
    if any(count >= RELATIVES_MAX for count in session.scalars(query)):
        raise ConflictError("too_many_relatives", f"One of them has {RELATIVES_MAX} relatives.")


def _told(row: FamilyLink) -> dict[str, Any]:
    return {"relative_id": row.relative_id, "kind": row.kind, "payer_id": row.payer_id}


def _write_log(
    session: UnitOfWork,
    actor: Actor,
    verb: str,
    member_id: str,
    *,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
) -> None:
    audit.record(session, actor, f"family.{verb}", entity=("member", member_id), before=before, after=after)
