"""Days of a search: left out, fixed, or moving with the day on which it is run."""

from dataclasses import fields
from datetime import date

import pytest
from pydantic import ValidationError

from cloud.members.filters import MemberFilter
from cloud.saved_searches.criteria import CRITERIA, Dates, MemberCriteria, TaskCriteria, kept_as, on

TODAY, LATER = date(2026, 3, 16), date(2026, 3, 20)


@pytest.mark.parametrize(
    ("dates", "kept", "later"),
    [
        ("none", None, None),
        ("fixed", date(2026, 3, 9), date(2026, 3, 9)),
        ("moving", -7, date(2026, 3, 13)),
    ],
)
def test_days_are_kept_as_it_is_wanted(dates: Dates, kept: object, later: date | None) -> None:
    """Features 140 and 141."""
    asked = TaskCriteria(kind="tasks", closed_from=date(2026, 3, 9))
    saved = kept_as(asked, dates, TODAY)
    assert saved.closed_from == kept
    assert on(CRITERIA.validate_python(saved.model_dump(mode="json")), LATER).closed_from == later  # type: ignore[union-attr]


def test_a_distance_becomes_a_day_when_it_is_to_stay() -> None:
    assert kept_as(MemberCriteria(kind="members", birthday_from=0), "fixed", TODAY).birthday_from == TODAY


@pytest.mark.parametrize("day", ["-7", 99_999, True, "2026-02-30", 1.5])
def test_what_is_no_day_is_refused(day: object) -> None:
    with pytest.raises(ValidationError):
        CRITERIA.validate_python({"kind": "tasks", "closed_from": day})


def test_whatever_narrows_the_list_of_members_can_be_kept() -> None:
    assert {each.name for each in fields(MemberFilter)} - {"further"} <= set(MemberCriteria.model_fields)
