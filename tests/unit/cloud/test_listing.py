"""Pages of lists: nothing is skipped or repeated, and a foreign cursor is refused in words."""

import pytest

from cloud.bookings import service
from cloud.errors import CloudError
from cloud.kit.paging import encode_cursor
from cloud.listing import read_cursor
from tests.club import Club


def test_the_pages_of_a_list_hold_everything_once_in_its_order(club: Club) -> None:
    with club.database.transaction() as session:
        member_id = club.add_member(session)
        made = [club.book(session, member_id, session.now, title=f"Yoga {number}") for number in range(5)]
        found: list[str] = []
        cursor: str | None = None
        while len(found) < 5:
            page = service.find_page(session, member_id, after=cursor, limit=2)
            found += [booking.id for booking in page.items]
            cursor = page.next
    assert found == sorted(made, reverse=True)
    assert cursor is None


@pytest.mark.parametrize("cursor", ["", "nonsense", encode_cursor((7,)), encode_cursor(("a", "b"))])
def test_a_cursor_of_another_list_is_refused_in_words(cursor: str) -> None:
    with pytest.raises(CloudError) as refused:
        read_cursor(cursor, str)
    assert "after" in repr(vars(refused.value))


def test_without_a_cursor_a_list_begins_at_its_beginning() -> None:
    assert read_cursor(None, str) is None
