"""What the gates would answer now, for the member card."""

from datetime import timedelta

from access_policy.decision import Reason
from access_policy.schedule import DayWindow
from cloud.access_rules import levels, schedules, zones
from cloud.access_rules.schedules import Hours
from cloud.contracts import service as contracts
from cloud.credentials import pins
from cloud.credentials import service as credentials
from cloud.database import UnitOfWork
from cloud.desired_state import service as desired_state
from cloud.explanations.present import refusal_now
from cloud.members import service as members
from tests.club import Club


def somebody(club: Club, session: UnitOfWork, *, card: int | None = 12345) -> tuple[str, str]:
    """A member whose contract runs, and the contract."""
    member_id = club.add_member(session, card=card)
    today = session.now.date()
    span = {"starts_on": today - timedelta(days=2), "ends_on": today + timedelta(days=30)}
    return member_id, club.add_contract(session, member_id, **span)


def refusal(session: UnitOfWork, member_id: str) -> Reason | None:
    desired_state.settle(session)
    held = credentials.list_of_members(session, [member_id])
    return refusal_now(session, members.get(session, member_id), held)


def close_for_good(club: Club, session: UnitOfWork, contract_id: str, *, hours: tuple[DayWindow, ...] = ()) -> None:
    """Give the contract a level whose hours are these on each day."""
    (zone,) = zones.list_of_site(session, club.site_id)
    schedule = schedules.create(session, club.actor, club.site_id, "Hours", Hours(weekly=[hours] * 7))
    level = levels.create(session, club.actor, club.site_id, "Level", {zone.id: schedule.id})
    contracts.change(session, club.actor, contract_id, {"level_id": level.id})


def test_who_may_enter_is_not_refused(club: Club) -> None:
    club.add_lane()
    with club.database.transaction() as session:
        member_id, _ = somebody(club, session)
        assert refusal(session, member_id) is None


def test_hours_that_are_closed_refuse_although_the_contract_runs(club: Club) -> None:
    club.add_lane()
    with club.database.transaction() as session:
        member_id, contract_id = somebody(club, session)
        close_for_good(club, session, contract_id)
        assert refusal(session, member_id) is Reason.NOT_PERMITTED_AT_THIS_TIME


def test_hours_that_never_close_refuse_nobody(club: Club) -> None:
    club.add_lane()
    with club.database.transaction() as session:
        member_id, contract_id = somebody(club, session)
        close_for_good(club, session, contract_id, hours=(DayWindow(0, 1440),))
        assert refusal(session, member_id) is None


def test_a_contract_that_needs_a_booking_refuses_without_one(club: Club) -> None:
    club.add_lane()
    with club.database.transaction() as session:
        member_id, contract_id = somebody(club, session)
        contracts.change(session, club.actor, contract_id, {"needs_booking": True})
        assert refusal(session, member_id) is Reason.NO_BOOKING


def test_a_pin_is_taken_to_be_right(club: Club) -> None:
    club.add_lane()
    with club.database.transaction() as session:
        member_id, _ = somebody(club, session)
        (zone,) = zones.list_of_site(session, club.site_id)
        zones.change(session, club.actor, zone.id, {"needs_pin": True})
        (card,) = credentials.list_of_members(session, [member_id])
        pins.set_pin(session, club.actor, card.id, "4071")
        assert refusal(session, member_id) is None


def test_without_a_card_or_a_lane_nobody_can_tell(club: Club) -> None:
    with club.database.transaction() as session:
        without_card, contract_id = somebody(club, session, card=None)
        close_for_good(club, session, contract_id)
        assert refusal(session, without_card) is None
    with club.database.transaction() as session:
        with_card, contract_id = somebody(club, session)
        contracts.change(session, club.actor, contract_id, {"needs_booking": True})
        assert refusal(session, with_card) is None
    club.add_lane()
    with club.database.session() as session:
        assert refusal(session, without_card) is None
        assert refusal(session, with_card) is Reason.NO_BOOKING
