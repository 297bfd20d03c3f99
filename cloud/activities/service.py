"""Add and change activities."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from sqlalchemy import func, select

from cloud.action_types.policy import Colour
from cloud.activities.models import Activity
from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.database import UnitOfWork
from cloud.errors import ConflictError, invalid_field, not_found
from cloud.kit.ids import new_id
from cloud.kit.paging import Page
from cloud.listing import page_by_id

ACTIVITIES_MAX: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityDetails:
    """What an activity is; the attributes are those of `models.Activity`."""

    name: str
    colour: Colour = "blue"
    is_obsolete: bool = False


def create(session: UnitOfWork, actor: Actor, details: ActivityDetails) -> Activity:
    """Add an activity.

    Raises:
        InvalidError: the name is taken.
        ConflictError: there are 200 activities.
    """
    if (session.scalar(select(func.count()).select_from(Activity)) or 0) >= ACTIVITIES_MAX:
        raise ConflictError("too_many", f"There are {ACTIVITIES_MAX} activities already.")
    _check_name(session, details.name, None)
    activity = Activity(id=new_id("atv"), created_at=session.now, **asdict(details))
    session.add(activity)
    session.flush()
    audit.record(session, actor, "activity.create", entity=("activity", activity.id), after=asdict(details))
    return activity


def change(session: UnitOfWork, actor: Actor, activity_id: str, changes: Mapping[str, Any]) -> Activity:
    """Change some of `ActivityDetails`' attributes; bookings that were made keep the name that it had.

    Raises:
        NotFoundError: there is no such activity.
        InvalidError: the name is taken.
    """
    activity = get(session, activity_id)
    told = {name: value for name, value in changes.items() if getattr(activity, name) != value}
    if not told:
        return activity
    if "name" in told:
        _check_name(session, told["name"], activity_id)
    before = {name: getattr(activity, name) for name in told}
    for name, value in told.items():
        setattr(activity, name, value)
    session.flush()
    audit.record(session, actor, "activity.change", entity=("activity", activity_id), before=before, after=told)
    return activity


def get(session: UnitOfWork, activity_id: str) -> Activity:
    """One activity.

    Raises:
        NotFoundError: there is none with this id.
    """
    activity = session.get(Activity, activity_id)
    if activity is None:
        raise not_found("activity", activity_id)
    return activity


def list_all(session: UnitOfWork) -> Sequence[Activity]:
    """Every activity (at most 200) by name, the obsolete ones last."""
    return session.scalars(select(Activity).order_by(Activity.is_obsolete, Activity.name, Activity.id)).all()


def find_page(session: UnitOfWork, *, after: str | None, limit: int) -> Page[Activity]:
    """The activities, the oldest first.

    Raises:
        InvalidError: `after` is no cursor of this list.
    """
    return page_by_id(session, select(Activity), Activity.id, after=after, limit=limit, is_newest_first=False)


def _check_name(session: UnitOfWork, name: str, own_id: str | None) -> None:
    rival = session.scalar(select(Activity.id).where(Activity.name == name))
    if rival is not None and rival != own_id:
        raise invalid_field("name", "name_taken", "Another activity has the name already.")
