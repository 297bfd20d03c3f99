"""What the rules do when something happens to a member: note the activity, end the cards whose cause is over."""

from typing import Final

from cloud.card_rules import activity, ending
from cloud.card_rules.policy import ABSENCE_KEYS, RuleKey
from cloud.contracts import service as contracts
from cloud.database import UnitOfWork
from cloud.domain_events import BookingChanged, ContractChanged, ContractsProlonged, DuesChanged, VisitTaken

_OF_DUES: Final[tuple[RuleKey, ...]] = ("debt_before_end", "charge_failed", "contract_unpaid")
_OF_CONTRACTS: Final[tuple[RuleKey, ...]] = ("contract_ending", *_OF_DUES, *ABSENCE_KEYS, "unknown_caller")


def note_visit(session: UnitOfWork, event: VisitTaken) -> None:
    """Somebody came; gateways may tell of members who are gone."""
    activity.note_visit(session, event.member_id, event.at)
    ending.recheck(session, [event.member_id], ABSENCE_KEYS)


def note_booking(session: UnitOfWork, event: BookingChanged) -> None:
    """Somebody booked, or cancelled."""
    activity.note_bookings(session, event.member_id)
    ending.recheck(session, [event.member_id], ABSENCE_KEYS)


def note_contract(session: UnitOfWork, event: ContractChanged) -> None:
    """A contract was sold, renewed, frozen or ended."""
    zone = ending.zone_of(session, event.member_id)
    activity.note_contracts(session, event.member_id, contracts.list_of_members(session, [event.member_id]), zone)
    ending.recheck(session, [event.member_id], _OF_CONTRACTS)


def note_prolonged(session: UnitOfWork, event: ContractsProlonged) -> None:
    """Contracts go on by themselves: nobody was active, but the causes of cards may be over."""
    ending.recheck(session, {member_id for _, member_id in event.contracts}, _OF_CONTRACTS)


def note_dues(session: UnitOfWork, event: DuesChanged) -> None:
    """Something was paid, asked for, or cancelled."""
    ending.recheck(session, [event.member_id], _OF_DUES)
