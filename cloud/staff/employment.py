"""Who works here, with which role: what those do who manage staff. Nobody manages whoever may do more than they.

There is always an owner: the last one keeps their role and their place, whoever asks.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, select, update

from cloud.audit import service as audit
from cloud.database import UnitOfWork
from cloud.errors import ConflictError, ForbiddenError, invalid_field, not_found
from cloud.kit.passwords import hash_password, is_password
from cloud.staff import roles, service
from cloud.staff.models import Staff, StaffPasskey, StaffSession, StaffSiteRole
from cloud.staff.policy import OWNER, Rights
from cloud.staff.service import SignedIn, StaffDetails


def list_all(session: UnitOfWork) -> Sequence[Staff]:
    """Everybody who works or worked here: those who do first, by name."""
    return session.scalars(select(Staff).order_by(Staff.is_active.desc(), Staff.name, Staff.id)).all()


def get(session: UnitOfWork, staff_id: str) -> Staff:
    """One of the staff.

    Raises:
        NotFoundError: nobody has this id.
    """
    person = session.get(Staff, staff_id)
    if person is None:
        raise not_found("staff", staff_id)
    return person


def hire(session: UnitOfWork, who: SignedIn, details: StaffDetails, *, password: str) -> Staff:
    """Add somebody who may sign in.

    Raises:
        InvalidError, ConflictError: as `service.create_staff`.
        ForbiddenError: the role may do more than who hires.
    """
    _check_role(session, who, details.role)
    return service.create_staff(session, who.actor, details, password=password)


def change_roles(
    session: UnitOfWork, who: SignedIn, staff_id: str, role: str, at_sites: Mapping[str, str] | None = None
) -> Staff:
    """Give somebody a role, and another one (empty: none) at some sites; what they may do changes at once.

    Raises:
        NotFoundError: nobody has this id.
        InvalidError: there is no such role.
        ConflictError: they are the last owner, or an owner shall be something else somewhere.
        ForbiddenError: they may do more than who changes it, or would.
    """
    person = get(session, staff_id)
    wanted = dict(at_sites or {})
    if role == OWNER and wanted:
        raise ConflictError("owner_everywhere", "An owner is owner everywhere.")
    before = {"role": person.role, "at_sites": roles.site_roles_of(session, staff_id)}
    after = {"role": role, "at_sites": wanted}
    if before == after:
        return person
    _check_reach(session, who, person)
    for key in {role, *wanted.values()} - {""}:
        _check_role(session, who, key)
    if person.role == OWNER and role != OWNER:
        _keep_an_owner(session, person)
    person.role, person.has_site_roles = role, bool(wanted)
    session.execute(delete(StaffSiteRole).where(StaffSiteRole.staff_id == staff_id))
    session.add_all(StaffSiteRole(staff_id=staff_id, site_id=site, role=key) for site, key in wanted.items())
    session.flush()
    audit.record(session, who.actor, "staff.roles", entity=("staff", staff_id), before=before, after=after)
    return person


def set_active(session: UnitOfWork, who: SignedIn, staff_id: str, *, is_active: bool) -> Staff:
    """Let somebody work here no more, or again. Who goes is signed out everywhere at once.

    Raises:
        NotFoundError: nobody has this id.
        ConflictError: they are the last owner.
        ForbiddenError: they may do more than who sends them.
    """
    person = get(session, staff_id)
    if person.is_active == is_active:
        return person
    _check_reach(session, who, person)
    if not is_active:
        _keep_an_owner(session, person)
        _end_sessions(session, staff_id)
    person.is_active = is_active
    session.flush()
    audit.record(
        session,
        who.actor,
        "staff.return" if is_active else "staff.leave",
        entity=("staff", staff_id),
        before={"is_active": not is_active},
        after={"is_active": is_active},
    )
    return person


def set_password(session: UnitOfWork, who: SignedIn, staff_id: str, password: str) -> None:
    """Give somebody else a new password; they are signed out everywhere, and their passkeys are gone.

    Raises:
        NotFoundError: nobody has this id.
        InvalidError: the password is too short or too long.
        ForbiddenError: they may do more than who does it.
    """
    person = get(session, staff_id)
    _check_reach(session, who, person)
    service.check_password(password)
    person.password_hash = hash_password(password)
    session.execute(delete(StaffPasskey).where(StaffPasskey.staff_id == staff_id))
    _end_sessions(session, staff_id)
    session.flush()
    audit.record(session, who.actor, "staff.password", entity=("staff", staff_id))


def change_own_password(session: UnitOfWork, who: SignedIn, *, old: str, new: str) -> None:
    """Change one's own password; every other session of oneself ends.

    Raises:
        InvalidError: the old one is wrong, or the new one too short or too long.
    """
    person = get(session, who.staff_id)
    if not is_password(old, person.password_hash):
        raise invalid_field("old", "wrong_old_password", "This is not your password.")
    service.check_password(new)
    person.password_hash = hash_password(new)
    _end_sessions(session, who.staff_id, but=who.session_id)
    session.flush()
    audit.record(session, who.actor, "staff.own_password", entity=("staff", who.staff_id))


def list_sessions(session: UnitOfWork, staff_id: str) -> Sequence[StaffSession]:
    """Where somebody is signed in now, the newest first."""
    query = (
        select(StaffSession)
        .where(
            StaffSession.staff_id == staff_id, StaffSession.ended_at.is_(None), StaffSession.expires_at > session.now
        )
        .order_by(StaffSession.id.desc())
        .limit(100)
    )
    return session.scalars(query).all()


def end_session(session: UnitOfWork, who: SignedIn, session_id: str) -> None:
    """Sign somebody out somewhere: oneself, or whom one may manage; one that is over already stays over.

    Raises:
        NotFoundError: there is no such session.
        ForbiddenError: they may do more than who does it.
    """
    opened = session.get(StaffSession, session_id)
    if opened is None:
        raise not_found("session", session_id)
    if opened.staff_id != who.staff_id:
        if not who.may("staff.write"):
            raise not_found("session", session_id)
        _check_reach(session, who, get(session, opened.staff_id))
    if opened.ended_at is None:
        opened.ended_at = session.now
        session.flush()
        audit.record(session, who.actor, "session.revoke", entity=("session", session_id))


def end_other_sessions(session: UnitOfWork, who: SignedIn) -> None:
    """Sign oneself out everywhere but here."""
    _end_sessions(session, who.staff_id, but=who.session_id)
    audit.record(session, who.actor, "session.revoke_others", entity=("staff", who.staff_id))


def _end_sessions(session: UnitOfWork, staff_id: str, *, but: str = "") -> None:
    session.execute(
        update(StaffSession)
        .where(StaffSession.staff_id == staff_id, StaffSession.ended_at.is_(None), StaffSession.id != but)
        .values(ended_at=session.now)
    )


def _check_role(session: UnitOfWork, who: SignedIn, key: str) -> None:
    known = {role.key: role.permissions for role in roles.list_all(session)}
    if key not in known:
        raise invalid_field("role", "unknown_role", f"Use one of {', '.join(known)}.")
    _check_rights(who, Rights(known[key]), is_owner=key == OWNER)


def _check_reach(session: UnitOfWork, who: SignedIn, person: Staff) -> None:
    _check_rights(who, roles.rights_of(session, person), is_owner=person.role == OWNER)


def _check_rights(who: SignedIn, rights: Rights, *, is_owner: bool) -> None:
    if not who.rights.covers(rights) or (is_owner and who.role != OWNER):
        raise ForbiddenError("beyond_own_rights", "Only who may do all that they may can do this.")


def _keep_an_owner(session: UnitOfWork, person: Staff) -> None:
    """Refuse to lose the last owner. The rows are locked, so that two owners cannot part with each other at once."""
    if person.role != OWNER or not person.is_active:
        return
    owners = select(Staff.id).where(Staff.role == OWNER, Staff.is_active).order_by(Staff.id).with_for_update()
    if session.scalars(owners).all() == [person.id]:
        raise ConflictError("last_owner", "There is always an owner: make somebody else one first.")
