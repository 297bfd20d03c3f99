"""How many visits were burnt here that the state in force does not contain yet. Pure, in memory.

A visit counts from the moment it is appended until the cloud has acknowledged its event and the state in force has
reached the revision in which the cloud counted it.
"""

from collections import Counter, deque
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Visit:
    """A spent visit and, once the cloud has acknowledged it, the revision that contains it."""

    seq: int
    contract_id: str
    counted_revision: int | None = None


class VisitAccount:
    """Visits in the order of their events."""

    def __init__(self, visits: list[Visit]) -> None:
        self._open = deque(visit for visit in visits if visit.counted_revision is None)
        self._counted = [visit for visit in visits if visit.counted_revision is not None]
        self._spent = Counter(visit.contract_id for visit in visits)
        self._contained_revision = 0

    def spent(self, contract_id: str) -> int:
        """Visits of this contract to take off what the state in force says."""
        return self._spent.get(contract_id, 0)

    def spend(self, seq: int, contract_id: str) -> None:
        """A visit was taken now."""
        self._open.append(Visit(seq, contract_id))
        self._spent[contract_id] += 1

    def settle(self, upto_seq: int, counted_revision: int) -> None:
        """The cloud has the events up to `upto_seq` and counted their visits at `counted_revision`."""
        while self._open and self._open[0].seq <= upto_seq:
            visit = self._open.popleft()
            self._counted.append(Visit(visit.seq, visit.contract_id, counted_revision))
        self.contain(self._contained_revision)

    def contain(self, revision: int) -> None:
        """The state of `revision` is in force: visits counted up to there are in it."""
        self._contained_revision = max(self._contained_revision, revision)
        remaining = []
        for visit in self._counted:
            if visit.counted_revision is not None and visit.counted_revision <= revision:
                self._spent[visit.contract_id] -= 1
                if not self._spent[visit.contract_id]:
                    del self._spent[visit.contract_id]
            else:
                remaining.append(visit)
        self._counted = remaining
