"""How many people count as being inside one zone: those who are known, and a balance of those whom nobody named.

Who no longer counts is only left out, never lost: a clock that is put forward and back again makes nobody disappear.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

PersonKey = tuple[str, int]
"""A member's id and 0, or the number of a guest of theirs."""


@dataclass(frozen=True, slots=True)
class ZoneTally:
    """What a zone keeps besides the people known to be in it; times are UTC seconds.

    `unnamed` is how many came in that no credential named, less those who left so. It is below zero when people left
    unnamed who had come in with a credential. `unnamed_at` is when it last changed, `staff_at` when staff last came in.
    """

    zone_id: str
    unnamed: int = 0
    unnamed_at: int = 0
    staff_at: int | None = None


class ZoneCount:
    """The people inside one zone; never fewer than none."""

    def __init__(self, tally: ZoneTally) -> None:
        self._people: dict[PersonKey, int] = {}
        """Everybody who went here last, and when."""
        self._counted: dict[PersonKey, int] = {}
        """Those of them who came in since `_counts_from`."""
        self._counts_from = 0
        self.tally = tally

    @property
    def occupancy(self) -> int:
        """How many people are inside."""
        return len(self._counted) + self.unnamed

    @property
    def unnamed(self) -> int:
        """The balance that counts: more cannot have left unnamed than were inside."""
        return max(self.tally.unnamed, -len(self._counted)) if self._is_tally_counted else 0

    @property
    def keys(self) -> Iterable[PersonKey]:
        """The known people inside, in the order of their coming."""
        return self._counted.keys()

    @property
    def last_seen_here(self) -> Iterable[PersonKey]:
        """Everybody who went here last, whether they still count or not."""
        return self._people.keys()

    def has(self, key: PersonKey) -> bool:
        """Whether this person is inside."""
        return key in self._counted

    def enter(self, key: PersonKey, since: int) -> None:
        """Somebody known came in at this moment; they do not count if it is too long ago."""
        self._people[key] = since
        if since >= self._counts_from:
            self._counted[key] = since

    def leave(self, key: PersonKey) -> None:
        """Somebody known is gone, if they were here."""
        self._people.pop(key, None)
        self._counted.pop(key, None)
        fewest = -len(self._counted if self._is_tally_counted else self._people)
        if self.tally.unnamed < fewest:
            self.tally = replace(self.tally, unnamed=fewest)

    def count_unnamed(self, change: int, at_s: int) -> None:
        """Somebody came in (1) or left (-1) whom nobody named; out of an empty zone nobody can have come."""
        unnamed = max(self.unnamed + change, -len(self._counted))
        self.tally = replace(self.tally, unnamed=unnamed, unnamed_at=at_s)

    def note_staff(self, at_s: int) -> None:
        """One of the staff came in."""
        self.tally = replace(self.tally, staff_at=at_s)

    def count_from(self, moment_s: int) -> None:
        """Whoever came in before this moment does not count; an earlier one than the last lets them count again."""
        if moment_s != self._counts_from:
            self._counts_from = moment_s
            self._counted = {key: since for key, since in self._people.items() if since >= moment_s}

    def forgive(self, key: PersonKey, before_s: int) -> None:
        """This person no longer counts, if they came in before this moment."""
        if self._people.get(key, before_s) < before_s:
            self.leave(key)

    def copy(self) -> "ZoneCount":
        """The same people and balance, to be changed apart."""
        copied = ZoneCount(self.tally)
        copied._people, copied._counted = dict(self._people), dict(self._counted)
        copied._counts_from = self._counts_from
        return copied

    @property
    def _is_tally_counted(self) -> bool:
        return self.tally.unnamed_at >= self._counts_from
