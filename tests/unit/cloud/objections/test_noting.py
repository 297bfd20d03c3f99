"""What stands in the way is noted in a task, answered with a hint, and passed on.

Feature 224.
"""

import pytest

from cloud.errors import ConflictError, InvalidError
from cloud.objections import noting, service
from cloud.objections.service import ObjectionDetails
from cloud.tasks import closing, history
from cloud.tasks import service as tasks
from cloud.tasks.closing import Closing
from tests.club import Club
from tests.tasks import add_task, add_type


def test_objections_are_noted_and_the_task_is_passed_on_with_a_word(club: Club) -> None:
    with club.database.transaction() as session:
        price = service.create(session, club.actor, ObjectionDetails(name="Too expensive", answer="Show the trial"))
        far = service.create(session, club.actor, ObjectionDetails(name="Too far"))
        task_id = add_task(club, session, club.add_member(session), add_type(club, session))
        ids = [price.id, far.id, price.id]
        noting.note(session, club.actor, task_id, ids, operator_id=club.actor.id, text="Can we give a discount?")
        noting.note(session, club.actor, task_id, ids)
        assert [each.answer for each in noting.list_of_task(session, task_id)] == ["Show the trial", ""]
        assert tasks.get(session, task_id).operator_id == club.actor.id
        told = {(each.kind, each.text) for each in history.of_task(session, task_id, after=None, limit=9).items}
        assert told == {
            ("created", ""),
            ("changed", "Too expensive, Too far"),
            ("changed", ""),
            ("commented", "Can we give a discount?"),
        }
        noting.note(session, club.actor, task_id, [])
        assert noting.list_of_task(session, task_id) == []


def test_an_obsolete_objection_stays_where_it_is_and_is_chosen_no_more(club: Club) -> None:
    with club.database.transaction() as session:
        old = service.create(session, club.actor, ObjectionDetails(name="No parking"))
        type_id, member_id = add_type(club, session), club.add_member(session)
        first, second = (add_task(club, session, member_id, type_id) for _ in range(2))
        noting.note(session, club.actor, first, [old.id])
        service.change(session, club.actor, old.id, {"is_obsolete": True})
        noting.note(session, club.actor, first, [old.id])
        for wanted in (old.id, "obj_unknown"):
            with pytest.raises(InvalidError):
                noting.note(session, club.actor, second, [wanted])


def test_a_closed_task_keeps_its_objections(club: Club) -> None:
    with club.database.transaction() as session:
        task_id = add_task(club, session, club.add_member(session), add_type(club, session))
        closing.close(session, club.actor, task_id, Closing(outcome_id=None, result="Came"))
        with pytest.raises(ConflictError):
            noting.note(session, club.actor, task_id, [])
