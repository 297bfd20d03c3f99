"""What can happen in the CRM that other packages react to. Past tense, ids only; handlers are in `bus`.

A service says it with `session.publish(event)`; the handlers run at once, in the same transaction.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class MemberChanged:
    """A member was added or edited."""

    member_id: str


@dataclass(frozen=True, slots=True)
class MemberJoinedSite:
    """A member may use another site, too."""

    member_id: str
    site_id: str


@dataclass(frozen=True, slots=True)
class MemberLeftSite:
    """A member may use another site no more."""

    member_id: str
    site_id: str


@dataclass(frozen=True, slots=True)
class ClassSessionChanged:
    """A session was moved, edited or cancelled."""

    session_id: str


@dataclass(frozen=True, slots=True)
class SeatFreed:
    """A booking of a session was cancelled."""

    session_id: str


@dataclass(frozen=True, slots=True)
class BookingChanged:
    """A session was booked for a member, or the booking was moved or cancelled."""

    booking_id: str
    member_id: str


@dataclass(frozen=True, slots=True)
class MemberRulesChanged:
    """Rules of a site that bear on each of its members were edited: certificates, minutes around bookings."""

    site_id: str


@dataclass(frozen=True, slots=True)
class CredentialChanged:
    """A credential was issued or its status changed."""

    credential_id: str
    member_id: str


@dataclass(frozen=True, slots=True)
class ContractChanged:
    """A contract was added, edited, frozen, paid, or lost a visit."""

    contract_id: str
    member_id: str


@dataclass(frozen=True, slots=True)
class ContractsProlonged:
    """Recurring contracts go on, a lot of them at once, and more is asked for: pairs of a contract and its member."""

    contracts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class DuesChanged:
    """Instalments of a contract were asked for, paid, put off, cancelled, or are due again."""

    contract_id: str
    member_id: str


@dataclass(frozen=True, slots=True)
class FlagRaised:
    """A flag shall act at the gates."""

    flag_id: str
    member_id: str


@dataclass(frozen=True, slots=True)
class FlagCleared:
    """A flag shall act no more."""

    flag_id: str
    member_id: str


@dataclass(frozen=True, slots=True)
class ActionTypeChanged:
    """What tasks of a type are, and do at the gate, was edited."""

    action_type_id: str


@dataclass(frozen=True, slots=True)
class TaskChanged:
    """A task was begun, edited, closed or lifted, or does something else at the gate."""

    task_id: str
    member_id: str


@dataclass(frozen=True, slots=True)
class SavedSearchWithdrawn:
    """A saved search finds others from now on; or it `is_gone` for operations that run on it, who refuse then."""

    search_id: str
    is_gone: bool


@dataclass(frozen=True, slots=True)
class SiteAdded:
    """There is a new site, without lanes and zones."""

    site_id: str


@dataclass(frozen=True, slots=True)
class LaneAdded:
    """A site has a new lane."""

    lane_id: str
    site_id: str


@dataclass(frozen=True, slots=True)
class SiteChanged:
    """What holds for a whole site was edited: its rules, zones, lanes' places, hours, special days, access levels."""

    site_id: str


@dataclass(frozen=True, slots=True)
class AccessRuleRemoved:
    """An access level or a zone is about to go; who still needs it refuses."""

    rule_id: str


@dataclass(frozen=True, slots=True)
class VisitTaken:
    """A member went through a lane; `spends_visit` says that the gate burnt a credit of the contract."""

    member_id: str
    contract_id: str | None
    site_id: str
    at: datetime
    spends_visit: bool


@dataclass(frozen=True, slots=True)
class MemberPassed:
    """A member, or a guest of theirs, went through a lane from one zone into another; an empty zone is outside."""

    site_id: str
    gateway_id: str
    lane_id: str
    member_id: str
    zone_id: str
    left_zone_id: str
    at: datetime
    is_guest: bool
    is_staff: bool


@dataclass(frozen=True, slots=True)
class SomebodyPassed:
    """Somebody went through a lane whom no card named."""

    site_id: str
    lane_id: str
    is_inward: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class SignalsRaised:
    """A gateway's decision holds something that staff shall hear of."""

    site_id: str
    gateway_id: str
    lane_id: str
    member_id: str | None
    at: datetime
    event_id: int
    signals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LaneInTrouble:
    """A lane told of something that staff shall look at: `state` is as in `LaneChanged`."""

    site_id: str
    gateway_id: str
    lane_id: str
    at: datetime
    state: str


@dataclass(frozen=True, slots=True)
class CopySuspected:
    """A member's card went through two gateways faster than anybody walks."""

    site_id: str
    gateway_id: str
    lane_id: str
    member_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class JournalBroken:
    """A gateway's journal did not arrive as it was written: an event was altered, or some are lost."""

    site_id: str
    gateway_id: str
    lane_id: str
    at: datetime


DomainEvent = (
    MemberChanged
    | MemberJoinedSite
    | MemberLeftSite
    | MemberRulesChanged
    | SavedSearchWithdrawn
    | ClassSessionChanged
    | SeatFreed
    | BookingChanged
    | AccessRuleRemoved
    | CredentialChanged
    | ContractChanged
    | ContractsProlonged
    | DuesChanged
    | FlagRaised
    | FlagCleared
    | ActionTypeChanged
    | TaskChanged
    | SiteAdded
    | LaneAdded
    | SiteChanged
    | VisitTaken
    | MemberPassed
    | SomebodyPassed
    | SignalsRaised
    | LaneInTrouble
    | CopySuspected
    | JournalBroken
)
