"""Special days: the site's calendar of holidays and days of short hours."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from cloud.access_rules import editing, policy, repository
from cloud.access_rules.models import SpecialDay
from cloud.audit.service import Actor
from cloud.database import UnitOfWork
from cloud.errors import invalid_field, not_found
from cloud.kit.ids import new_id
from cloud.sites import service as sites


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialDayDetails:
    """A day of the site, of which kind it is, and what people call it. Kinds are compared without case."""

    day: date
    kind: str
    name: str


def create(session: UnitOfWork, actor: Actor, site_id: str, details: SpecialDayDetails) -> SpecialDay:
    """Add a special day to a site's calendar.

    Raises:
        NotFoundError: there is no such site.
        InvalidError: the day is one already, or kind or name are not good.
        ConflictError: the site has 400 special days.
    """
    editing.check_room(session, SpecialDay, site_id)
    kind = policy.plain_kind(details.kind)
    policy.check_kind("kind", kind)
    policy.check_name(details.name)
    if any(known.day == details.day for known in list_of_site(session, site_id)):
        raise invalid_field("day", "day_taken", "This day is a special day already.")
    special = SpecialDay(
        id=new_id("spd"), site_id=site_id, day=details.day, kind=kind, name=details.name, created_at=session.now
    )
    session.add(special)
    editing.record(session, actor, "special_day.create", special, after=_audited(special))
    return special


def delete(session: UnitOfWork, actor: Actor, special_day_id: str) -> None:
    """Let a day be an ordinary one again.

    Raises:
        NotFoundError: there is no such special day.
    """
    sites.lock_site(session, get(session, special_day_id).site_id)
    special = session.get(SpecialDay, special_day_id, populate_existing=True)
    if special is None:
        raise not_found("special_day", special_day_id)
    before = _audited(special)
    session.delete(special)
    editing.record(session, actor, "special_day.delete", special, before=before)


def get(session: UnitOfWork, special_day_id: str) -> SpecialDay:
    """Raises NotFoundError."""
    special = session.get(SpecialDay, special_day_id)
    if special is None:
        raise not_found("special_day", special_day_id)
    return special


def list_of_site(session: UnitOfWork, site_id: str) -> Sequence[SpecialDay]:
    """The whole calendar of a site, by day."""
    return repository.list_special_days(session, site_id)


def _audited(special: SpecialDay) -> dict[str, object]:
    return {"site_id": special.site_id, "day": special.day.isoformat(), "kind": special.kind, "name": special.name}
