"""The passages of all gateways of a site in the order in which they happened, whatever the order of their arrival.

The presence is what follows from them. One that arrives late is put in its place: the presence goes back to a copy from
before, and everything since is observed again. So gateways that have heard the same passages know the same people
inside. Of one gateway the later entry of its journal is the later passage, whatever its clock said; between gateways
the time decides. Pure, in memory; O(1) unless something is late, and bounded by `spacing * copies_max` passages then.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from access_policy.zone import Direction
from gateway.domain.presence import Moves, Passage, Person, Presence, PresenceCopy
from gateway.domain.zone_count import PersonKey

OWN: Final = ""
"""How the ledger calls the gateway that keeps it."""
SPACING: Final = 256
COPIES_MAX: Final = 8


@dataclass(frozen=True, slots=True)
class UnnamedPassage:
    """Somebody whom no credential named went through a lane; `at_s` is in UTC seconds."""

    lane_id: str
    direction: Direction
    at_s: int


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """A passage, and the gateway that has seen it; `at_ms` is UTC, `seq` its number in that gateway's journal.

    Entries of different gateways stand in `order`, the same at each of them: a lane has one gateway. It is made once,
    for late entries are compared with thousands of others.
    """

    gateway_id: str
    seq: int
    at_ms: int
    passage: Passage | UnnamedPassage
    order: tuple[int, str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "order", (self.at_ms, self.passage.lane_id, self.seq))


@dataclass(slots=True)
class _Page:
    """The presence before the first of these entries, and the entries."""

    before: PresenceCopy
    entries: list[LedgerEntry]


class PassageLedger:
    """Keeps the newest passages; what `presence` knows at the beginning is older than all of them.

    The presence is copied every `spacing` passages, and `copies_max` copies are kept. What arrives later than that
    moves only members who were not seen since.
    """

    def __init__(self, presence: Presence, *, spacing: int = SPACING, copies_max: int = COPIES_MAX) -> None:
        self.presence = presence
        self._spacing = spacing
        self._copies_max = copies_max
        self.begin_again()

    def begin_again(self) -> None:
        """Take the presence as it is for the beginning."""
        self._begins_at_ms = self.presence.newest_move_s * 1000
        self._pages = [_Page(self.presence.copy(), [])]

    def add(self, entries: Iterable[LedgerEntry]) -> Moves:
        """Put passages in their places, those of one gateway in the order of its journal; what changed by that."""
        late: list[LedgerEntry] = []
        moves: list[Moves] = []
        for entry in entries:
            if not late and self._is_newest(entry):
                moves.append(self._append(entry))
            else:
                late.append(entry)
        if late:
            told = self.presence.copy()
            moves.append(self.presence.changes_since(told, self._insert(late)))
        return _joined(moves)

    def _is_newest(self, entry: LedgerEntry) -> bool:
        last = next((page.entries[-1] for page in reversed(self._pages) if page.entries), None)
        if last is None:
            return entry.gateway_id == OWN or entry.at_ms >= self._begins_at_ms
        return last.gateway_id == entry.gateway_id or last.order < entry.order

    def _append(self, entry: LedgerEntry) -> Moves:
        if len(self._pages[-1].entries) >= self._spacing:
            self._pages.append(_Page(self.presence.copy(), []))
            if len(self._pages) > self._copies_max:
                oldest = self._pages.pop(0)
                self._begins_at_ms = max(self._begins_at_ms, *(one.at_ms for one in oldest.entries))
        self._pages[-1].entries.append(entry)
        passage = entry.passage
        if isinstance(passage, Passage):
            return self.presence.observe(passage)
        return self.presence.observe_unnamed(passage.lane_id, passage.direction, passage.at_s)

    def _insert(self, late: list[LedgerEntry]) -> set[str]:
        """Go back to before the earliest of them, and observe everything from there on again; whom that concerns."""
        first = self._page_before(late)
        before = self._pages[first].before
        entries = [entry for page in self._pages[first:] for entry in page.entries]
        for entry in late:
            place = len(entries)
            while place and _is_behind(entries[place - 1], entry):
                place -= 1
            entries.insert(place, entry)
        self.presence.go_back(before)
        self._pages[first:] = [_Page(before, [])]
        concerned = {entry.passage.member_id for entry in entries if isinstance(entry.passage, Passage)}
        for entry in entries:
            if not self._is_overtaken(entry):
                concerned.update(member_id for member_id, _ in self._append(entry).gone)
        self.presence.forgive_again()
        return concerned

    def _page_before(self, late: list[LedgerEntry]) -> int:
        """The page in which the earliest of them belongs; the first one, if it is older than everything."""
        number = len(self._pages) - 1
        for entry in late:
            while number and all(_is_behind(one, entry) for one in self._pages[number].entries):
                number -= 1
        return number

    def _is_overtaken(self, entry: LedgerEntry) -> bool:
        """Whether what is older than the ledger knows better: the member was seen since that passage."""
        passage = entry.passage
        is_older = entry.gateway_id != OWN and entry.at_ms < self._begins_at_ms
        if not is_older or not isinstance(passage, Passage) or passage.is_guest:
            return False
        place = self.presence.whereabouts(passage.member_id)
        return place is not None and place.since > passage.at_s


def _is_behind(one: LedgerEntry, entry: LedgerEntry) -> bool:
    """Whether the entry, which has just arrived, belongs before this one."""
    return one.gateway_id != entry.gateway_id and one.order > entry.order


def _joined(moves: list[Moves]) -> Moves:
    """All of them as one, the later ones overtaking the earlier."""
    if len(moves) == 1:
        return moves[0]
    people: dict[PersonKey, Person] = {}
    gone: dict[PersonKey, None] = {}
    for each in moves:
        for person in each.people:
            gone.pop(person.key, None)
            people[person.key] = person
        for key in each.gone:
            people.pop(key, None)
            gone[key] = None
    tallies = {tally.zone_id: tally for each in moves for tally in each.tallies}
    return Moves(tuple(people.values()), tuple(tallies.values()), tuple(gone))
