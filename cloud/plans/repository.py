"""Queries on plans."""

from collections.abc import Sequence

from sqlalchemy import func, select

from cloud.database import UnitOfWork
from cloud.plans.models import Plan


def list_of_site(session: UnitOfWork, site_id: str) -> Sequence[Plan]:
    """All plans of a site by name, those that are offered first."""
    query = select(Plan).where(Plan.site_id == site_id).order_by(Plan.is_offered.desc(), Plan.name, Plan.id)
    return session.scalars(query).all()


def count_of_site(session: UnitOfWork, site_id: str) -> int:
    """How many plans a site has."""
    return session.scalar(select(func.count()).select_from(Plan).where(Plan.site_id == site_id)) or 0


def list_names_of_level(session: UnitOfWork, level_id: str, *, limit: int) -> Sequence[str]:
    """The names of some plans that name this access level."""
    return session.scalars(select(Plan.name).where(Plan.level_id == level_id).order_by(Plan.name).limit(limit)).all()


def is_name_taken(session: UnitOfWork, site_id: str, name: str, *, except_id: str) -> bool:
    """Whether another plan of the site has this name."""
    query = select(Plan.id).where(Plan.site_id == site_id, Plan.name == name, Plan.id != except_id)
    return session.scalar(query.limit(1)) is not None
