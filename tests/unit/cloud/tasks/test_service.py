"""Tasks: beginning, changing, saying something; one at a time and many at once.

Feature 224.
"""

from datetime import date, timedelta

import pytest

from cloud.action_types import service as action_types
from cloud.errors import ConflictError, InvalidError
from cloud.privacy_purposes import service as purposes
from cloud.privacy_purposes.policy import standard_id
from cloud.staff.models import Staff
from cloud.tasks import enquiry_statuses, history, service
from cloud.tasks.enquiry_statuses import StatusDetails
from cloud.tasks.policy import BULK_MAX, OPEN_MAX
from cloud.tasks.repository import TaskFilter
from cloud.tasks.service import TaskDetails
from tests.club import Club
from tests.privacy import add_purpose, decide
from tests.tasks import add_task, add_type

HOUR = timedelta(hours=1)


def test_a_task_keeps_all_that_it_was_given(club: Club) -> None:
    """Features 129, 130, 131, 132, 134, 135, 164, 165, 166."""
    with club.database.transaction() as session:
        member_id, type_id = club.add_member(session), add_type(club, session)
        status = enquiry_statuses.create(session, club.actor, StatusDetails(name="Offer sent"))
        details = TaskDetails(
            action_type_id=type_id,
            text="Ask about the renewal",
            operator_id=club.actor.id,
            complete_by=date(2026, 12, 1),
            next_step="call",
            next_step_at=session.now + HOUR,
            enquiry_status_id=status.id,
            purpose_id=standard_id("contract"),
        )
        task = service.create(session, club.actor, member_id, details)
        assert {name: getattr(task, name) for name in TaskDetails.__dataclass_fields__} == {
            name: getattr(details, name) for name in TaskDetails.__dataclass_fields__
        }
        assert (task.created_by, task.closed_at) == (club.actor.id, None)


def test_what_cannot_be_used_is_refused(club: Club) -> None:
    with club.database.transaction() as session:
        member_id, type_id = club.add_member(session), add_type(club, session)
        old = add_type(club, session, name="Old")
        action_types.change(session, club.actor, old, {"is_obsolete": True})
        gone = enquiry_statuses.create(session, club.actor, StatusDetails(name="Gone", is_obsolete=True))
        for details in (
            TaskDetails(action_type_id="aty_unknown"),
            TaskDetails(action_type_id=old),
            TaskDetails(action_type_id=type_id, operator_id="stf_unknown"),
            TaskDetails(action_type_id=type_id, enquiry_status_id=gone.id),
        ):
            with pytest.raises(InvalidError):
                service.create(session, club.actor, member_id, details)


def test_who_does_not_work_here_any_more_is_given_no_task(club: Club) -> None:
    with club.database.transaction() as session:
        member_id, type_id = club.add_member(session), add_type(club, session)
        session.get_one(Staff, club.actor.id).is_active = False
        with pytest.raises(InvalidError):
            add_task(club, session, member_id, type_id, operator_id=club.actor.id)


def test_a_change_is_in_the_history_with_what_was_before(club: Club) -> None:
    """Features 148, 164, 165, 166."""
    with club.database.transaction() as session:
        task_id = add_task(club, session, club.add_member(session), add_type(club, session), text="Call")
        service.change(session, club.actor, task_id, {"text": "Write", "complete_by": date(2026, 12, 1)})
        service.change(session, club.actor, task_id, {"text": "Write"})
        entries = history.of_task(session, task_id, after=None, limit=9).items
        assert sorted(entry.kind for entry in entries) == ["changed", "created"]
        (changed,) = [entry for entry in entries if entry.kind == "changed"]
        assert changed.changes == {"text": ["Call", "Write"], "complete_by": [None, "2026-12-01"]}
        assert changed.written_by == club.actor.id


def test_comments_are_in_the_history_of_the_member(club: Club) -> None:
    """Feature 163."""
    with club.database.transaction() as session:
        member_id, type_id = club.add_member(session), add_type(club, session)
        for number in range(2):
            service.comment(session, club.actor, add_task(club, session, member_id, type_id), f"Wishes {number}")
        told = history.of_member(session, member_id, after=None, limit=9).items
        assert {entry.text for entry in told if entry.kind == "commented"} == {"Wishes 0", "Wishes 1"}


def test_a_bulk_begins_one_task_for_each_and_leaves_out_who_has_too_many(club: Club) -> None:
    """Features 72, 73, 74."""
    with club.database.transaction() as session:
        people = [club.add_member(session) for _ in range(3)]
        type_id = add_type(club, session, name="Call", action_at_access="none")
        for _ in range(OPEN_MAX):
            add_task(club, session, people[0], type_id)
        with pytest.raises(ConflictError):
            add_task(club, session, people[0], type_id)
        own = standard_id("own_interest")
        details = TaskDetails(action_type_id=type_id, text="Tell of the summer offer", purpose_id=own)
        bulk = service.create_many(session, club.actor, [*people, people[1]], details)
        assert bulk.full_member_ids == [people[0]]
        assert sorted(task.member_id for task in bulk.tasks) == sorted(people[1:])
        assert {task.text for task in bulk.tasks} == {"Tell of the summer offer"}


def test_a_bulk_leaves_out_who_has_not_agreed_to_its_purpose(club: Club) -> None:
    """Feature 67."""
    with club.database.transaction() as session:
        agreed, silent, against = (club.add_member(session) for _ in range(3))
        type_id, purpose_id = add_type(club, session, action_at_access="none"), add_purpose(club, session)
        decide(club, session, agreed, purpose_id, is_given=True)
        decide(club, session, against, purpose_id, is_given=False)
        details = TaskDetails(action_type_id=type_id, purpose_id=purpose_id)
        left_out = service.find_left_out(session, [agreed, silent, against], purpose_id)
        bulk = service.create_many(session, club.actor, [agreed, silent, against], details)
        assert [task.member_id for task in bulk.tasks] == [agreed]
        assert set(bulk.unwilling_member_ids) == set(left_out.unwilling_member_ids) == {silent, against}
        with pytest.raises(InvalidError, match="not agreed"):
            service.create(session, club.actor, silent, details)


def test_a_task_keeps_to_the_channels_of_its_purpose_and_to_who_agreed(club: Club) -> None:
    """Feature 135."""
    with club.database.transaction() as session:
        member_id, type_id, news = club.add_member(session), add_type(club, session), add_purpose(club, session)
        contract = standard_id("contract")
        purposes.change(session, club.actor, contract, {"channels": ["email"]})
        for details in ({"purpose_id": "prp_unknown"}, {"purpose_id": contract, "next_step": "call"}):
            with pytest.raises(InvalidError):
                add_task(club, session, member_id, type_id, **details)
        task_id = add_task(club, session, member_id, type_id, purpose_id=contract, next_step="email")
        for changes in ({"next_step": "call"}, {"purpose_id": news}, {"purpose_id": "prp_unknown"}):
            with pytest.raises(InvalidError):
                service.change(session, club.actor, task_id, changes)
        service.change(session, club.actor, task_id, {"purpose_id": None, "next_step": "call"})


def test_a_bulk_of_nobody_of_strangers_or_of_too_many_is_refused(club: Club) -> None:
    with club.database.transaction() as session:
        member_id, type_id = club.add_member(session), add_type(club, session)
        details = TaskDetails(action_type_id=type_id)
        for people in ([], ["mem_unknown", member_id], [f"mem_{number}" for number in range(BULK_MAX + 1)]):
            with pytest.raises(InvalidError):
                service.create_many(session, club.actor, people, details)
        assert service.count(session, TaskFilter()) == 0


def test_tasks_are_found_by_what_they_are(club: Club) -> None:
    """Feature 140."""
    with club.database.transaction() as session:
        anna, berta = club.add_member(session, "Anna"), club.add_member(session, "Berta")
        type_id = add_type(club, session)
        first = add_task(club, session, anna, type_id, operator_id=club.actor.id, complete_by=date(2026, 12, 1))
        second = add_task(club, session, berta, type_id)

        def found(**wanted: object) -> list[str]:
            filters = TaskFilter(**wanted)  # type: ignore[arg-type]
            items = service.find_page(session, filters, after=None, limit=9).items
            assert service.count(session, filters) == len(items)
            return sorted(task.id for task in items)

        assert found() == sorted([first, second])
        assert found(member_id=anna) == found(operator_id=club.actor.id) == found(search="ann") == [first]
        assert found(due_before=date(2026, 12, 2)) == [first]
        assert found(due_before=date(2026, 12, 1)) == found(state="closed") == found(site_id="sit_other") == []
        assert found(state="open", site_id=club.site_id, state_class="to_start") == sorted([first, second])
        assert found(state_class="in_progress") == []


def test_enquiry_statuses_come_in_the_clubs_order(club: Club) -> None:
    """Feature 167."""
    with club.database.transaction() as session:
        for name, position in (("Bought", 2), ("New", 0), ("Offer sent", 1)):
            enquiry_statuses.create(session, club.actor, StatusDetails(name=name, position=position))
        listed = enquiry_statuses.list_all(session)
        assert [status.name for status in listed] == ["New", "Offer sent", "Bought"]
        enquiry_statuses.change(session, club.actor, listed[0].id, {"is_obsolete": True, "name": "Fresh"})
        assert [status.name for status in enquiry_statuses.list_usable(session)] == ["Offer sent", "Bought"]
        with pytest.raises(InvalidError):
            enquiry_statuses.create(session, club.actor, StatusDetails(name="Bought"))
