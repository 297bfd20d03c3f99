import pytest

from cloud.errors import ConflictError
from cloud.members import service, states
from cloud.members.service import MemberDetails
from tests.club import Club


def test_a_lead_becomes_a_client_with_the_first_contract_and_keeps_its_history(club: Club) -> None:
    """Feature 144."""
    with club.database.transaction() as session:
        details = MemberDetails(site_id=club.site_id, first_name="Lia", state="lead")
        lead_id = service.create(session, club.actor, details).id
    with club.database.transaction() as session:
        contract_id = club.add_contract(session, lead_id)
    with club.database.transaction() as session:
        states.set_state(session, club.actor, lead_id, "former", "moved away")
    with club.database.session() as session:
        told = [(each.before, each.after, each.reason) for each in states.list_changes(session, lead_id)]
        assert told == [("client", "former", "moved away"), ("lead", "client", ""), ("", "lead", "")]
    assert contract_id


def test_what_happens_to_an_old_contract_makes_nobody_a_client_again(club: Club) -> None:
    """Feature 180."""
    with club.database.transaction() as session:
        member_id = club.add_member(session)
        contract_id = club.add_contract(session, member_id)
    with club.database.transaction() as session:
        states.set_state(session, club.actor, member_id, "former")
    from cloud.contracts import service as contracts

    with club.database.transaction() as session:
        contracts.count_visit(session, contract_id)
        assert service.get(session, member_id).state == "former"
        with pytest.raises(ConflictError):
            states.set_state(session, club.actor, member_id, "former")
