"""Plan operations: what leads nowhere is refused, and what they run on stays."""

from datetime import date
from typing import Any

import pytest

from cloud.errors import ConflictError, InUseError, InvalidError
from cloud.saved_searches import service as saved_searches
from cloud.saved_searches.criteria import CRITERIA
from cloud.scheduled_operations import looking, service
from tests.unit.cloud.saved_searches.conftest import person
from tests.unit.cloud.scheduled_operations.conftest import OperationClub


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"search_id": "sav_nobody"}, "search_id"),
        ({"action_type_id": "aty_nobody"}, "action_type_id"),
        ({"purpose_id": "prp_nobody"}, "purpose_id"),
        ({"operator_id": "stf_nobody"}, "operator_id"),
        ({"weekdays": []}, "weekdays"),
        ({"ends_on": date(2026, 3, 15)}, "ends_on"),
        ({"is_single": True, "minute_of_day": 12 * 60}, "starts_on"),
    ],
)
def test_what_leads_nowhere_is_refused(operations: OperationClub, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidError) as refused:
        operations.plan(**changes)
    assert [error.field for error in refused.value.errors] == [field]


def test_a_club_has_so_many_operations_at_most(operations: OperationClub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "OF_SITE_MAX", 1)
    operations.plan()
    with pytest.raises(ConflictError):
        operations.plan()


def test_a_search_that_operations_run_on_stays_as_it_is(operations: OperationClub) -> None:
    """Feature 141."""
    operation = operations.plan()
    anna = person(operations.club.club.actor.id)
    other = CRITERIA.validate_python({"kind": "members"})
    for changes in ({"criteria": other}, {"is_schedulable": False}):
        with operations.club.database.transaction() as session, pytest.raises(InUseError) as refused:
            saved_searches.change(session, anna, operations.search_id, changes)
        assert refused.value.users == ("Leads",)
    operations.change(operation, is_active=False)
    with operations.club.database.transaction() as session:
        saved_searches.change(session, anna, operations.search_id, {"criteria": other, "name": "Everybody"})
        with pytest.raises(InUseError):
            saved_searches.remove(session, anna, operations.search_id)
        service.remove(session, anna.actor, operation)
        saved_searches.remove(session, anna, operations.search_id)


def test_who_would_be_touched_is_told_before_and_nobody_is(operations: OperationClub) -> None:
    """Feature 142."""
    operation = operations.plan()
    first = operations.add_lead("Anna")
    operations.run(hours=1)
    second = operations.add_lead("Bruno")
    with operations.club.database.session() as session:
        details = service.details_of(service.get(session, operation))
        before = looking.look(session, operations.club.club.site_id, details)
        now = looking.look(session, operations.club.club.site_id, details, operation)
    assert {one.member_id for one in before.preview.people} == {first, second}
    assert [one.member_id for one in now.preview.people] == [second]
    assert now.skipped == [("Anna", "still_open")]
    assert len(operations.tasks()) == 1
