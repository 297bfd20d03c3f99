"""How a member stands with the gate: role, certificate, black list, other sites, forgiveness."""

from collections.abc import Collection
from datetime import date
from typing import Any, Final

from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.database import UnitOfWork
from cloud.domain_events import MemberChanged, MemberJoinedSite, MemberLeftSite
from cloud.errors import ConflictError, invalid_field
from cloud.members import repository, service
from cloud.members.models import Member, MemberSite
from cloud.sites import service as sites

OTHER_SITES_MAX: Final = 20


def set_role(session: UnitOfWork, actor: Actor, member_id: str, role: str) -> Member:
    """Make somebody a member, one of the staff, or the holder of an emergency card (see `access_policy.Role`).

    Raises:
        NotFoundError: there is no such member.
    """
    return _change(session, actor, member_id, "member.role", role=role)


def set_certificate(session: UnitOfWork, actor: Actor, member_id: str, until: date | None) -> Member:
    """Note the last day of the medical certificate; None: there is none. Nothing else of it is kept.

    Raises:
        NotFoundError: there is no such member.
    """
    return _change(session, actor, member_id, "member.certificate", certificate_until=until)


def black_list(session: UnitOfWork, actor: Actor, member_id: str, reason: str) -> Member:
    """Stop somebody at every gate until they are taken off the list; the reason is for staff alone.

    Raises:
        NotFoundError: there is no such member.
        ConflictError: they are on the list; or they were erased.
    """
    if service.take(session, member_id).black_listed_at is not None:
        raise ConflictError("black_listed_already", "The member is on the black list already.")
    return _change(
        session, actor, member_id, "member.black_list", black_listed_at=session.now, black_list_reason=reason
    )


def take_off_black_list(session: UnitOfWork, actor: Actor, member_id: str) -> Member:
    """Stop nobody for having been on the list.

    Raises:
        NotFoundError: there is no such member.
        ConflictError: they are not on the list; or they were erased.
    """
    if service.take(session, member_id).black_listed_at is None:
        raise ConflictError("not_black_listed", "The member is not on the black list.")
    return _change(session, actor, member_id, "member.black_list_end", black_listed_at=None, black_list_reason="")


def forgive(session: UnitOfWork, actor: Actor, member_id: str) -> Member:
    """Let anti-passback forget where the member was until now.

    Raises:
        NotFoundError: there is no such member.
    """
    return _change(session, actor, member_id, "member.forgive", forgiven_at=session.now)


def changed_sites(session: UnitOfWork, member_id: str, site_ids: Collection[str]) -> frozenset[str]:
    """Which sites the member would come to use, or use no more, by `set_other_sites`."""
    known = repository.list_other_sites(session, [member_id]).get(member_id, frozenset())
    return known ^ frozenset(site_ids)


def set_other_sites(session: UnitOfWork, actor: Actor, member_id: str, site_ids: Collection[str]) -> Member:
    """Let the member use exactly these sites besides their home site.

    Raises:
        NotFoundError: there is no such member or site.
        InvalidError: the home site is among them, or they are more than 20.
        ConflictError: a card of the member is somebody else's at one of these sites; or they were erased.
    """
    member = service.take(session, member_id)
    wanted = frozenset(site_ids)
    if member.site_id in wanted:
        raise invalid_field("site_ids", "home_site", "Leave out the home site: the member uses it anyway.")
    if len(wanted) > OTHER_SITES_MAX:
        raise invalid_field("site_ids", "too_many_sites", f"Use at most {OTHER_SITES_MAX} sites.")
    for site_id in sorted(wanted):
        sites.lock_site(session, site_id)
    known = repository.list_other_sites(session, [member_id]).get(member_id, frozenset())
    if known == wanted:
        return member
    for site_id in known - wanted:
        session.delete(session.get_one(MemberSite, (member_id, site_id)))
        session.publish(MemberLeftSite(member_id, site_id))
    session.add_all(MemberSite(member_id=member_id, site_id=site_id) for site_id in sorted(wanted - known))
    session.flush()
    audit.record(
        session,
        actor,
        "member.sites",
        entity=("member", member_id),
        before={"site_ids": sorted(known)},
        after={"site_ids": sorted(wanted)},
    )
    for site_id in sorted(wanted - known):
        session.publish(MemberJoinedSite(member_id, site_id))
    return member


def _change(session: UnitOfWork, actor: Actor, member_id: str, action: str, **changes: Any) -> Member:
    member = service.take(session, member_id)
    before = {name: getattr(member, name) for name in changes}
    if before == changes:
        return member
    for name, value in changes.items():
        setattr(member, name, value)
    member.changed_at = session.now
    session.flush()
    audit.record(
        session, actor, action, entity=("member", member_id), before=audit.plain(before), after=audit.plain(changes)
    )
    session.publish(MemberChanged(member_id))
    return member
