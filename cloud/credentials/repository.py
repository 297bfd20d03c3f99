"""Queries on credentials."""

from collections.abc import Collection, Sequence

from sqlalchemy import select

from cloud.credentials.models import Credential
from cloud.database import UnitOfWork


def list_of_members(session: UnitOfWork, member_ids: Collection[str]) -> Sequence[Credential]:
    """The credentials of some members, the oldest first."""
    return session.scalars(select(Credential).where(Credential.member_id.in_(member_ids)).order_by(Credential.id)).all()


def list_by_canonicals(session: UnitOfWork, site_id: str, canonicals: Collection[str]) -> Sequence[Credential]:
    """Every credential of a site with one of these canonical forms, the oldest first."""
    return session.scalars(
        select(Credential)
        .where(Credential.site_id == site_id, Credential.canonical.in_(canonicals))
        .order_by(Credential.id)
    ).all()


def find_in_use(session: UnitOfWork, site_id: str, canonical: str) -> Credential | None:
    """The one credential with this canonical form that is not revoked."""
    return session.scalar(
        select(Credential).where(
            Credential.site_id == site_id, Credential.canonical == canonical, Credential.status != "revoked"
        )
    )
