"""What every change of an access rule has in common: one at a time, bounds, names, the audit log, the news."""

from collections.abc import Mapping
from typing import Any, Final

from cloud.access_rules import policy, repository
from cloud.access_rules.models import AccessLevel, Schedule, SpecialDay, Zone
from cloud.access_rules.repository import Named, Rule
from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.database import UnitOfWork
from cloud.domain_events import SiteChanged
from cloud.errors import ConflictError, invalid_field
from cloud.kit.paging import Page
from cloud.sites import service as sites

_BOUNDS: Final[dict[type, int]] = {
    Zone: policy.ZONES_MAX,
    Schedule: policy.SCHEDULES_MAX,
    AccessLevel: policy.LEVELS_MAX,
    SpecialDay: policy.SPECIAL_DAYS_MAX,
}


def check_room(session: UnitOfWork, noun: type[Rule], site_id: str) -> None:
    """Take the site for this change alone, and raise ConflictError if it has as many of these as it may."""
    sites.lock_site(session, site_id)
    if repository.count(session, noun, site_id) >= _BOUNDS[noun]:
        raise ConflictError("too_many", f"The site has {_BOUNDS[noun]} of these already.")


def check_name(session: UnitOfWork, noun: type[Named], site_id: str, name: str, *, except_id: str = "") -> None:
    """Raise InvalidError unless the name is good and nobody else's at the site."""
    policy.check_name(name)
    if repository.is_name_taken(session, noun, site_id, name, except_id=except_id):
        raise invalid_field("name", "name_taken", "Another one of this site has the name already.")


def record(
    session: UnitOfWork,
    actor: Actor,
    action: str,
    rule: Zone | Schedule | AccessLevel | SpecialDay,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Write the change to the database and the audit log, and let the gates of the site hear of it."""
    session.flush()
    audit.record(session, actor, action, entity=(rule.__tablename__, rule.id), before=before, after=after)
    session.publish(SiteChanged(rule.site_id))


def find_page(session: UnitOfWork, noun: type[Rule], site_id: str, *, after: str | None, limit: int) -> Page[Rule]:
    """Some of a site, the oldest first.

    Raises:
        NotFoundError: there is no such site.
        InvalidError: `after` is no cursor of this list.
    """
    sites.get_site(session, site_id)
    return repository.find_page(session, noun, site_id, after=after, limit=limit)
