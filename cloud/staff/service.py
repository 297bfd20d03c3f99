"""Sign in, stay signed in, sign out; add staff.

A session's token is 256 random bits that only the client keeps; the table knows its hash. The same token serves as
the browser's cookie and as the API's bearer token; the CSRF token follows from it and is of use only beside it.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import bindparam, delete, select, update

from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.database import UnitOfWork
from cloud.errors import ConflictError, invalid_field
from cloud.kit.i18n import LANGUAGES
from cloud.kit.ids import new_id
from cloud.kit.passwords import (
    PASSWORD_CHARACTERS_MAX,
    PASSWORD_CHARACTERS_MIN,
    hash_password,
)
from cloud.plain_rows import plain_rows
from cloud.staff import roles
from cloud.staff.models import Role, Staff, StaffSession
from cloud.staff.policy import Permission, Rights
from cloud.staff.site_rights import permissions_for

SESSION_LIFE: Final = timedelta(hours=14)
_WINDOW_S: Final = 300.0
_SIGNED_IN: Final = (
    select(
        StaffSession.id,
        StaffSession.expires_at,
        Staff.id.label("staff_id"),
        Staff.name,
        Staff.email,
        Staff.locale,
        Staff.role,
        Staff.has_site_roles,
        Role.permissions,
        Role.known_permissions,
    )
    .join(Staff, Staff.id == StaffSession.staff_id)
    .outerjoin(Role, Role.key == Staff.role)
    .where(
        StaffSession.token_hash == bindparam("token_hash"),
        StaffSession.expires_at > bindparam("now"),
        StaffSession.ended_at.is_(None),
        Staff.is_active,
    )
)
"""Made once: every request asks it."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is behind a request, and what they may do: `rights` in all, `permissions` about what the request names."""

    staff_id: str
    session_id: str
    name: str
    email: str
    locale: str
    role: str
    csrf_token: str
    expires_at: datetime
    rights: Rights
    permissions: frozenset[Permission] = frozenset()
    request_id: str = ""

    @property
    def actor(self) -> Actor:
        """This person, as the audit log names them."""
        return Actor("staff", self.staff_id, self.request_id)

    def may(self, permission: Permission) -> bool:
        """Whether the person has the permission, about what the request names."""
        return permission in self.permissions


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffDetails:
    """Somebody who shall be able to sign in; `role` is the key of one (`roles`)."""

    email: str
    name: str
    role: str
    locale: str = "en"


def find_signed_in(session: UnitOfWork, token: str, *, request_id: str = "") -> SignedIn | None:
    """Who holds this token, if its session still lives."""
    found = plain_rows(session, _SIGNED_IN, {"token_hash": _hash_token(token), "now": session.now})
    if not found:
        return None
    (row,) = found
    if row.has_site_roles:
        rights = roles.rights_of(session, session.get_one(Staff, row.staff_id))
    else:
        rights = Rights(roles.granted(row.role, row.permissions, row.known_permissions))
    return SignedIn(
        staff_id=row.staff_id,
        session_id=row.id,
        name=row.name,
        email=row.email,
        locale=row.locale,
        role=row.role,
        csrf_token=hmac.new(token.encode(), b"csrf", hashlib.sha256).hexdigest(),
        expires_at=row.expires_at,
        rights=rights,
        permissions=permissions_for(rights),
        request_id=request_id,
    )


def sign_out(session: UnitOfWork, who: SignedIn) -> None:
    """End the session; its token opens nothing any more."""
    session.execute(update(StaffSession).where(StaffSession.id == who.session_id).values(ended_at=session.now))
    audit.record(session, who.actor, "session.close", entity=("session", who.session_id))


def create_staff(session: UnitOfWork, actor: Actor, details: StaffDetails, *, password: str) -> Staff:
    """Add somebody who may sign in.

    Raises:
        InvalidError: a detail cannot be accepted, or the password is too short or too long.
        ConflictError: the e-mail address is taken.
    """
    email = normalise_email(details.email)
    _check_staff(session, email, details)
    check_password(password)
    if session.scalar(select(Staff.id).where(Staff.email == email)):
        raise ConflictError("email_taken", f"There is already staff with the e-mail address {email}.")
    staff = Staff(
        id=new_id("stf"),
        email=email,
        name=details.name.strip(),
        password_hash=hash_password(password),
        locale=details.locale,
        role=details.role,
        is_active=True,
        created_at=session.now,
    )
    session.add(staff)
    session.flush()
    audit.record(session, actor, "staff.create", entity=("staff", staff.id), after=asdict(details))
    return staff


def change_locale(session: UnitOfWork, who: SignedIn, locale: str) -> None:
    """Let the console speak another language to this person."""
    session.execute(update(Staff).where(Staff.id == who.staff_id).values(locale=locale))
    audit.record(
        session,
        who.actor,
        "staff.change_locale",
        entity=("staff", who.staff_id),
        before={"locale": who.locale},
        after={"locale": locale},
    )


def names_of(session: UnitOfWork, staff_ids: set[str]) -> dict[str, str]:
    """The names behind some ids of staff."""
    if not staff_ids:
        return {}
    rows = session.scalars(select(Staff).where(Staff.id.in_(staff_ids)))
    return {staff.id: staff.name for staff in rows}


def list_active(session: UnitOfWork) -> Sequence[Staff]:
    """Everybody who works here, by name."""
    return session.scalars(select(Staff).where(Staff.is_active.is_(True)).order_by(Staff.name, Staff.id)).all()


def normalise_email(email: str) -> str:
    """The form in which e-mail addresses of staff are kept and compared."""
    return email.strip().casefold()


def check_password(password: str) -> None:
    """Refuse a new password that is too short or too long.

    Raises:
        InvalidError: it is.
    """
    if not PASSWORD_CHARACTERS_MIN <= len(password) <= PASSWORD_CHARACTERS_MAX:
        raise invalid_field(
            "password", "bad_password", f"Use {PASSWORD_CHARACTERS_MIN} to {PASSWORD_CHARACTERS_MAX} characters."
        )


def _check_staff(session: UnitOfWork, email: str, details: StaffDetails) -> None:
    local, at, domain = email.rpartition("@")
    if not (local and at and domain) or not email.isprintable() or len(email) > 254:
        raise invalid_field("email", "email_malformed", "Use an e-mail address such as anna@club.example.")
    if not 0 < len(details.name.strip()) <= 200 or not details.name.isprintable():
        raise invalid_field("name", "bad_length", "Use 1 to 200 characters.")
    known = [role.key for role in roles.list_all(session)]
    if details.role not in known:
        raise invalid_field("role", "unknown_role", f"Use one of {', '.join(known)}.")
    if details.locale not in LANGUAGES:
        raise invalid_field("locale", "unknown_locale", f"Use one of {', '.join(LANGUAGES)}.")


def open_session(session: UnitOfWork, staff: Staff, token: str, user_agent: str) -> SignedIn:
    """Let this token stand for somebody who has proven who they are."""
    session.execute(delete(StaffSession).where(StaffSession.expires_at < session.now - SESSION_LIFE))
    opened = StaffSession(
        id=new_id("ses"),
        staff_id=staff.id,
        token_hash=_hash_token(token),
        user_agent=storable(user_agent)[:200],
        created_at=session.now,
        expires_at=session.now + SESSION_LIFE,
        ended_at=None,
    )
    session.add(opened)
    session.flush()
    audit.record(session, Actor("staff", staff.id), "session.open", entity=("session", opened.id))
    found = find_signed_in(session, token)
    assert found is not None, "the session has just been opened"
    return found


def storable(text: str) -> str:
    """The text without what no database takes."""
    return "".join(character for character in text if character.isprintable())


def _hash_token(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="replace")).digest()
