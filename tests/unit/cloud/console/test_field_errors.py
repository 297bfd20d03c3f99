"""What a form says beside a field that cannot be accepted."""

import pytest
from pydantic import BaseModel, ValidationError

from cloud.access_rules.schemas import SpecialDayIn, ZoneIn
from cloud.console.field_errors import explain
from cloud.console.words import words_of
from cloud.errors import ConflictError, InUseError, invalid_field

ENGLISH = words_of("en")
ZONE = {"name": "Spa", "passback": "off"}
DAY = {"day": "2026-12-25", "kind": "holiday", "name": "Christmas"}


@pytest.mark.parametrize(
    ("model", "fields", "said"),
    [
        (ZoneIn, ZONE | {"name": " "}, {"name": "Fill this in."}),
        (ZoneIn, ZONE | {"name": "a" * 121}, {"name": "This is too long."}),
        (ZoneIn, ZONE | {"name": "a" * 2000}, {"name": "This is too long."}),
        (ZoneIn, ZONE | {"passback": "maybe"}, {"passback": "Choose one of the list."}),
        (ZoneIn, ZONE | {"occupancy_limit": "many"}, {"occupancy_limit": "Use a whole number."}),
        (ZoneIn, ZONE | {"occupancy_limit": "0"}, {"occupancy_limit": "At least 1."}),
        (ZoneIn, ZONE | {"occupancy_limit": "100001"}, {"occupancy_limit": "At most 100,000."}),
        (ZoneIn, ZONE | {"name": "a\x00b"}, {"name": "This cannot be accepted."}),
        (SpecialDayIn, DAY | {"day": ""}, {"day": "Choose a day."}),
        (SpecialDayIn, DAY | {"day": "2026-02-30"}, {"day": "Choose a day."}),
        (SpecialDayIn, DAY | {"day": "1066-10-14"}, {"day": "This cannot be accepted."}),
        (SpecialDayIn, DAY | {"kind": "k" * 25}, {"kind": "This is too long."}),
    ],
)
def test_a_field_is_told_what_is_wrong(model: type[BaseModel], fields: dict[str, str], said: dict[str, str]) -> None:
    with pytest.raises(ValidationError) as refused:
        model.model_validate(fields)
    assert explain(refused.value, ENGLISH) == said


def test_a_refusal_of_the_service_is_said_beside_the_forms_own_field() -> None:
    error = invalid_field("weekly.0", "overlapping", "The times of a day may not overlap.")
    assert explain(error, ENGLISH, {"weekly.0": "day_0"}) == {"day_0": "These times overlap."}


def test_conflicts_concern_the_whole_form() -> None:
    used = InUseError("zone", ["Lane 1", "All"])
    assert explain(used, words_of("it")) == {"form": "È ancora usato da: Lane 1, All. Prima modifichi questi."}
    full = ConflictError("too_many", "64")
    assert explain(full, ENGLISH) == {"form": "There are as many as there may be. Delete some first."}


def test_what_is_no_refusal_is_a_bug() -> None:
    with pytest.raises(TypeError):
        explain(OSError(), ENGLISH)
