"""A page of a list from its query, behind the item that a cursor names: what every list of the API shares."""

from typing import Any, TypeVar

from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute

from cloud.database import UnitOfWork
from cloud.errors import invalid_field
from cloud.kit.paging import CursorError, Key, Page, cut_page, parse_cursor

T = TypeVar("T")


def read_cursor(after: str | None, *kinds: type) -> Key | None:
    """The sort key, made of parts of these types, behind which a page begins; None: at the beginning of the list.

    Raises:
        InvalidError: `after` is no cursor of this list.
    """
    try:
        return None if after is None else parse_cursor(after, *kinds)
    except CursorError as error:
        raise invalid_field("after", "cursor_wrong", "Pass the `next` of the page before.") from error


def page_by_id(
    session: UnitOfWork,
    query: Select[T],
    item_id: InstrumentedAttribute[str],
    *,
    after: str | None,
    limit: int,
    is_newest_first: bool = True,
) -> Page[T]:
    """A page of what the query finds, in the order in which it was made: ids sort like that.

    Raises:
        InvalidError: `after` is no cursor of this list.
    """
    key = read_cursor(after, str)
    if key is not None:
        query = query.where(item_id < key[0] if is_newest_first else item_id > key[0])
    rows = session.scalars(query.order_by(item_id.desc() if is_newest_first else item_id).limit(limit + 1)).all()
    return cut_page(rows, limit, lambda row: (_id_of(row, item_id),))


def _id_of(row: Any, item_id: InstrumentedAttribute[str]) -> str:
    return str(getattr(row, item_id.key))
