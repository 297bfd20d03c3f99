"""Who hears what on the event stream."""

import pytest

from cloud.console.hearing import hearing_of
from cloud.staff.policy import ROLES, Rights


@pytest.mark.parametrize(
    ("role", "hears"),
    [
        ("cashier", set()),
        ("installer", {"gateway", "flag"}),
        ("trainer", {"access", "presence", "alarm", "task", "gateway", "flag"}),
        ("owner", {"access", "presence", "alarm", "task", "gateway", "flag"}),
    ],
)
def test_a_role_hears_of_what_its_pages_show(role: str, hears: set[str]) -> None:
    assert hearing_of(Rights(ROLES[role])).kinds == hears


def test_of_gates_only_those_hear_the_name_who_see_gates() -> None:
    assert "gateway" in hearing_of(Rights(frozenset({"gateways.read"}))).named
    assert "gateway" not in hearing_of(Rights(frozenset({"tasks.read"}))).named


def test_who_sees_some_sites_hears_that_something_changed_and_not_what() -> None:
    hearing = hearing_of(Rights(frozenset(), {"sit_1": frozenset({"tasks.read", "access.read"})}))
    assert hearing.kinds == {"access", "presence", "alarm", "task", "gateway", "flag"}
    assert hearing.named == frozenset()
