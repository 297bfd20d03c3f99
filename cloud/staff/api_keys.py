"""Keys of programs to the API: made, listed, revoked, and recognised. A key is shown once; its hash is kept.

A key acts in the name of whoever made it, so what it does has a person behind it; the audit log adds the key's id to
the request's. It may never do more than that person, whatever its scopes: who leaves takes their keys with them.
"""

import hashlib
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final, cast

from sqlalchemy import func, select, update

from cloud.audit import service as audit
from cloud.database import Database, UnitOfWork
from cloud.errors import ConflictError, ForbiddenError, invalid_field, not_found
from cloud.kit.ids import new_id
from cloud.staff import roles
from cloud.staff.models import ApiKey, Staff
from cloud.staff.policy import Permission, Rights
from cloud.staff.service import SignedIn
from cloud.staff.site_rights import permissions_for

PREFIX: Final = "tornello_"
DAYS_MAX: Final = 730
KEYS_MAX: Final = 100
USE_NOTED_EVERY: Final = timedelta(minutes=1)


def create(session: UnitOfWork, who: SignedIn, name: str, scopes: Collection[str], *, days: int) -> tuple[ApiKey, str]:
    """Make a key that is good for 1 to 730 days; returns it with its text, which nobody can look up again.

    Raises:
        InvalidError: the name, the days or the scopes cannot be.
        ForbiddenError: a scope is beyond the rights of who makes it.
        ConflictError: there are as many keys as there may be.
    """
    name = name.strip()
    if not 0 < len(name) <= 80 or not name.isprintable():
        raise invalid_field("name", "bad_length", "Use 1 to 80 characters.")
    if not 1 <= days <= DAYS_MAX:
        raise invalid_field("days", "bad_days", f"Use 1 to {DAYS_MAX} days.")
    if not scopes:
        raise invalid_field("scopes", "scopes_missing", "Choose at least one scope.")
    if beyond := sorted(set(scopes) - who.rights.anywhere):
        raise ForbiddenError("beyond_own_rights", f"You have not the permission {beyond[0][:80]!r} yourself.")
    alive = select(func.count()).select_from(ApiKey).where(ApiKey.revoked_at.is_(None))
    if (session.scalar(alive) or 0) >= KEYS_MAX:
        raise ConflictError("too_many", f"There are {KEYS_MAX} keys, as many as there may be.")
    text = PREFIX + secrets.token_urlsafe(32)
    key = ApiKey(
        id=new_id("key"),
        staff_id=who.staff_id,
        name=name,
        key_hash=_hash(text),
        hint=text[: len(PREFIX) + 4],
        scopes=sorted(set(scopes)),
        created_at=session.now,
        expires_at=session.now + timedelta(days=days),
        last_used_at=None,
        revoked_at=None,
    )
    session.add(key)
    session.flush()
    after = {"name": name, "scopes": key.scopes, "expires_at": key.expires_at.isoformat()}
    audit.record(session, who.actor, "api_key.create", entity=("api_key", key.id), after=after)
    return key, text


def list_all(session: UnitOfWork) -> Sequence[ApiKey]:
    """Every key, the newest first; those long gone are left out beyond 200."""
    return session.scalars(select(ApiKey).order_by(ApiKey.id.desc()).limit(2 * KEYS_MAX)).all()


def get(session: UnitOfWork, key_id: str) -> ApiKey:
    """One key.

    Raises:
        NotFoundError: there is none with this id.
    """
    key = session.get(ApiKey, key_id)
    if key is None:
        raise not_found("api_key", key_id)
    return key


def revoke(session: UnitOfWork, who: SignedIn, key_id: str) -> None:
    """Let the key open nothing from now on.

    Raises:
        NotFoundError: there is none with this id.
    """
    key = get(session, key_id)
    if key.revoked_at is None:
        key.revoked_at = session.now
        session.flush()
        audit.record(session, who.actor, "api_key.revoke", entity=("api_key", key_id))


def is_key(text: str) -> bool:
    """Whether a bearer token is meant as a key, rather than as a session's token."""
    return text.startswith(PREFIX)


def find_holder(database: Database, text: str, request_id: str) -> SignedIn | None:
    """Who acts by this key, and what they may do; None if it opens nothing. Notes its use, at most once a minute."""
    with database.session() as session:
        row = session.execute(
            select(ApiKey, Staff)
            .join(Staff, Staff.id == ApiKey.staff_id)
            .where(
                ApiKey.key_hash == _hash(text),
                ApiKey.revoked_at.is_(None),
                ApiKey.expires_at > session.now,
                Staff.is_active,
            )
        ).one_or_none()
        if row is None:
            return None
        key, person = row
        scopes = frozenset(cast("list[Permission]", key.scopes))
        rights = roles.rights_of(session, person).within(scopes)
        is_noted = key.last_used_at is not None and session.now - key.last_used_at < USE_NOTED_EVERY
        holder = _holder(key, person, rights, request_id)
        used_at = session.now
    if not is_noted:
        _note_use(database, key.id, used_at)
    return holder


def _note_use(database: Database, key_id: str, used_at: datetime) -> None:
    with database.transaction() as session:
        session.execute(update(ApiKey).where(ApiKey.id == key_id).values(last_used_at=used_at))


def _holder(key: ApiKey, person: Staff, rights: Rights, request_id: str) -> SignedIn:
    return SignedIn(
        staff_id=person.id,
        session_id="",
        name=person.name,
        email=person.email,
        locale=person.locale,
        role=person.role,
        csrf_token="",
        expires_at=key.expires_at,
        rights=rights,
        permissions=permissions_for(rights),
        request_id=f"{request_id}/{key.id}",
    )


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode(errors="replace")).digest()
