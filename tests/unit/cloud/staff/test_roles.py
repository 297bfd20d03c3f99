"""Roles that a club edits, and who may manage whom."""

from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from cloud.audit.service import Actor
from cloud.errors import ConflictError, ForbiddenError, InUseError, InvalidError, NotFoundError
from cloud.kit.ids import new_id
from cloud.staff import employment, roles, service
from cloud.staff.models import Role, Staff, StaffSession
from cloud.staff.policy import Rights, permissions_of
from cloud.staff.service import SignedIn, StaffDetails
from tests.club import Club

PASSWORD = "correct horse battery"
SYSTEM = Actor("system", "test")


def hire(club: Club, role: str) -> str:
    with club.database.transaction() as session:
        person = Staff(
            id=new_id("stf"),
            email=f"{role}@club.test",
            name=role,
            password_hash="none",
            locale="en",
            role=role,
            is_active=True,
            created_at=session.now,
        )
        session.add(person)
        return person.id


def signed_in(club: Club, staff_id: str) -> SignedIn:
    with club.database.transaction() as session:
        person = employment.get(session, staff_id)
        return service.open_session(session, person, f"token of {staff_id} {new_id('ses')}", "")


@pytest.fixture
def owner(club: Club) -> SignedIn:
    return signed_in(club, hire(club, "owner"))


def test_an_edited_role_holds_at_the_next_request(club: Club, owner: SignedIn) -> None:
    trainer = hire(club, "trainer")
    assert not signed_in(club, trainer).may("flags.write")
    with club.database.transaction() as session:
        roles.change(session, owner.actor, "trainer", ["members.read", "flags.write"], granted_by=owner.rights)
    assert signed_in(club, trainer).rights == Rights(frozenset({"members.read", "flags.write"}))
    with club.database.transaction() as session:
        roles.reset(session, owner.actor, "trainer")
    assert signed_in(club, trainer).rights.everywhere == permissions_of("trainer")


def test_a_permission_that_came_after_the_edit_is_as_delivered(club: Club, owner: SignedIn) -> None:
    administrator, trainer = hire(club, "administrator"), hire(club, "trainer")
    with club.database.transaction() as session:
        own = roles.create(session, owner.actor, "Night porter", ["access.read"]).key
        for key in ("administrator", "trainer"):
            roles.change(session, owner.actor, key, ["members.read"])
        for role in session.scalars(select(Role)):
            role.known_permissions = [each for each in role.known_permissions if each != "bookings.online"]
        assert roles.get(session, own).permissions == {"access.read"}
    assert signed_in(club, administrator).rights == Rights(frozenset({"members.read", "bookings.online"}))
    assert signed_in(club, trainer).rights == Rights(frozenset({"members.read"}))
    with club.database.transaction() as session:
        roles.change(session, owner.actor, "administrator", ["members.read"])
    assert signed_in(club, administrator).rights == Rights(frozenset({"members.read"}))


def test_the_owners_role_cannot_be_edited(club: Club, owner: SignedIn) -> None:
    with club.database.transaction() as session, pytest.raises(ConflictError) as caught:
        roles.change(session, owner.actor, "owner", [])
    assert caught.value.code == "owner_role_fixed"


def test_a_role_of_the_clubs_own_is_deleted_only_when_nobody_has_it(club: Club, owner: SignedIn) -> None:
    with club.database.transaction() as session:
        made = roles.create(session, owner.actor, "Night porter", ["access.read"], granted_by=owner.rights)
    porter = hire(club, made.key)
    assert signed_in(club, porter).may("access.read")
    with club.database.transaction() as session:
        with pytest.raises(InUseError):
            roles.reset(session, owner.actor, made.key)
        employment.change_roles(session, owner, porter, "trainer")
        roles.reset(session, owner.actor, made.key)
        with pytest.raises(NotFoundError):
            roles.get(session, made.key)
        with pytest.raises(InvalidError):
            roles.change(session, owner.actor, "trainer", ["members.fly"])


def test_the_last_owner_keeps_role_and_place(club: Club, owner: SignedIn) -> None:
    with club.database.transaction() as session:
        with pytest.raises(ConflictError, match="owner"):
            employment.change_roles(session, owner, owner.staff_id, "manager")
        with pytest.raises(ConflictError, match="owner"):
            employment.set_active(session, owner, owner.staff_id, is_active=False)
        with pytest.raises(ConflictError):
            employment.change_roles(session, owner, owner.staff_id, "owner", {club.site_id: "trainer"})
    second = hire(club, "manager")
    with club.database.transaction() as session:
        employment.change_roles(session, owner, second, "owner")
        employment.change_roles(session, owner, owner.staff_id, "manager")
    assert signed_in(club, owner.staff_id).role == "manager"


def test_nobody_manages_whoever_may_do_more(club: Club, owner: SignedIn) -> None:
    manager = hire(club, "manager")
    with club.database.transaction() as session:
        granted = [*permissions_of("manager"), "staff.write", "roles.write"]
        roles.change(session, owner.actor, "manager", granted)
    boss, trainer = signed_in(club, manager), hire(club, "trainer")
    administrator = signed_in(club, hire(club, "administrator"))
    with club.database.transaction() as session:
        employment.change_roles(session, boss, trainer, "receptionist")
        attempts: tuple[Callable[[], object], ...] = (
            lambda: employment.change_roles(session, boss, trainer, "administrator"),
            lambda: employment.change_roles(session, boss, manager, "owner"),
            lambda: employment.set_password(session, boss, owner.staff_id, PASSWORD),
            lambda: employment.set_active(session, administrator, owner.staff_id, is_active=False),
            lambda: employment.change_roles(session, administrator, administrator.staff_id, "owner"),
            lambda: roles.change(session, boss.actor, "trainer", ["gateways.enrol"], granted_by=boss.rights),
        )
        for beyond in attempts:
            with pytest.raises(ForbiddenError):
                beyond()
        roles.change(session, owner.actor, "installer", [])
        with pytest.raises(ForbiddenError):
            roles.reset(session, boss.actor, "installer", granted_by=Rights())


def test_a_role_at_a_site_takes_the_place_of_the_role_everywhere(club: Club, owner: SignedIn) -> None:
    staff_id = hire(club, "receptionist")
    with club.database.transaction() as session:
        employment.change_roles(session, owner, staff_id, "receptionist", {club.site_id: "manager"})
    found = signed_in(club, staff_id)
    assert "plans.write" in found.rights.at(club.site_id)
    assert "plans.write" not in found.rights.at("sit_another")
    assert not found.may("plans.write")  # not about something of no site
    assert found.may("flags.write")


def test_who_leaves_or_gets_a_new_password_is_signed_out_everywhere(club: Club, owner: SignedIn) -> None:
    staff_id = hire(club, "receptionist")
    signed_in(club, staff_id)
    with club.database.transaction() as session:
        assert len(employment.list_sessions(session, staff_id)) == 1
        employment.set_password(session, owner, staff_id, PASSWORD)
        assert employment.list_sessions(session, staff_id) == []
    signed_in(club, staff_id)
    with club.database.transaction() as session:
        employment.set_active(session, owner, staff_id, is_active=False)
        assert employment.list_sessions(session, staff_id) == []
        session.execute(update(Staff).where(Staff.id == staff_id).values(is_active=True))


def test_a_session_is_revoked_by_who_has_it_or_manages_them(club: Club, owner: SignedIn) -> None:
    mine = signed_in(club, hire(club, "receptionist"))
    stranger = signed_in(club, hire(club, "trainer"))
    other = signed_in(club, mine.staff_id)
    with club.database.transaction() as session:
        with pytest.raises(NotFoundError):
            employment.end_session(session, stranger, mine.session_id)
        employment.end_other_sessions(session, mine)
        session.expire_all()
        assert [each.id for each in employment.list_sessions(session, mine.staff_id)] == [mine.session_id]
        employment.end_session(session, owner, mine.session_id)
        assert session.get_one(StaffSession, mine.session_id).ended_at is not None
        assert other.session_id != mine.session_id


def test_hiring_takes_no_role_beyond_ones_own(club: Club, owner: SignedIn) -> None:
    details = StaffDetails(email="b@club.test", name="B", role="administrator")
    with club.database.transaction() as session:
        with pytest.raises(ForbiddenError):
            employment.hire(session, signed_in_manager(club, session), details, password=PASSWORD)
        assert employment.hire(session, owner, details, password=PASSWORD).role == "administrator"


def signed_in_manager(club: Club, session: object) -> SignedIn:
    return SignedIn(
        staff_id="stf_m",
        session_id="ses_m",
        name="M",
        email="m@club.test",
        locale="en",
        role="manager",
        csrf_token="",
        expires_at=club.database.clock(),
        rights=Rights(permissions_of("manager")),
    )
