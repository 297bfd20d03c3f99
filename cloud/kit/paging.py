"""Keyset paging: a cursor is the sort key of the last item, as opaque text. No page ever skips or repeats an item."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

PAGE_SIZE_DEFAULT: Final = 50
PAGE_SIZE_MAX: Final = 200

T = TypeVar("T")
Key = tuple[str | int, ...]


class CursorError(Exception):
    """The text is not a cursor of this list."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A page of a list; `next` is the cursor to pass as `after` for what follows, null at the end."""

    items: Sequence[T]
    next: str | None


def encode_cursor(key: Key) -> str:
    """The cursor that stands for an item's sort key."""
    return base64.urlsafe_b64encode(json.dumps(key, separators=(",", ":")).encode()).decode().rstrip("=")


def parse_cursor(cursor: str, *kinds: type) -> Key:
    """The sort key in a cursor; `kinds` are the types that its parts must have.

    Raises:
        CursorError: it is something else.
    """
    try:
        key = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError) as error:
        raise CursorError("not a cursor") from error
    if not isinstance(key, list) or [type(part) for part in key] != list(kinds):
        raise CursorError("a cursor of another list")
    for part in key:
        _check_part(part)
    return tuple(key)


def cut_page(rows: Sequence[T], limit: int, key_of: Callable[[T], Key]) -> Page[T]:
    """A page from `limit + 1` rows that were asked for: the one too many says that there is more."""
    has_more = len(rows) > limit
    items = rows[:limit]
    return Page(items, encode_cursor(key_of(items[-1])) if has_more else None)


def _check_part(part: str | int) -> None:
    if isinstance(part, int):
        if not -(2**63) <= part < 2**63:
            raise CursorError("a number out of range")
    elif not part.isprintable():
        raise CursorError("a text with unprintable characters")
