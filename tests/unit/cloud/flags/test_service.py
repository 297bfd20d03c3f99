from datetime import UTC, datetime

import pytest

from cloud.audit.service import Actor
from cloud.errors import ConflictError, InvalidError, NotFoundError
from cloud.flags import service
from cloud.flags.service import FlagDetails
from tests.club import Club


def test_a_flag_stands_until_it_is_cleared(club: Club) -> None:
    with club.database.transaction() as session:
        member_id, other_id = club.add_member(session), club.add_member(session)
        first, second = club.block(session, member_id), club.block(session, member_id)
        club.block(session, other_id)
        cleared = service.clear_flag(session, club.actor, first)
        assert (cleared.cleared_by, cleared.cleared_at) == (club.actor.id, session.now)
    with club.database.session() as session:
        assert [flag.id for flag in service.list_standing(session, [member_id])] == [second]
        everything = service.find_page(session, member_id, after=None, limit=10).items
        assert {flag.id for flag in everything} == {first, second}


def test_a_flag_that_ends_before_it_starts_is_refused(club: Club) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    with club.database.transaction() as session:
        member_id = club.add_member(session)
        with pytest.raises(InvalidError):
            service.raise_flag(session, club.actor, member_id, FlagDetails(effect="message", starts_at=at, ends_at=at))


def test_what_is_not_there_cannot_be_flagged_or_cleared(club: Club) -> None:
    with club.database.transaction() as session:
        with pytest.raises(NotFoundError):
            club.block(session, "mem_none")
        with pytest.raises(NotFoundError):
            club.clear(session, "flg_none")
        flag_id = club.block(session, club.add_member(session))
        club.clear(session, flag_id)
        with pytest.raises(ConflictError):
            club.clear(session, flag_id)


def test_only_staff_raise_flags(club: Club) -> None:
    with club.database.transaction() as session:
        member_id = club.add_member(session)
        with pytest.raises(AssertionError, match="staff"):
            service.raise_flag(session, Actor("gateway", "gwy_1"), member_id, FlagDetails(effect="block"))
