"""Roles as the club has them: what each may do, edited or as delivered, and the rights that somebody has by theirs."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, cast, get_args

from sqlalchemy import delete, or_, select

from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.database import UnitOfWork
from cloud.errors import ConflictError, ForbiddenError, InUseError, invalid_field, not_found
from cloud.kit.ids import new_id
from cloud.staff.models import Role, Staff, StaffSiteRole
from cloud.staff.policy import OWNER, ROLES, Permission, Rights, permissions_of

ROLES_MAX: Final = 30
_KNOWN: Final = frozenset(get_args(Permission))


@dataclass(frozen=True, slots=True)
class RoleView:
    """A role as it stands. `name` is empty for those that were delivered; `is_edited` says that the club changed it."""

    key: str
    name: str
    permissions: frozenset[Permission]
    is_edited: bool

    @property
    def is_own(self) -> bool:
        """Whether the club made it itself."""
        return self.key not in ROLES


def list_all(session: UnitOfWork) -> Sequence[RoleView]:
    """Every role: those delivered, in their order, then the club's own by name."""
    edited = {role.key: role for role in session.scalars(select(Role).order_by(Role.name, Role.key))}
    delivered = [_view(key, edited.get(key)) for key in ROLES]
    return delivered + [_view(key, role) for key, role in edited.items() if key not in ROLES]


def get(session: UnitOfWork, key: str) -> RoleView:
    """One role.

    Raises:
        NotFoundError: there is none with this key.
    """
    role = session.get(Role, key)
    if role is None and key not in ROLES:
        raise not_found("role", key)
    return _view(key, role)


def rights_of(session: UnitOfWork, person: Staff) -> Rights:
    """What somebody may do, by the roles as they stand."""
    at_sites = site_roles_of(session, person.id) if person.has_site_roles else {}
    keys = {person.role, *at_sites.values()} - {""}
    edited = {role.key: role for role in session.scalars(select(Role).where(Role.key.in_(keys)))}
    granted = {key: _view(key, edited.get(key)).permissions for key in keys}
    nothing: frozenset[Permission] = frozenset()
    return Rights(
        granted.get(person.role, nothing), {site: granted.get(key, nothing) for site, key in at_sites.items()}
    )


def granted(key: str, edited: Collection[str] | None, known: Collection[str] | None) -> frozenset[Permission]:
    """What a role grants: what the club made of it of the permissions that it knew; None: it is as it was delivered."""
    delivered = permissions_of(key)
    if edited is None or known is None or key == OWNER:
        return delivered
    # What came with a later release is as it was delivered, until the club edits the role again.
    return frozenset(cast("Collection[Permission]", edited)) & _KNOWN | delivered.difference(known)


def site_roles_of(session: UnitOfWork, staff_id: str) -> dict[str, str]:
    """The sites where somebody has another role, and which; an empty one is none."""
    rows = session.scalars(select(StaffSiteRole).where(StaffSiteRole.staff_id == staff_id))
    return {row.site_id: row.role for row in rows}


def change(
    session: UnitOfWork, actor: Actor, key: str, permissions: Collection[str], *, granted_by: Rights | None = None
) -> RoleView:
    """Let a role grant exactly these permissions.

    Args:
        granted_by: the rights of who changes it, who may neither grant nor take what they have not; None: any.

    Raises:
        NotFoundError: there is no such role.
        ConflictError: it is the owner's, which always grants everything.
        InvalidError: a permission does not exist.
        ForbiddenError: it is beyond the rights of who changes it.
    """
    before = get(session, key)
    if key == OWNER:
        raise ConflictError("owner_role_fixed", "The owner's role grants everything and cannot be edited.")
    wanted = _known(permissions)
    _check_reach(before.permissions ^ wanted, granted_by)
    role = session.get(Role, key)
    if role is None:
        role = Role(key=key, name="", permissions=[], known_permissions=[], changed_at=session.now)
        session.add(role)
    role.permissions, role.known_permissions, role.changed_at = sorted(wanted), sorted(_KNOWN), session.now
    session.flush()
    audit.record(
        session,
        actor,
        "role.change",
        entity=("role", key),
        before={"permissions": sorted(before.permissions)},
        after={"permissions": sorted(wanted)},
    )
    return _view(key, role)


def create(
    session: UnitOfWork, actor: Actor, name: str, permissions: Collection[str], *, granted_by: Rights | None = None
) -> RoleView:
    """Make a role of the club's own.

    Raises:
        ConflictError: there is one of this name, or as many as there may be.
        InvalidError: the name is empty or too long, or a permission does not exist.
        ForbiddenError: it is beyond the rights of who makes it.
    """
    name = name.strip()
    if not 0 < len(name) <= 80 or not name.isprintable():
        raise invalid_field("name", "bad_length", "Use 1 to 80 characters.")
    wanted = _known(permissions)
    _check_reach(wanted, granted_by)
    known = list_all(session)
    if any(role.name.casefold() == name.casefold() for role in known):
        raise ConflictError("name_taken", f"There is a role {name!r} already.")
    if len(known) >= ROLES_MAX:
        raise ConflictError("too_many", f"There are {ROLES_MAX} roles, as many as there may be.")
    role = Role(
        key=new_id("rol"),
        name=name,
        permissions=sorted(wanted),
        known_permissions=sorted(_KNOWN),
        changed_at=session.now,
    )
    session.add(role)
    session.flush()
    audit.record(
        session, actor, "role.create", entity=("role", role.key), after={"name": name, "permissions": sorted(wanted)}
    )
    return _view(role.key, role)


def reset(session: UnitOfWork, actor: Actor, key: str, *, granted_by: Rights | None = None) -> None:
    """Take a delivered role back to what it was delivered with; delete one of the club's own.

    Raises:
        NotFoundError: there is no such role.
        InUseError: it is the club's own, and somebody has it.
        ForbiddenError: it is beyond the rights of who does it.
    """
    before = get(session, key)
    _check_reach(before.permissions ^ permissions_of(key), granted_by)
    if before.is_own and (holders := _holders(session, key)):
        raise InUseError("role", holders)
    session.execute(delete(Role).where(Role.key == key))
    audit.record(
        session,
        actor,
        "role.delete" if before.is_own else "role.reset",
        entity=("role", key),
        before={"name": before.name, "permissions": sorted(before.permissions)},
        after=None if before.is_own else {"permissions": sorted(permissions_of(key))},
    )


def _holders(session: UnitOfWork, key: str) -> list[str]:
    at_sites = select(StaffSiteRole.staff_id).where(StaffSiteRole.role == key)
    query = select(Staff.name).where(or_(Staff.role == key, Staff.id.in_(at_sites))).order_by(Staff.name).limit(10)
    return list(session.scalars(query))


def _view(key: str, role: Role | None) -> RoleView:
    if role is None or key == OWNER:
        return RoleView(key, "", permissions_of(key), False)
    return RoleView(key, role.name, granted(key, role.permissions, role.known_permissions), True)


def _known(permissions: Collection[str]) -> frozenset[Permission]:
    if unknown := sorted(set(permissions) - _KNOWN):
        raise invalid_field("permissions", "unknown_permission", f"There is no permission {unknown[0][:80]!r}.")
    return cast("frozenset[Permission]", frozenset(permissions))


def _check_reach(permissions: frozenset[Permission], granted_by: Rights | None) -> None:
    if granted_by is not None and (beyond := sorted(permissions - granted_by.everywhere)):
        raise ForbiddenError("beyond_own_rights", f"You have not the permission {beyond[0]!r} everywhere yourself.")
