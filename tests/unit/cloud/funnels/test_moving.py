"""Moving a lead to another stage of Attraction."""

import pytest

from cloud.database import UnitOfWork
from cloud.errors import ConflictError, InvalidError
from cloud.funnels.moving import NO_STATUS, move
from cloud.funnels.people import find_attraction
from cloud.members.models import Member
from cloud.tasks import enquiry_statuses
from cloud.tasks import service as tasks
from cloud.tasks.enquiry_statuses import StatusDetails
from tests.club import Club
from tests.tasks import add_task, add_type
from tests.unit.cloud.funnels.test_people import scope_of

CALL = {"name": "A call", "action_at_access": "none", "texts": {}}


def add_lead(club: Club, session: UnitOfWork) -> str:
    member_id = club.add_member(session, "Eva")
    session.get_one(Member, member_id).state = "lead"
    session.flush()
    return member_id


def stage_of(club: Club, session: UnitOfWork, member_id: str) -> list[str]:
    return list(find_attraction(session, scope_of(club, session), member_id))


def add_status(club: Club, session: UnitOfWork, name: str) -> str:
    return enquiry_statuses.create(session, club.actor, StatusDetails(name=name)).id


def test_a_lead_moves_with_the_task_that_one_works_with(club: Club) -> None:
    """Feature 220."""
    with club.database.transaction() as session:
        member_id, status_id = add_lead(club, session), add_status(club, session, "Reached")
        task = tasks.get(session, add_task(club, session, member_id, add_type(club, session, **CALL)))
        scope = scope_of(club, session)
        move(session, club.actor, scope, member_id, status_id)
        assert (task.enquiry_status_id, stage_of(club, session, member_id)) == (status_id, [status_id])
        move(session, club.actor, scope, member_id, NO_STATUS)
        assert (task.enquiry_status_id, stage_of(club, session, member_id)) == (None, [""])


def test_who_has_no_task_gets_one_that_does_nothing_at_the_gates(club: Club) -> None:
    with club.database.transaction() as session:
        member_id, status_id = add_lead(club, session), add_status(club, session, "Reached")
        scope = scope_of(club, session)
        move(session, club.actor, scope, member_id, NO_STATUS)
        assert stage_of(club, session, member_id) == [""]
        add_type(club, session)
        with pytest.raises(ConflictError):
            move(session, club.actor, scope, member_id, status_id)
        call_id = add_type(club, session, **CALL)
        move(session, club.actor, scope, member_id, status_id)
        ((somebody,),) = find_attraction(session, scope, member_id).values()
        assert somebody.task is not None
        assert somebody.task.action_type_id == call_id


def test_nobody_goes_to_a_stage_that_is_not_there_nor_out_of_another_board(club: Club) -> None:
    with club.database.transaction() as session:
        member_id = add_lead(club, session)
        add_task(club, session, member_id, add_type(club, session, **CALL))
        with pytest.raises(InvalidError):
            move(session, club.actor, scope_of(club, session), member_id, "enq_of_nobody")
        client_id = club.add_member(session, "Max")
        with pytest.raises(ConflictError):
            move(session, club.actor, scope_of(club, session), client_id, NO_STATUS)
