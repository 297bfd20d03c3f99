"""Comments about a person."""

import pytest

from cloud.comments import service
from cloud.errors import NotFoundError
from tests.club import Club


def test_every_comment_stays_with_who_said_it_the_newest_first(club: Club) -> None:
    """Feature 163."""
    with club.database.transaction() as session:
        member_id = club.add_member(session)
        for text in ("Called, no answer.", "Would like mornings."):
            service.add(session, club.actor, member_id, text)
        found = service.find_page(session, member_id, after=None, limit=10).items
    assert [(comment.text, comment.written_by) for comment in found] == [
        ("Would like mornings.", club.actor.id),
        ("Called, no answer.", club.actor.id),
    ]


def test_nothing_is_said_about_nobody(club: Club) -> None:
    with club.database.transaction() as session, pytest.raises(NotFoundError):
        service.add(session, club.actor, "mem_nobody", "Hello")
