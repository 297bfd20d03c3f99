"""How a task ends: with a result, an outcome of its type, and the next task."""

import pytest

from cloud.errors import ConflictError, InvalidError
from cloud.tasks import closing, history, service
from cloud.tasks.closing import Closing
from cloud.tasks.repository import TaskFilter
from cloud.tasks.service import TaskDetails
from tests.club import Club
from tests.tasks import add_outcome, add_task, add_type


def test_a_task_closes_with_a_result_and_an_outcome_of_its_type(club: Club) -> None:
    """Features 133, 229."""
    with club.database.transaction() as session:
        won = add_outcome(club, session, "Won", "closed_positive")
        called = add_outcome(club, session, "Called", "in_progress")
        foreign = add_outcome(club, session, "Foreign", "closed_positive")
        type_id = add_type(club, session, outcome_ids=[won, called])
        task_id = add_task(club, session, club.add_member(session), type_id)
        for outcome_id, result in ((won, " "), (called, "x"), (foreign, "x"), (None, "x")):
            with pytest.raises(InvalidError):
                closing.close(session, club.actor, task_id, Closing(outcome_id=outcome_id, result=result))
        task, following = closing.close(session, club.actor, task_id, Closing(outcome_id=won, result="Renewed"))
        assert (task.result, task.outcome_id, task.closed_by, task.closed_at) == (
            "Renewed",
            won,
            club.actor.id,
            session.now,
        )
        assert following is None
        with pytest.raises(ConflictError):
            closing.close(session, club.actor, task_id, Closing(outcome_id=won, result="Again"))
        with pytest.raises(ConflictError):
            service.change(session, club.actor, task_id, {"text": "More"})


def test_the_next_task_begins_with_the_closing(club: Club) -> None:
    """Feature 230."""
    with club.database.transaction() as session:
        member_id, type_id = club.add_member(session), add_type(club, session)
        task_id = add_task(club, session, member_id, type_id)
        how = Closing(outcome_id=None, result="Will think", next_task=TaskDetails(action_type_id=type_id, text="Again"))
        _, following = closing.close(session, club.actor, task_id, how)
        assert following is not None
        assert (following.member_id, following.text) == (member_id, "Again")
        assert service.count(session, TaskFilter(member_id=member_id, state="open")) == 1


def test_an_outcome_that_does_not_close_leaves_the_task_open(club: Club) -> None:
    """Feature 133."""
    with club.database.transaction() as session:
        called, won = (
            add_outcome(club, session, "Called", "in_progress"),
            add_outcome(club, session, "Won", "closed_positive"),
        )
        type_id = add_type(club, session, outcome_ids=[called, won])
        task_id = add_task(club, session, club.add_member(session), type_id)
        with pytest.raises(InvalidError):
            closing.set_outcome(session, club.actor, task_id, won)
        task = closing.set_outcome(session, club.actor, task_id, called)
        assert (task.outcome_id, task.closed_at) == (called, None)
        assert service.count(session, TaskFilter(state_class="in_progress")) == 1
        assert {entry.kind for entry in history.of_task(session, task_id, after=None, limit=9).items} == {
            "created",
            "outcome",
        }


def test_a_kept_block_is_lifted_once(club: Club) -> None:
    """Feature 139."""
    with club.database.transaction() as session:
        refused = add_outcome(club, session, "Refused", "closed_negative", keeps_block=True)
        type_id = add_type(club, session, outcome_ids=[refused])
        member_id = club.add_member(session)
        task_id = add_task(club, session, member_id, type_id)
        with pytest.raises(ConflictError):
            closing.lift(session, club.actor, task_id, "Too early")
        closing.close(session, club.actor, task_id, Closing(outcome_id=refused, result="Did not want to"))
        assert [task.id for task, _ in service.list_at_the_gate(session, [member_id])] == [task_id]
        closing.lift(session, club.actor, task_id, "Came to talk")
        assert service.list_at_the_gate(session, [member_id]) == []
        with pytest.raises(ConflictError):
            closing.lift(session, club.actor, task_id, "Again")
