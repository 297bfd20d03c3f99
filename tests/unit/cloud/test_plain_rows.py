from sqlalchemy import select
from starlette.datastructures import State

from cloud import site_scope  # noqa: F401 - narrows by being there
from cloud.members.models import Member
from cloud.plain_rows import VISIBLE_SITES, plain_rows
from cloud.staff.site_rights import VisibleSites
from tests.club import Club

NAMES = select(Member.first_name).order_by(Member.first_name)


def test_rows_tell_what_the_same_unit_of_work_has_changed(club: Club) -> None:
    with club.database.transaction() as session:
        member_id = club.add_member(session, "Anna")
        session.get_one(Member, member_id).first_name = "Carla"
        assert [row.first_name for row in plain_rows(session, NAMES)] == ["Carla"]


def test_who_may_see_no_site_is_told_of_nobody(club: Club) -> None:
    with club.database.transaction() as session:
        club.add_member(session, "Anna")
    for shown, expected in ((frozenset({club.site_id}), ["Anna"]), (frozenset(), [])):
        with club.database.session() as session:
            session.info[VISIBLE_SITES] = State({VISIBLE_SITES: VisibleSites(shown, is_only=True)})
            assert [row.first_name for row in plain_rows(session, NAMES)] == expected
