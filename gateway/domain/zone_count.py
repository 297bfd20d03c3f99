"""How many people count as being inside one zone: those who are known, and a balance of those whom nobody named."""

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
        self._since: dict[PersonKey, int] = {}
        self._counts_from = 0
        self.tally = tally

    @property
    def occupancy(self) -> int:
        """How many people are inside."""
        return max(0, len(self._since) + self.tally.unnamed)

    @property
    def keys(self) -> Iterable[PersonKey]:
        """The known people inside, in the order of their coming."""
        return self._since.keys()

    def has(self, key: PersonKey) -> bool:
        """Whether this person is inside."""
        return key in self._since

    def enter(self, key: PersonKey, since: int) -> None:
        """Somebody known came in at this moment, unless it is so long ago that it no longer counts."""
        if since >= self._counts_from:
            self._since[key] = since

    def leave(self, key: PersonKey) -> bool:
        """Somebody known is gone; False: they were not inside."""
        is_inside = self._since.pop(key, None) is not None
        self._settle()
        return is_inside

    def count_unnamed(self, change: int, at_s: int) -> None:
        """Somebody came in (1) or left (-1) whom nobody named; out of an empty zone nobody can have come."""
        unnamed = max(self.tally.unnamed + change, -len(self._since))
        self.tally = replace(self.tally, unnamed=unnamed, unnamed_at=at_s)

    def note_staff(self, at_s: int) -> None:
        """One of the staff came in."""
        self.tally = replace(self.tally, staff_at=at_s)

    def forget(self, before_s: int) -> None:
        """Whoever came in before this moment no longer counts."""
        if before_s == self._counts_from:
            return
        self._counts_from = before_s
        self._since = {key: since for key, since in self._since.items() if since >= before_s}
        if self.tally.unnamed_at < before_s:
            self.tally = replace(self.tally, unnamed=0)
        self._settle()

    def forgive(self, key: PersonKey, before_s: int) -> None:
        """This person no longer counts, if they came in before this moment."""
        if self._since.get(key, before_s) < before_s:
            self.leave(key)

    def _settle(self) -> None:
        """More cannot have left unnamed than were inside."""
        if self.tally.unnamed < -len(self._since):
            self.tally = replace(self.tally, unnamed=-len(self._since))
