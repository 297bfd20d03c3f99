from datetime import timedelta

from cloud.contracts import service
from cloud.contracts.handlers import count_visit
from cloud.domain_events import VisitTaken
from tests.club import Club


def test_only_a_visit_that_costs_a_credit_is_counted(club: Club) -> None:
    with club.database.transaction() as session:
        member_id = club.add_member(session)
        contract_id = club.add_contract(session, member_id, visits_total=10)
        count_visit(session, VisitTaken(member_id, contract_id, club.site_id, session.now, spends_visit=True))
        count_visit(session, VisitTaken(member_id, contract_id, club.site_id, session.now, spends_visit=False))
        count_visit(session, VisitTaken(member_id, None, club.site_id, session.now, spends_visit=True))
    with club.database.session() as session:
        assert service.get(session, contract_id).visits_used == 1


def test_a_gate_of_another_club_burns_nothing(club: Club) -> None:
    with club.database.transaction() as session:
        member_id = club.add_member(session)
        contract_id = club.add_contract(session, member_id, visits_total=10)
        count_visit(session, VisitTaken(member_id, contract_id, "sit_other", session.now, spends_visit=True))
    with club.database.session() as session:
        assert service.get(session, contract_id).visits_used == 0


def test_any_passage_tells_when_a_contract_was_used_first(club: Club) -> None:
    with club.database.transaction() as session:
        member_id = club.add_member(session)
        contract_id = club.add_contract(session, member_id)
        assert service.get(session, contract_id).first_used_at is None
        first = session.now - timedelta(days=2)
        for at in (first, session.now):
            count_visit(session, VisitTaken(member_id, contract_id, club.site_id, at, spends_visit=False))
    with club.database.session() as session:
        contract = service.get(session, contract_id)
        assert (contract.first_used_at, contract.visits_used) == (first, 0)
