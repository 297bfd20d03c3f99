"""Keys of programs: shown once, narrowed by scopes and by the rights of whoever made them, and gone when told so."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from cloud.errors import ForbiddenError, InvalidError
from cloud.staff import api_keys
from cloud.staff.models import ApiKey, Staff
from cloud.staff.service import SignedIn
from tests.club import Club
from tests.unit.cloud.staff.test_roles import hire, signed_in


@pytest.fixture
def manager(club: Club) -> SignedIn:
    return signed_in(club, hire(club, "manager"))


def make(club: Club, who: SignedIn, *scopes: str, days: int = 30) -> tuple[str, str]:
    with club.database.transaction() as session:
        key, text = api_keys.create(session, who, "Till", scopes or ("dues.read", "dues.write"), days=days)
        return key.id, text


def holder(club: Club, text: str) -> SignedIn | None:
    return api_keys.find_holder(club.database, text, "req")


def test_a_key_acts_for_its_maker_within_its_scopes(club: Club, manager: SignedIn) -> None:
    key_id, text = make(club, manager)
    found = holder(club, text)
    assert found is not None
    assert found.permissions == {"dues.read", "dues.write"}
    assert found.actor.id == manager.staff_id
    assert found.actor.request_id == f"req/{key_id}"
    with club.database.session() as session:
        key = session.get_one(ApiKey, key_id)
        assert key.last_used_at is not None
        assert text not in repr([getattr(key, column.key) for column in ApiKey.__table__.columns])
        assert text.startswith(key.hint)


def test_a_key_may_never_more_than_its_maker(club: Club, manager: SignedIn) -> None:
    with pytest.raises(ForbiddenError):
        make(club, manager, "gateways.enrol")
    _, text = make(club, manager, "plans.write", "members.read")
    with club.database.transaction() as session:
        session.execute(update(Staff).where(Staff.id == manager.staff_id).values(role="trainer"))
    found = holder(club, text)
    assert found is not None
    assert found.permissions == {"members.read"}
    with club.database.transaction() as session:
        session.execute(update(Staff).where(Staff.id == manager.staff_id).values(is_active=False))
    assert holder(club, text) is None


def test_a_key_ends_by_time_and_when_it_is_revoked(club: Club, manager: SignedIn) -> None:
    key_id, text = make(club, manager)
    with club.database.transaction() as session:
        api_keys.revoke(session, manager, key_id)
        api_keys.revoke(session, manager, key_id)
    assert holder(club, text) is None
    other_id, other = make(club, manager, days=1)
    with club.database.transaction() as session:
        past = session.now - timedelta(seconds=1)
        session.execute(update(ApiKey).where(ApiKey.id == other_id).values(expires_at=past))
    assert holder(club, other) is None
    assert holder(club, "tornello_guess\udcff") is None


def test_a_use_is_noted_once_a_minute_at_most(club: Club, manager: SignedIn) -> None:
    key_id, text = make(club, manager)
    holder(club, text)
    with club.database.session() as session:
        first = session.scalars(select(ApiKey.last_used_at).where(ApiKey.id == key_id)).one()
    holder(club, text)
    with club.database.session() as session:
        assert session.scalars(select(ApiKey.last_used_at).where(ApiKey.id == key_id)).one() == first


@pytest.mark.parametrize(
    ("name", "days", "scopes"),
    [("", 1, ["dues.read"]), ("a", 0, ["dues.read"]), ("a", 731, ["dues.read"]), ("a", 1, [])],
)
def test_a_key_needs_a_name_an_end_and_a_scope(
    club: Club, manager: SignedIn, name: str, days: int, scopes: list[str]
) -> None:
    with club.database.transaction() as session, pytest.raises(InvalidError):
        api_keys.create(session, manager, name, scopes, days=days)
