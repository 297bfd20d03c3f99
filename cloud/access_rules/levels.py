"""Access levels: which zones the holders of a plan may enter, and in which hours."""

from collections.abc import Mapping, Sequence
from typing import Any

from cloud.access_rules import editing, repository, schedules, zones
from cloud.access_rules.models import AccessLevel, LevelGrant
from cloud.audit.service import Actor
from cloud.database import UnitOfWork
from cloud.domain_events import AccessRuleRemoved
from cloud.errors import not_found
from cloud.kit.ids import new_id
from cloud.sites import service as sites

Grants = Mapping[str, str | None]
"""Zone to schedule; None means always."""


def create(session: UnitOfWork, actor: Actor, site_id: str, name: str, grants: Grants) -> AccessLevel:
    """Add a level to a site.

    Raises:
        NotFoundError: there is no such site.
        InvalidError: the name is taken, or a zone or schedule is not one of the site.
        ConflictError: the site has 500 levels.
    """
    editing.check_room(session, AccessLevel, site_id)
    editing.check_name(session, AccessLevel, site_id, name)
    _check_grants(session, site_id, grants)
    level = AccessLevel(id=new_id("lvl"), site_id=site_id, name=name, created_at=session.now)
    level.grants = _rows(grants)
    session.add(level)
    after = {"site_id": site_id, "name": name, "grants": dict(grants)}
    editing.record(session, actor, "access_level.create", level, after=after)
    return level


def change(
    session: UnitOfWork, actor: Actor, level_id: str, *, name: str | None = None, grants: Grants | None = None
) -> AccessLevel:
    """Change the name, the grants (all of them), or both.

    Raises:
        NotFoundError: there is no such level.
        InvalidError: see `create`.
    """
    level = _take(session, level_id)
    before, after = _audited(level), _audited(level)
    if name is not None:
        editing.check_name(session, AccessLevel, level.site_id, name, except_id=level.id)
        after["name"] = name
    if grants is not None:
        _check_grants(session, level.site_id, grants)
        after["grants"] = dict(grants)
    if before == after:
        return level
    level.name = after["name"]
    if grants is not None and before["grants"] != after["grants"]:
        level.grants.clear()
        session.flush()  # the old rows go before the new ones come: they may have the same keys
        level.grants.extend(_rows(grants))
    editing.record(session, actor, "access_level.change", level, before=before, after=after)
    return level


def delete(session: UnitOfWork, actor: Actor, level_id: str) -> None:
    """Remove a level.

    Raises:
        NotFoundError: there is no such level.
        InUseError: contracts name it.
    """
    level = _take(session, level_id)
    session.publish(AccessRuleRemoved(level_id))
    before = _audited(level)
    session.delete(level)
    editing.record(session, actor, "access_level.delete", level, before=before)


def get(session: UnitOfWork, level_id: str) -> AccessLevel:
    """Raises NotFoundError."""
    level = session.get(AccessLevel, level_id)
    if level is None:
        raise not_found("access_level", level_id)
    return level


def list_of_site(session: UnitOfWork, site_id: str) -> Sequence[AccessLevel]:
    """All levels of a site by name, with their grants."""
    return repository.list_by_name(session, AccessLevel, site_id)


def grants_of(level: AccessLevel) -> dict[str, str | None]:
    """What a level grants."""
    return {grant.zone_id: grant.schedule_id for grant in level.grants}


def _rows(grants: Grants) -> list[LevelGrant]:
    return [LevelGrant(zone_id=zone_id, schedule_id=schedule_id) for zone_id, schedule_id in grants.items()]


def _check_grants(session: UnitOfWork, site_id: str, grants: Grants) -> None:
    for zone_id, schedule_id in grants.items():
        zones.check_zone(session, "grants", zone_id, site_id)
        if schedule_id is not None:
            schedules.check_schedule(session, "grants", schedule_id, site_id)


def _audited(level: AccessLevel) -> dict[str, Any]:
    return {"name": level.name, "grants": grants_of(level)}


def _take(session: UnitOfWork, level_id: str) -> AccessLevel:
    """The level as it is once nobody else changes the rules of its site."""
    sites.lock_site(session, get(session, level_id).site_id)
    level = session.get(AccessLevel, level_id, populate_existing=True)
    if level is None:
        raise not_found("access_level", level_id)
    return level
