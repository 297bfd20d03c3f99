"""Plans that need a booking, and gyms that wait for the first of the staff."""

from dataclasses import replace

from access_policy.decision import Reason, Rule
from access_policy.entitlement import Entitlement
from tests.unit.access_policy.gym import NOON, Gym, at, booking

OPENS, CLOSES = at("2026-03-02 17:45"), at("2026-03-02 19:15")
BOOKER = Gym().with_contract(needs_booking=True).with_member(bookings=(booking(OPENS, CLOSES, "club"),))
WAITING = Gym().with_zone(has_first_person_in=True)


def test_a_plan_with_bookings_lets_in_only_around_the_booked_session() -> None:
    assert BOOKER.tap(OPENS - 1).reason is Reason.NO_BOOKING
    assert BOOKER.tap(OPENS).is_granted
    assert BOOKER.tap(CLOSES - 1).is_granted
    assert BOOKER.tap(CLOSES).rule is Rule.CONTRACT_BOOKING


def test_a_booking_of_the_club_does_not_open_the_spa() -> None:
    assert BOOKER.tap(OPENS, lane_id="steam").reason is Reason.NO_BOOKING


def test_a_booking_without_zone_opens_every_zone() -> None:
    gym = BOOKER.with_member(bookings=(booking(OPENS, CLOSES),))
    assert gym.tap(OPENS).is_granted
    assert gym.tap(OPENS, lane_id="steam").is_granted


def test_after_the_session_the_member_may_leave_without_a_booking() -> None:
    assert BOOKER.leave(CLOSES + 3_600).is_granted


def test_a_plan_without_bookings_needs_none() -> None:
    assert Gym().tap().is_granted


def test_members_wait_until_staff_have_come_in_that_day() -> None:
    decision = WAITING.tap(has_staff_inside=False)
    assert (decision.reason, decision.rule) == (Reason.NO_STAFF_INSIDE, Rule.FIRST_PERSON_IN)
    assert WAITING.tap(has_staff_inside=True).is_granted


def test_staff_are_the_first_to_come_in() -> None:
    staff = replace(WAITING, member=Entitlement("mem_s", "Sara", "it", role="staff"))
    assert staff.tap(NOON, has_staff_inside=False).is_granted


def test_nobody_waits_for_staff_on_the_way_out() -> None:
    assert WAITING.leave(has_staff_inside=False).is_granted
