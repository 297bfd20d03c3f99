"""Who reacts to what: the one table of domain events and their handlers.

Handlers run synchronously in the transaction of the change; one that fails fails the change. This is the only
module that knows both sides, so that no package imports a higher one.
"""

from collections.abc import Callable
from typing import Any, Final

from cloud.access_rules import handlers as access_rules
from cloud.alarms import handlers as alarms
from cloud.bookings import handlers as bookings
from cloud.card_rules import handlers as card_rules
from cloud.class_sessions import handlers as class_sessions
from cloud.contracts import handlers as contracts
from cloud.credentials import handlers as credentials
from cloud.database import UnitOfWork
from cloud.desired_state import handlers as desired_state
from cloud.domain_events import (
    AccessRuleRemoved,
    ActionTypeChanged,
    BookingChanged,
    ClassSessionChanged,
    ContractChanged,
    ContractsProlonged,
    CopySuspected,
    CredentialChanged,
    DomainEvent,
    DuesChanged,
    FlagCleared,
    FlagRaised,
    JournalBroken,
    LaneAdded,
    LaneInTrouble,
    MemberChanged,
    MemberJoinedSite,
    MemberLeftSite,
    MemberPassed,
    MemberRulesChanged,
    SavedSearchWithdrawn,
    SeatFreed,
    SignalsRaised,
    SiteAdded,
    SiteChanged,
    SomebodyPassed,
    TaskChanged,
    VisitTaken,
)
from cloud.plans import handlers as plans
from cloud.presence import handlers as presence
from cloud.rooms import handlers as rooms
from cloud.scheduled_operations import handlers as scheduled_operations
from cloud.tasks import handlers as tasks
from cloud.webhooks import handlers as webhooks

Handler = Callable[[UnitOfWork, Any], None]

HANDLERS: Final[dict[type[DomainEvent], tuple[Handler, ...]]] = {
    MemberChanged: (webhooks.note, desired_state.project_member),
    MemberJoinedSite: (credentials.keep_cards_apart, desired_state.project_member),
    MemberLeftSite: (desired_state.forget_member_at_site,),
    MemberRulesChanged: (desired_state.project_everybody,),
    SavedSearchWithdrawn: (scheduled_operations.keep_used_searches,),
    CredentialChanged: (desired_state.project_member,),
    ClassSessionChanged: (bookings.follow_session,),
    SeatFreed: (bookings.fill_seat,),
    BookingChanged: (webhooks.note, card_rules.note_booking, desired_state.project_member),
    AccessRuleRemoved: (
        plans.keep_used_levels,
        contracts.keep_used_levels,
        rooms.keep_used_zones,
        class_sessions.keep_used_zones,
        bookings.keep_used_zones,
    ),
    ContractChanged: (webhooks.note, contracts.welcome_buyer, card_rules.note_contract, desired_state.project_member),
    ContractsProlonged: (webhooks.note_prolonged, card_rules.note_prolonged, desired_state.project_members),
    DuesChanged: (webhooks.note, card_rules.note_dues, desired_state.project_member),
    FlagRaised: (
        webhooks.note,
        desired_state.project_member,
    ),
    FlagCleared: (
        webhooks.note,
        desired_state.project_member,
    ),
    ActionTypeChanged: (tasks.tell_of_type,),
    TaskChanged: (
        webhooks.note,
        desired_state.project_member,
    ),
    SiteAdded: (access_rules.add_first_zone, desired_state.project_site),
    LaneAdded: (access_rules.place_lane, desired_state.project_site),
    SiteChanged: (desired_state.project_site,),
    VisitTaken: (card_rules.note_visit, contracts.count_visit),
    MemberPassed: (webhooks.note, presence.move_member, bookings.mark_attendance),
    SomebodyPassed: (presence.count_somebody,),
    SignalsRaised: (alarms.sound_signals,),
    LaneInTrouble: (alarms.sound_lane,),
    CopySuspected: (alarms.sound_copy,),
    JournalBroken: (alarms.sound_journal,),
}


def dispatch(session: UnitOfWork, event: DomainEvent) -> None:
    """Run every handler of the event, in the table's order."""
    for handler in HANDLERS[type(event)]:
        handler(session, event)
