from datetime import date

from cloud.contracts import course, service
from cloud.contracts.many_terms import terms_of_members
from cloud.contracts.policy import DaySpan
from tests.club import Club


def test_a_list_of_members_reads_the_same_terms_as_their_cards(club: Club) -> None:
    with club.database.transaction() as session:
        anna, boris, carla = (club.add_member(session, name) for name in ("Anna", "Boris", "Carla"))
        for year in (2025, 2027, 2026):
            club.add_contract(session, anna, starts_on=date(year, 1, 1), ends_on=date(year, 12, 31))
        contract_id = club.add_contract(session, boris, visits_total=5, grace_days=3, extra_expiry_days=2)
        for month in (3, 2):
            days = DaySpan(date(2026, month, 1), date(2026, month, 7))
            course.add_freeze(session, club.actor, contract_id, days, reason="holiday")
        service.count_visit(session, contract_id)
    with club.database.session() as session:
        found = terms_of_members(session, [anna, boris, carla])
        for member_id in (anna, boris):
            cards = [service.terms_of(contract) for contract in service.list_of_members(session, [member_id])]
            assert found[member_id] == cards
    assert carla not in found
