"""What an event of a journal means for others: a visit to count, people who moved, an alarm to raise."""

import logging
from typing import Any, Final

from cloud.access_events import repository
from cloud.database import UnitOfWork
from cloud.domain_events import LaneInTrouble, MemberPassed, SignalsRaised, SomebodyPassed, VisitTaken
from cloud.errors import CloudError
from sync_protocol.journal_events import AccessDecided, AccessTaken, AnonymousPassage, EventBody, LaneChanged

TROUBLE: Final = frozenset({"forced", "tailgating", "jam", "held", "alarm", "fire"})
"""What somebody has to go and look at; a lane that is out of order tells so in the list of lanes."""
_logger = logging.getLogger(__name__)


def tell(session: UnitOfWork, body: EventBody, row: dict[str, Any]) -> None:
    """Publish what follows from an event that was just stored as this row."""
    match body:
        case AccessDecided(signals=signals) if signals:
            event_id = repository.find_id(session, row["gateway_id"], row["journal_epoch"], row["seq"])
            where = (row["site_id"], row["gateway_id"], body.lane_id, row["member_id"], row["occurred_at"])
            session.publish(SignalsRaised(*where, event_id, signals))
        case LaneChanged(state=state) if state in TROUBLE:
            place = (row["site_id"], row["gateway_id"], body.lane_id)
            session.publish(LaneInTrouble(*place, row["occurred_at"], state))
        case AccessTaken():
            _count_visit(session, body, row)
            session.publish(_passage(body, row))
        case AnonymousPassage():
            is_inward = body.direction == "in"
            session.publish(SomebodyPassed(row["site_id"], body.lane_id, is_inward, row["occurred_at"]))
        case _:
            pass


def _passage(body: AccessTaken, row: dict[str, Any]) -> MemberPassed:
    return MemberPassed(
        site_id=row["site_id"],
        gateway_id=row["gateway_id"],
        lane_id=body.lane_id,
        member_id=row["member_id"],
        zone_id=body.zone_id,
        left_zone_id=body.left_zone_id,
        at=row["occurred_at"],
        is_guest=body.is_guest,
        is_staff=body.is_staff,
    )


def _count_visit(session: UnitOfWork, visit: AccessTaken, row: dict[str, Any]) -> None:
    taken = VisitTaken(row["member_id"], visit.contract_id, row["site_id"], row["occurred_at"], visit.spends_visit)
    try:
        session.publish(taken)
    except CloudError as error:
        _logger.warning(
            "a visit of gateway %s, tap %s, is not counted: %s", row["gateway_id"], visit.tap_id, error.detail
        )
