"""Whom an operation would touch if it ran now, without touching anybody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from cloud.action_types import service as action_types
from cloud.database import UnitOfWork
from cloud.explanations.preview import Preview, preview_tasks
from cloud.members import service as members
from cloud.members.models import Member
from cloud.saved_searches import finding
from cloud.saved_searches import service as saved_searches
from cloud.saved_searches.finding import Moment
from cloud.scheduled_operations import running
from cloud.scheduled_operations.policy import PEOPLE_MAX, Fate
from cloud.scheduled_operations.service import OperationDetails
from cloud.sites import service as sites


@dataclass(frozen=True, slots=True)
class Look:
    """Who would get a task, and what it would do to them at the gate; who would get none, by name, and why.

    `is_too_many`: more are found than an operation may touch; the first of them are shown, and it would begin nothing.
    """

    preview: Preview
    skipped: Sequence[tuple[str, Fate]]
    is_too_many: bool


def look(session: UnitOfWork, site_id: str, details: OperationDetails, operation_id: str | None = None) -> Look:
    """Whom it would touch, by the club's clock. The details were checked before (`service.check`).

    Raises:
        NotFoundError: there is no such club, or search.
    """
    moment = Moment.at(session.now, sites.get_site(session, site_id).time_zone)
    criteria = saved_searches.criteria_of(saved_searches.get(session, details.search_id))
    query = select(Member.id).where(*finding.matches(session, criteria, moment), Member.site_id == site_id)
    found = session.scalars(query.order_by(Member.id).limit(PEOPLE_MAX + 1)).all()
    member_ids = found[:PEOPLE_MAX]
    fates: Mapping[str, Fate] = running.fates_of(session, operation_id, member_ids, details.purpose_id)
    days = details.days_to_complete
    preview = preview_tasks(
        session,
        action_types.get(session, details.action_type_id),
        [each for each in member_ids if each not in fates],
        None if days is None else moment.today + timedelta(days=days),
    )
    names = members.names_of(session, fates)
    skipped = sorted((names.get(member_id, ""), fate) for member_id, fate in fates.items())
    return Look(preview, skipped, len(found) > PEOPLE_MAX)
