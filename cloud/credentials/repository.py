"""Queries on credentials."""

from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import bindparam, or_, select

from cloud.credentials.models import Credential
from cloud.database import UnitOfWork
from cloud.members.models import MemberSite

_OF_MEMBERS: Final = (
    select(Credential).where(Credential.member_id.in_(bindparam("member_ids", expanding=True))).order_by(Credential.id)
)
"""Made once: every list of members and every change about one asks it."""
_GUESTS: Final = select(MemberSite.member_id).where(MemberSite.site_id.in_(bindparam("site_ids", expanding=True)))
_USED_AT: Final = or_(
    Credential.site_id.in_(bindparam("site_ids", expanding=True)),
    Credential.member_id.in_(_GUESTS),
)
_WITH_CANONICALS: Final = (
    select(Credential)
    .where(_USED_AT, Credential.canonical.in_(bindparam("canonicals", expanding=True)))
    .order_by(Credential.id)
)


def list_of_members(session: UnitOfWork, member_ids: Collection[str]) -> Sequence[Credential]:
    """The credentials of some members, the oldest first."""
    return session.scalars(_OF_MEMBERS, {"member_ids": [*member_ids]}).all()


def list_by_canonicals(session: UnitOfWork, site_id: str, canonicals: Collection[str]) -> Sequence[Credential]:
    """Every credential with one of these canonical forms whose holder uses the site, the oldest first."""
    if not canonicals:  # SQLite would look for none of them among all cards
        return []
    return session.scalars(_WITH_CANONICALS, {"site_ids": [site_id], "canonicals": [*canonicals]}).all()


def list_in_use(session: UnitOfWork, site_ids: Collection[str], canonicals: Collection[str]) -> Sequence[Credential]:
    """What is not revoked of these canonical forms at any of these sites."""
    query = _WITH_CANONICALS.where(Credential.status != "revoked")
    return session.scalars(query, {"site_ids": [*site_ids], "canonicals": [*canonicals]}).all()
