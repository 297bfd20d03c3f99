"""A call from a number that nobody here has becomes one lead with one card."""

from collections.abc import Iterator

import pytest

from cloud.errors import ConflictError, InvalidError
from cloud.members import contacts, states
from cloud.members import service as members
from cloud.members.contacts import ContactDetails
from cloud.phone_calls import exchanges, keeping, service
from cloud.phone_calls.models import PhoneCall
from cloud.phone_calls.service import Call
from tests.card_rules import RuleClub, rule_club
from tests.club import SECRET


@pytest.fixture
def club() -> Iterator[RuleClub]:
    with rule_club() as club:
        club.turn_on("unknown_caller", text="Called from {phone}")
        yield club


@pytest.fixture
def exchange_id(club: RuleClub) -> str:
    with club.database.transaction() as session:
        return exchanges.create(session, club.club.actor, SECRET, club.club.site_id, "Desk")[0].id


def _call(club: RuleClub, exchange_id: str, call_id: str, number: str) -> PhoneCall:
    with club.database.transaction() as session:
        return service.take(session, exchange_id, Call(call_id, number))


def test_an_unknown_caller_becomes_a_lead_with_a_card(club: RuleClub, exchange_id: str) -> None:
    """Feature 151."""
    call = _call(club, exchange_id, "1", "333 765 4321")
    (card,) = club.cards()
    assert (call.number, call.is_new, call.member_id) == ("+393337654321", True, card.member_id)
    with club.database.session() as session:
        lead = members.get(session, card.member_id)
        assert (lead.state, lead.phone, lead.name) == ("lead", "+393337654321", "+39 333 765 4321")
    assert club.task(card).text == "Called from +39 333 765 4321"


def test_the_same_call_told_again_changes_nothing(club: RuleClub, exchange_id: str) -> None:
    """Feature 151."""
    first = _call(club, exchange_id, "1", "+393337654321")
    assert _call(club, exchange_id, "1", "+393337654321").id == first.id
    assert _call(club, exchange_id, "1", "+393330000000").id == first.id
    (card,) = club.cards()
    assert club.lines(card) == [("created", None)]


def test_a_lead_who_calls_again_is_said_in_the_open_card(club: RuleClub, exchange_id: str) -> None:
    """Feature 151."""
    _call(club, exchange_id, "1", "+393337654321")
    again = _call(club, exchange_id, "2", "0039 333 7654321")
    (card,) = club.cards()
    assert (again.is_new, again.member_id) == (False, card.member_id)
    assert club.lines(card) == [("created", None), ("again", "unknown_caller")]


def test_the_card_closes_itself_when_the_lead_buys(club: RuleClub, exchange_id: str) -> None:
    """Feature 151."""
    _call(club, exchange_id, "1", "+393337654321")
    (card,) = club.cards()
    club.sell(card.member_id, days=300)
    assert [one.end_reason for one in club.cards()] == ["became_client"]


def test_a_lead_who_is_made_a_client_by_hand_ends_the_card_on_the_next_day(club: RuleClub, exchange_id: str) -> None:
    """Feature 151."""
    _call(club, exchange_id, "1", "+393337654321")
    (card,) = club.cards()
    club.run()
    with club.database.transaction() as session:
        states.set_state(session, club.club.actor, card.member_id, "client")
    club.wait(days=1)
    club.run()
    assert [one.end_reason for one in club.cards()] == ["became_client"]


def test_who_is_known_by_any_of_their_numbers_gets_no_card(club: RuleClub, exchange_id: str) -> None:
    """Feature 151."""
    member_id = club.add_member()
    assert _call(club, exchange_id, "1", "333 123 4567").member_id == member_id
    with club.database.transaction() as session:
        contacts.set_contacts(
            session, club.club.actor, member_id, [ContactDetails(kind="phone", value="06 6982 1234", note="home")]
        )
    assert _call(club, exchange_id, "2", "+39 06 69821234").member_id == member_id
    assert club.cards() == []


@pytest.mark.parametrize("number", ["", "anonymous", "12", "+1" * 20])
def test_a_withheld_number_is_only_noted(club: RuleClub, exchange_id: str, number: str) -> None:
    """Feature 151."""
    call = _call(club, exchange_id, "1", number)
    assert (call.number, call.member_id, club.cards()) == ("", None, [])


def test_while_the_rule_is_off_nobody_becomes_a_lead(club: RuleClub, exchange_id: str) -> None:
    """Feature 151."""
    club.turn_on("unknown_caller", is_on=False)
    assert _call(club, exchange_id, "1", "+393337654321").member_id is None
    assert club.cards() == []


def test_exchanges_have_names_of_their_own_and_are_withdrawn_once(club: RuleClub, exchange_id: str) -> None:
    with club.database.transaction() as session:
        with pytest.raises(InvalidError):
            exchanges.create(session, club.club.actor, SECRET, club.club.site_id, "Desk")
        exchanges.withdraw(session, club.club.actor, exchange_id)
        with pytest.raises(ConflictError):
            exchanges.withdraw(session, club.club.actor, exchange_id)


def test_calls_are_forgotten_after_ninety_days(club: RuleClub, exchange_id: str) -> None:
    _call(club, exchange_id, "1", "+393337654321")
    club.wait(days=89)
    keeping.prune_some(club.database)
    with club.database.session() as session:
        assert len(service.list_last(session)) == 1
    club.wait(days=1, seconds=1)
    assert keeping.prune_some(club.database) is False
    with club.database.session() as session:
        assert service.list_last(session) == []
