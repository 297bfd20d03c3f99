"""Two people are linked: each sees what the other is, and who pays; a merge and an erasure leave nothing crooked."""

import pytest
from sqlalchemy import select

from cloud.errors import ConflictError, InvalidError, NotFoundError
from cloud.family import service
from cloud.family.models import FamilyLink
from cloud.family.policy import KINDS, RELATIVES_MAX, other_side
from cloud.members import service as members
from cloud.members.service import MemberDetails
from cloud.merging import duplicates
from cloud.merging.service import merge
from cloud.personal_data.service import erase, gather
from tests.club import Club


def people(club: Club, *names: str) -> list[str]:
    """Members who share a telephone."""
    with club.database.transaction() as session:
        all_details = [MemberDetails(site_id=club.site_id, first_name=name, phone="+393331234567") for name in names]
        return [members.create(session, club.actor, details).id for details in all_details]


def test_each_side_sees_what_the_other_is_and_who_pays(club: Club) -> None:
    child, mother = people(club, "Anna", "Maria")
    with club.database.transaction() as session:
        service.link(session, club.actor, child, mother, "parent", payer_id=mother)
    with club.database.session() as session:
        (of_child,), (of_mother,) = (service.list_relatives(session, each) for each in (child, mother))
        assert (of_child.person.first_name, of_child.link.kind, of_child.pays) == ("Maria", "parent", True)
        assert (of_mother.person.first_name, of_mother.link.kind, of_mother.is_paid_for) == ("Anna", "child", True)


def test_the_other_side_of_the_other_side_is_the_first() -> None:
    assert all(other_side(other_side(kind)) == kind for kind in KINDS)


def test_a_link_is_changed_and_taken_away_on_both_sides(club: Club) -> None:
    one, other = people(club, "Anna", "Maria")
    with club.database.transaction() as session:
        service.link(session, club.actor, one, other, "partner", payer_id=one)
        service.link(session, club.actor, other, one, "guardian")
        rows = session.scalars(select(FamilyLink)).all()
        assert {(row.member_id, row.kind, row.payer_id) for row in rows} == {
            (other, "guardian", None),
            (one, "ward", None),
        }
        service.unlink(session, club.actor, one, other)
        assert session.scalars(select(FamilyLink)).all() == []
        with pytest.raises(NotFoundError):
            service.unlink(session, club.actor, one, other)


def test_nobody_is_their_own_relative_nor_paid_for_by_a_third(club: Club) -> None:
    one, other, third = people(club, "Anna", "Maria", "Ivan")
    with club.database.transaction() as session:
        for relative, payer in ((one, None), ("mem_unknown", None), (other, third)):
            with pytest.raises(InvalidError):
                service.link(session, club.actor, one, relative, "partner", payer_id=payer)


def test_a_family_has_its_bound(club: Club) -> None:
    one, *others = people(club, "Anna", *(f"Child {number}" for number in range(RELATIVES_MAX + 1)))
    with club.database.transaction() as session:
        for other in others[:-1]:
            service.link(session, club.actor, one, other, "child")
        with pytest.raises(ConflictError):
            service.link(session, club.actor, others[-1], one, "parent")
        service.link(session, club.actor, one, others[0], "ward")


def test_who_was_there_twice_keeps_the_relatives_of_both_entries(club: Club) -> None:
    kept, old, child, partner = people(club, "Anna", "Ana", "Child", "Partner")
    with club.database.transaction() as session:
        service.link(session, club.actor, kept, child, "child")
        service.link(session, club.actor, old, child, "ward", payer_id=old)
        service.link(session, club.actor, old, partner, "partner", payer_id=old)
        service.link(session, club.actor, kept, old, "other")
    with club.database.transaction() as session:
        merge(session, club.actor, kept, old)
    with club.database.session() as session:
        rows = {(row.member_id, row.relative_id): row for row in session.scalars(select(FamilyLink))}
        assert set(rows) == {(kept, child), (child, kept), (kept, partner), (partner, kept)}
        assert (rows[kept, child].kind, rows[child, kept].kind) == ("child", "parent")
        assert rows[kept, partner].payer_id == rows[partner, kept].payer_id == kept


def test_an_erased_person_is_nobodys_relative(club: Club) -> None:
    one, other = people(club, "Anna", "Maria")
    with club.database.transaction() as session:
        service.link(session, club.actor, one, other, "partner")
    with club.database.transaction() as session:
        assert len(gather(session, other)["family_link"]) == 2
        erase(session, club.actor, other, typed_name="Maria")
        assert service.list_relatives(session, one) == []


def test_a_family_that_shares_a_telephone_is_told_from_duplicates(club: Club) -> None:
    one, other = people(club, "Anna", "Maria")
    with club.database.transaction() as session:
        assert [group.is_family for group in duplicates.find(session)] == [False]
        service.link(session, club.actor, one, other, "child")
        assert [group.is_family for group in duplicates.find(session)] == [True]
    (third,) = people(club, "Ivan")
    with club.database.session() as session:
        assert [group.is_family for group in duplicates.find(session)] == [False], third
