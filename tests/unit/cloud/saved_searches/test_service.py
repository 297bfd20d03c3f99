"""Who sees, changes and shares which search."""

from datetime import date

import pytest

from cloud.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from cloud.kit.ids import new_id
from cloud.saved_searches import service
from cloud.saved_searches.criteria import MemberCriteria, TaskCriteria
from cloud.saved_searches.service import SearchDetails
from cloud.staff.models import Staff
from cloud.staff.service import SignedIn
from tests.card_rules import RuleClub
from tests.unit.cloud.saved_searches.conftest import person

LEADS = MemberCriteria(kind="members", state="lead")


def hire(club: RuleClub, role: str) -> SignedIn:
    with club.database.transaction() as session:
        somebody = Staff(
            id=new_id("stf"),
            email=f"{role}@club.example",
            name=role,
            password_hash="none",
            locale="en",
            role=role,
            is_active=True,
            created_at=session.now,
        )
        session.add(somebody)
    return person(somebody.id, role)


def keep(club: RuleClub, staff: SignedIn, **details: object) -> str:
    values = {"name": "Leads", "criteria": LEADS} | details
    with club.database.transaction() as session:
        return service.create(session, staff, SearchDetails(**values)).id  # type: ignore[arg-type]


def names_seen(club: RuleClub, staff: SignedIn) -> list[str]:
    with club.database.session() as session:
        return [search.name for search in service.find_page(session, staff, None, after=None, limit=10).items]


def test_somebody_sees_their_own_searches_and_shared_ones(club: RuleClub) -> None:
    anna, bob = person(club.club.actor.id), hire(club, "receptionist")
    keep(club, anna, name="Mine")
    shared = keep(club, anna, name="Ours", is_shared=True)
    assert (names_seen(club, anna), names_seen(club, bob)) == (["Ours", "Mine"], ["Ours"])
    with club.database.transaction() as session, pytest.raises(ForbiddenError):
        service.change(session, bob, shared, {"name": "Mine now"})
    manager = hire(club, "manager")
    with club.database.transaction() as session:
        assert service.change(session, manager, shared, {"name": "Everybody's"}).name == "Everybody's"


def test_a_search_of_somebody_else_is_not_there(club: RuleClub) -> None:
    own = keep(club, person(club.club.actor.id))
    bob = hire(club, "receptionist")
    with club.database.transaction() as session, pytest.raises(NotFoundError):
        service.remove(session, bob, own)


def test_tasks_are_looked_for_only_by_who_may_see_them(club: RuleClub) -> None:
    cashier = person(club.club.actor.id, permissions=frozenset({"members.read"}))
    keep(club, person(club.club.actor.id), name="Closed", criteria=TaskCriteria(kind="tasks"))
    assert names_seen(club, cashier) == []
    with pytest.raises(ForbiddenError):
        keep(club, cashier, criteria=TaskCriteria(kind="tasks"))


@pytest.mark.parametrize("details", [{"dates": "fixed", "is_shared": True}, {"is_shared": False}])
def test_what_is_scheduled_moves_with_the_day_and_is_shared(club: RuleClub, details: dict[str, object]) -> None:
    """Feature 141."""
    with pytest.raises(InvalidError):
        keep(club, person(club.club.actor.id), is_schedulable=True, **details)


def test_what_is_scheduled_is_in_the_hands_of_who_may_begin_tasks_for_many(club: RuleClub) -> None:
    """Feature 141."""
    bob = hire(club, "receptionist")
    with pytest.raises(ForbiddenError):
        keep(club, bob, is_schedulable=True, is_shared=True)
    own = keep(club, bob, name="Bob's", is_shared=True)
    with club.database.transaction() as session:
        service.change(session, person(club.club.actor.id), own, {"is_schedulable": True})
        assert [search.id for search in service.list_schedulable(session)] == [own]
    with club.database.transaction() as session, pytest.raises(ForbiddenError):
        service.change(session, bob, own, {"criteria": MemberCriteria(kind="members")})


def test_a_name_is_used_once_by_each_and_there_are_100_at_most(club: RuleClub, monkeypatch: pytest.MonkeyPatch) -> None:
    anna = person(club.club.actor.id)
    keep(club, anna)
    with pytest.raises(InvalidError):
        keep(club, anna)
    keep(club, hire(club, "receptionist"))
    monkeypatch.setattr(service, "OWN_MAX", 1)
    with pytest.raises(ConflictError):
        keep(club, anna, name="Another")


def test_a_day_that_moves_is_within_ten_years(club: RuleClub) -> None:
    far = TaskCriteria(kind="tasks", closed_from=date(2099, 1, 1))
    with pytest.raises(InvalidError):
        keep(club, person(club.club.actor.id), criteria=far)
    keep(club, person(club.club.actor.id), criteria=far, dates="fixed")


def test_a_search_goes_on_looking_for_the_same_kind_of_thing(club: RuleClub) -> None:
    anna = person(club.club.actor.id)
    own = keep(club, anna)
    with club.database.transaction() as session, pytest.raises(InvalidError):
        service.change(session, anna, own, {"criteria": TaskCriteria(kind="tasks")})
