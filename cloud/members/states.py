"""Lead, client, former member: one person whose state changes, with the history of it kept."""

from collections.abc import Sequence
from typing import Final, Literal, get_args

from sqlalchemy import select

from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.database import UnitOfWork
from cloud.errors import ConflictError
from cloud.kit.ids import new_id
from cloud.members import service
from cloud.members.models import Member, MemberStateChange

MemberState = Literal["lead", "client", "former"]
STATES: Final[tuple[MemberState, ...]] = get_args(MemberState)
CHANGES_MAX: Final = 200
"""How many changes of one person are shown."""


def set_state(session: UnitOfWork, actor: Actor, member_id: str, state: MemberState, reason: str = "") -> Member:
    """Let somebody be a lead, a client or a former member from now on. What they may do at the gate is not touched.

    Raises:
        NotFoundError: there is no such member.
        ConflictError: they are that already; or they were erased.
    """
    member = service.take(session, member_id)
    if member.state == state:
        raise ConflictError("state_already", f"The member is a {state} already.")
    before, member.state = member.state, state
    member.changed_at = session.now
    change = MemberStateChange(
        id=new_id("msc"),
        member_id=member_id,
        before=before,
        after=state,
        reason=reason,
        changed_by=actor.id,
        changed_at=session.now,
    )
    session.add(change)
    session.flush()
    audit.record(
        session,
        actor,
        "member.state",
        entity=("member", member_id),
        before={"state": before},
        after={"state": state, "reason": reason},
    )
    return member


def become_client(session: UnitOfWork, member_id: str) -> None:
    """Whoever buys a contract is a client, whatever they were before."""
    if service.get(session, member_id).state != "client":
        set_state(session, Actor("system", "contract"), member_id, "client")


def list_changes(session: UnitOfWork, member_id: str) -> Sequence[MemberStateChange]:
    """How the state of a member changed, the newest first, at most 200."""
    return session.scalars(
        select(MemberStateChange)
        .where(MemberStateChange.member_id == member_id)
        .order_by(MemberStateChange.id.desc())
        .limit(CHANGES_MAX)
    ).all()
