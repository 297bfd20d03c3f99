import pytest

from cloud.credentials import service
from cloud.credentials.service import CardSpec
from cloud.errors import ConflictError
from cloud.members import service as members
from tests.club import Club


def test_the_same_card_may_be_in_use_once_and_revoked_often(club: Club) -> None:
    with club.database.transaction() as session:
        holders = [club.add_member(session, name) for name in ("Anna", "Boris", "Carla")]
        for holder in holders:
            card = service.issue(session, club.actor, holder, CardSpec(card_number=7))
            service.revoke(session, club.actor, card.id)
        last = service.issue(session, club.actor, holders[0], CardSpec(card_number=7))
        with pytest.raises(ConflictError):
            service.issue(session, club.actor, holders[1], CardSpec(card_number=7))
        held = service.list_by_canonicals(session, club.site_id, ["wiegand26:1:7"])
        assert [card.status for card in held] == ["revoked"] * 3 + ["active"]
        assert held[-1].id == last.id


def test_a_facility_code_of_its_own_makes_another_card(club: Club) -> None:
    with club.database.transaction() as session:
        member_id = club.add_member(session)
        for facility_code in (None, 2):
            service.issue(session, club.actor, member_id, CardSpec(card_number=7, facility_code=facility_code))
        cards = service.list_of_members(session, [member_id])
    assert {card.canonical for card in cards} == {"wiegand26:1:7", "wiegand26:2:7"}


def test_a_refused_card_leaves_the_transaction_usable(club: Club) -> None:
    with club.database.transaction() as session:
        first, second = club.add_member(session, "Anna", card=7), club.add_member(session, "Boris")
        with pytest.raises(ConflictError):
            service.issue(session, club.actor, second, CardSpec(card_number=7))
        service.issue(session, club.actor, second, CardSpec(card_number=8))
    with club.database.session() as session:
        numbers = {member.id: member.card_numbers for member in members.list_by_ids(session, [first, second])}
        assert numbers == {first: "7", second: "8"}
