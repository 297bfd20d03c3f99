"""Cards about members who stay away."""

from datetime import timedelta

import pytest

from cloud.bookings import service as bookings
from cloud.card_rules.policy import ABSENCE_KEYS
from cloud.contracts import course
from cloud.contracts.policy import DaySpan
from cloud.errors import InvalidError
from cloud.merging import service as merging
from tests.card_rules import RuleClub


@pytest.fixture(autouse=True)
def absence_rules(club: RuleClub) -> None:
    for key in ABSENCE_KEYS:
        club.turn_on(
            key, text="Away for {days} days, since {day}", amount={"absent_first": 7, "absent_second": 14}.get(key, 30)
        )


def _live(club: RuleClub, days: int) -> None:
    for _ in range(days):
        club.wait(days=1)
        club.run()


def test_an_absence_gets_one_card_in_each_stage(club: RuleClub) -> None:
    """Feature 226."""
    member_id = club.add_member()
    club.sell(member_id, days=300)
    club.visit(member_id)
    begin = club.now
    _live(club, 6)
    assert club.cards() == []
    _live(club, 30)
    assert [(card.rule_key, card.end_reason) for card in club.cards()] == [
        ("absent_first", "longer_absent"),
        ("absent_second", "longer_absent"),
        ("absent_third", None),
    ]
    assert [(card.opened_at - begin).days for card in club.cards()] == [7, 14, 30]
    assert club.task(club.cards()[2]).text == "Away for 30 days, since 3/16/26"


def test_who_comes_back_ends_the_card_and_may_be_absent_again(club: RuleClub) -> None:
    """Feature 226."""
    member_id = club.add_member()
    club.sell(member_id, days=300)
    _live(club, 8)
    club.visit(member_id)
    assert [card.end_reason for card in club.cards()] == ["came_back"]
    assert club.lines(club.cards()[0])[-1] == ("ended", "came_back")
    _live(club, 7)
    assert [card.end_reason for card in club.cards()] == ["came_back", None]


def test_a_booking_ends_the_card_until_it_is_cancelled(club: RuleClub) -> None:
    """Feature 226."""
    member_id = club.add_member()
    club.sell(member_id, days=300)
    _live(club, 8)
    start = club.now + timedelta(days=2)
    with club.database.transaction() as session:
        booking_id = club.club.book(session, member_id, start)
    assert [card.end_reason for card in club.cards()] == ["booked"]
    with club.database.transaction() as session:
        bookings.cancel(session, club.club.actor, booking_id)
    _live(club, 1)
    assert [card.end_reason for card in club.cards()] == ["booked"], "the same absence has had its card"


def test_a_visit_that_a_gateway_tells_late_counts_from_its_own_day(club: RuleClub) -> None:
    """Feature 226."""
    member_id = club.add_member()
    club.sell(member_id, days=300)
    _live(club, 8)
    club.visit(member_id, at=club.now - timedelta(days=5))
    assert [card.end_reason for card in club.cards()] == ["came_back"]
    _live(club, 1)
    assert len(club.cards()) == 1
    _live(club, 1)
    assert [card.end_reason for card in club.cards()] == ["came_back", None]


def test_nobody_without_a_contract_to_come_with_gets_a_card(club: RuleClub) -> None:
    """Feature 226."""
    over, used_up = club.add_member(), club.add_member()
    club.sell(over, days=3)
    club.sell(used_up, days=300, visits_total=0)
    _live(club, 40)
    assert club.cards() == []


def test_the_days_of_a_freeze_are_no_absence(club: RuleClub) -> None:
    """Feature 226."""
    member_id = club.add_member()
    contract_id = club.sell(member_id, days=300)
    span = DaySpan(club.today + timedelta(days=5), club.today + timedelta(days=20))
    with club.database.transaction() as session:
        course.add_freeze(session, club.club.actor, contract_id, span, reason="ill")
    _live(club, 27)
    assert club.cards() == []
    _live(club, 1)
    assert [card.rule_key for card in club.cards()] == ["absent_first"]


def test_two_rules_about_absences_have_different_days(club: RuleClub) -> None:
    with pytest.raises(InvalidError):
        club.turn_on("absent_first", amount=14)


def test_a_card_of_two_who_were_one_person_follows_the_one_who_is_left(club: RuleClub) -> None:
    """Feature 226."""
    old, kept = club.add_member(), club.add_member("Bruno")
    club.sell(old, days=300)
    _live(club, 8)
    with club.database.transaction() as session:
        merging.merge(session, club.club.actor, kept, old)
    _live(club, 1)
    club.visit(kept)
    assert {(card.member_id, card.end_reason) for card in club.cards()} == {(kept, "came_back")}
    assert len({card.task_id for card in club.cards()}) == 1
