"""Runs of operations: once a day, whatever happens in between."""

from datetime import date

import pytest

from cloud.action_types import service as action_types
from cloud.scheduled_operations import keeping, running, runs, service
from cloud.tasks import closing
from cloud.tasks import service as tasks
from cloud.tasks.closing import Closing
from cloud.tasks.policy import OPEN_MAX
from cloud.tasks.service import TaskDetails
from tests.unit.cloud.scheduled_operations.conftest import OperationClub


class PowerCutError(Exception):
    """The process ends here."""


def test_whom_the_search_finds_then_gets_a_blocking_task_of_that_day(operations: OperationClub) -> None:
    """Features 138 and 142."""
    operations.plan(days_to_complete=0, text="Ask for the certificate")
    first = operations.add_lead()
    operations.run(minutes=59)
    assert operations.tasks() == [], "it is 13:59 in Rome"
    late = operations.add_lead("Bruno")
    operations.run(minutes=1)
    begun = operations.tasks()
    assert {task.member_id for task in begun} == {first, late}
    assert len(begun) == 2
    assert {(task.complete_by, task.text, task.created_by) for task in begun} == {
        (date(2026, 3, 16), "Ask for the certificate", None)
    }
    with operations.club.database.session() as session:
        assert {kind.id for _, kind in tasks.list_at_the_gate(session, [first, late])} == {operations.type_id}
    operations.add_lead("Carla")
    operations.run(hours=1)
    assert len(operations.tasks()) == 2, "the day's run is done"


def test_a_run_that_is_cut_off_is_taken_up_again_and_repeats_nothing(
    operations: OperationClub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Feature 142."""
    leads = [operations.add_lead() for _ in range(5)]
    operations.plan()
    monkeypatch.setattr(running, "AT_ONCE", 2)
    begin, calls = running._begin, iter(range(10))

    def cut(*arguments: object) -> object:
        begun = begin(*arguments)  # type: ignore[arg-type]
        if next(calls) == 1:
            raise PowerCutError
        return begun

    monkeypatch.setattr(running, "_begin", cut)
    with pytest.raises(PowerCutError):
        operations.run(hours=1)
    assert (len(operations.tasks()), [run.done_at for run in operations.runs()]) == (2, [None])
    operations.run(minutes=1)
    assert sorted(task.member_id for task in operations.tasks()) == sorted(leads)
    (run,) = operations.runs()
    assert (run.outcome, run.found, run.begun, run.skipped, run.done_at is None) == ("done", 5, 5, 0, False)


def test_days_that_passed_while_the_worker_was_down_are_not_made_up_for(operations: OperationClub) -> None:
    """Feature 142."""
    operations.plan()
    operations.add_lead()
    operations.run(days=3, hours=6)
    assert [run.day for run in operations.runs()] == [date(2026, 3, 19)], "19:00: today is made up for, once"


def test_who_has_an_open_task_of_it_gets_no_second_one(operations: OperationClub) -> None:
    operations.plan()
    operations.add_lead()
    operations.run(hours=1)
    operations.run(days=1)
    assert [touch.fate for touch in operations.touches()] == ["begun", "still_open"]
    (task,) = operations.tasks()
    with operations.club.database.transaction() as session:
        closing.close(session, operations.club.club.actor, task.id, Closing(outcome_id=None, result="Came"))
    operations.run(days=1)
    assert [touch.fate for touch in operations.touches()] == ["begun", "still_open", "begun"]


def test_a_suspended_one_does_nothing_until_it_is_resumed_and_then_its_next_time(operations: OperationClub) -> None:
    """Feature 142."""
    operation = operations.plan()
    operations.add_lead()
    operations.change(operation, is_active=False)
    operations.run(hours=2)
    operations.change(operation, is_active=True)
    operations.run(minutes=1)
    assert operations.runs() == [], "today's time had passed when it was resumed"
    operations.run(days=1)
    assert [run.begun for run in operations.runs()] == [1]


def test_one_that_is_suspended_while_it_runs_ends_there(
    operations: OperationClub, monkeypatch: pytest.MonkeyPatch
) -> None:
    operation = operations.plan()
    for _ in range(3):
        operations.add_lead()
    monkeypatch.setattr(running, "AT_ONCE", 1)
    begin_some = running._begin_some

    def suspend_then_go_on(*arguments: object) -> bool:
        is_going = begin_some(*arguments)  # type: ignore[arg-type]
        service.change(arguments[0], operations.club.club.actor, operation, {"is_active": False})  # type: ignore[arg-type]
        return is_going

    monkeypatch.setattr(running, "_begin_some", suspend_then_go_on)
    operations.run(hours=1)
    (run,) = operations.runs()
    assert (run.outcome, run.begun, run.done_at is None) == ("suspended", 1, False)


def test_a_search_that_finds_too_many_begins_nothing(
    operations: OperationClub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "PEOPLE_MAX", 2)
    operations.plan()
    for _ in range(3):
        operations.add_lead()
    operations.run(hours=1)
    assert [(run.outcome, run.found, run.begun) for run in operations.runs()] == [("too_many", 3, 0)]
    assert operations.tasks() == []


def test_an_obsolete_type_begins_nothing(operations: OperationClub) -> None:
    operations.plan()
    operations.add_lead()
    with operations.club.database.transaction() as session:
        action_types.change(session, operations.club.club.actor, operations.club.type_id, {"is_default": True})
        details = {"is_obsolete": True, "is_default": False}
        action_types.change(session, operations.club.club.actor, operations.type_id, details)
    operations.run(hours=1)
    assert [(run.outcome, run.done_at is None) for run in operations.runs()] == [("unfit", False)]


def test_who_has_as_many_tasks_as_there_may_be_is_skipped(operations: OperationClub) -> None:
    operations.plan()
    lead = operations.add_lead()
    with operations.club.database.transaction() as session:
        for _ in range(OPEN_MAX):
            tasks.create(session, operations.club.club.actor, lead, TaskDetails(action_type_id=operations.club.type_id))
    operations.run(hours=1)
    assert [(touch.fate, touch.task_id) for touch in operations.touches()] == [("full", None)]
    assert [(run.begun, run.skipped) for run in operations.runs()] == [(0, 1)]


def test_a_single_one_runs_once_and_is_suspended(operations: OperationClub) -> None:
    operation = operations.plan(is_single=True)
    operations.add_lead()
    operations.run(hours=1)
    with operations.club.database.session() as session:
        assert not service.get(session, operation).is_active
    operations.run(days=1)
    assert len(operations.runs()) == 1


def test_old_runs_are_forgotten_with_whom_they_were_about(operations: OperationClub) -> None:
    operation = operations.plan(is_single=True)
    operations.add_lead()
    operations.run(hours=1)
    operations.club.wait(days=399)
    assert not keeping.prune_some(operations.club.database)
    assert len(operations.touches()) == 1
    operations.club.wait(days=2)
    keeping.prune_some(operations.club.database)
    assert (operations.touches(), operations.runs()) == ([], [])
    with operations.club.database.session() as session:
        assert runs.list_last(session, [operation]) == {}
