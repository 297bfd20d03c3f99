import pytest

from cloud.errors import InvalidError, NotFoundError
from cloud.members import service
from cloud.members.service import MemberDetails
from tests.club import Club


def test_a_change_that_changes_nothing_leaves_no_trace(club: Club) -> None:
    with club.database.transaction() as session:
        member = service.create(
            session, club.actor, MemberDetails(site_id=club.site_id, first_name="Anna", last_name="Rossi")
        )
        changed_at = member.changed_at
    with club.database.transaction() as session:
        same = service.change(session, club.actor, member.id, {"first_name": "Anna"})
        assert same.changed_at == changed_at
        assert service.change(session, club.actor, member.id, {}).changed_at == changed_at


def test_a_changed_name_is_found_and_the_old_one_no_more(club: Club) -> None:
    with club.database.transaction() as session:
        member_id = club.add_member(session, "Anna", card=4321)
        service.change(session, club.actor, member_id, {"first_name": "Бэлла", "phone": "+39 02 1234567"})
    with club.database.session() as session:
        found = {query: service.count_found(session, query) for query in ("anna", "белла", "бэлл", "1234567", "4321")}
        assert found == {"anna": 0, "белла": 0, "бэлл": 1, "1234567": 1, "4321": 1}
        assert service.names_of(session, [member_id, "mem_none"]) == {member_id: "Бэлла"}
        assert [member.id for member in service.list_by_ids(session, [member_id, "mem_none"])] == [member_id]


def test_members_belong_to_a_site_that_exists(club: Club) -> None:
    with club.database.transaction() as session, pytest.raises(NotFoundError) as caught:
        service.create(session, club.actor, MemberDetails(site_id="sit_none", first_name="Anna"))
    assert caught.value.code == "site_not_found"


def test_a_cursor_of_another_list_is_refused(club: Club) -> None:
    with club.database.session() as session, pytest.raises(InvalidError):
        service.search(session, "", after="WzFd", limit=10)
