"""Queries on sites, lanes and gateways."""

from collections.abc import Sequence

from sqlalchemy import select

from cloud.database import UnitOfWork
from cloud.sites.models import Gateway, Lane, Site


def list_sites(session: UnitOfWork) -> Sequence[Site]:
    """All sites by name."""
    return session.scalars(select(Site).order_by(Site.name, Site.id)).all()


def list_lanes(session: UnitOfWork, site_id: str | None) -> Sequence[Lane]:
    """The lanes of a site, or of all, by name."""
    query = select(Lane).order_by(Lane.site_id, Lane.name, Lane.id)
    return session.scalars(query if site_id is None else query.where(Lane.site_id == site_id)).all()


def list_gateways(session: UnitOfWork, site_id: str | None) -> Sequence[Gateway]:
    """The gateways at work, by name."""
    query = select(Gateway).where(Gateway.retired_at.is_(None)).order_by(Gateway.site_id, Gateway.name, Gateway.id)
    return session.scalars(query if site_id is None else query.where(Gateway.site_id == site_id)).all()


def find_gateway_of_lane(session: UnitOfWork, lane_id: str) -> Gateway | None:
    """The gateway at work at a lane."""
    return session.scalar(select(Gateway).where(Gateway.lane_id == lane_id, Gateway.retired_at.is_(None)))
