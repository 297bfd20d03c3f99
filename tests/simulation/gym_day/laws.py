"""What must hold on every day at the gym, in the words of who runs it. READ with `head_count.py`.

- Every tap is answered by exactly one decision.
- The number of people inside is who came in, less who went out; also after a power cut, by what the journal kept.
- Members never fill the zone beyond its limit; nobody's block is overlooked on the way in.
- No member comes in twice without having left, and none before the first of the staff.
- Off-peak and night members come in at their hours by the clock on the wall.
- A pack burns a credit for each rotation in, no more than it holds, and none for a guest or for leaving.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from sync_protocol.journal_events import AccessDecided, AccessTaken, EventBody, JournalEvent
from tests.simulation.gym_day.head_count import HeadCount
from tests.simulation.gym_day.roster import GUESTS_PER_DAY, NIGHT, OFF_PEAK, Person, minute_of
from tests.simulation.whole.story import BrokenLawError


@dataclass(slots=True)
class StaffBook:
    """What staff have done, by revision: whom they blocked from which revision until before which one."""

    blocked: dict[str, list[tuple[int, int | None]]] = field(default_factory=dict)

    def block(self, member_id: str, revision: int) -> None:
        self.blocked.setdefault(member_id, []).append((revision, None))

    def clear(self, member_id: str, revision: int) -> None:
        since, _ = self.blocked[member_id][-1]
        self.blocked[member_id][-1] = (since, revision)

    def is_blocked(self, member_id: str, revision: int) -> bool:
        spans = self.blocked.get(member_id, [])
        return any(since <= revision and (until is None or revision < until) for since, until in spans)


class Laws:
    """Hears every event as it is written."""

    def __init__(self, people: list[Person], book: StaffBook, *, limit: int, noon_s: int, closing_s: int) -> None:
        self._people = {person.member_id: person for person in people}
        self._book = book
        self._limit = limit
        self._noon_s = noon_s
        self._forgets_at = [closing_s]
        self._decisions = 0
        self._has_staff_come = False
        self.count = HeadCount()
        self.newest: EventBody | None = None
        self.decided: AccessDecided | None = None

    def tap_began(self) -> None:
        self._decisions = 0

    def tap_ended(self) -> None:
        _require(self._decisions == 1, f"a tap has {self._decisions} decisions")

    def forgive(self, before_s: int) -> None:
        """Staff forget who is inside."""
        self.count.forget(before_s)

    def pass_time(self, now_s: int) -> None:
        """At closing everybody is forgotten, and the next day waits for the first of the staff."""
        while self._forgets_at and self._forgets_at[0] <= now_s:
            self.count.forget(self._forgets_at.pop(0))
            self._has_staff_come = False

    def hear(self, body: EventBody, now_s: int) -> None:
        self.pass_time(now_s)
        self.newest = body
        if isinstance(body, AccessDecided):
            self._decisions += 1
            self.decided = body
            if body.outcome != "block" and body.direction == "in":
                self._check_grant(body, now_s)
        if isinstance(body, AccessTaken) and body.direction == "in":
            self._check_passage(body)
        self.count.observe(body, now_s)

    def check_count(self, occupancy: int, known: set[str]) -> None:
        """What the gateway counts is what the list says."""
        _require(occupancy == self.count.occupancy, f"the gateway counts {occupancy}, the list {self.count.occupancy}")
        missing = known ^ set(self.count.members)
        _require(not missing, f"gateway and list do not agree about {sorted(missing)}")

    def count_anew(self, events: list[JournalEvent]) -> None:
        """After a power cut, on a day without forgiveness so far: the list is what the journal has kept."""
        self.count = HeadCount()
        for event in events:
            self.count.observe(event.body, event.wall_ms // 1000)

    def check_credits(self, visits_spent: Callable[[str], int]) -> None:
        """The journal's account of burnt credits is the list's, and no pack burns more than it holds."""
        for person in self._people.values():
            burnt = self.count.burnt[person.contract_id]
            spent = visits_spent(person.contract_id)
            _require(spent == burnt, f"{person.contract_id}: {spent} visits are spent, {burnt} were burnt")
            _require(burnt <= (person.visits if person.kind == "pack" else 0), f"{person.contract_id} burnt {burnt}")

    def _check_grant(self, body: AccessDecided, now_s: int) -> None:
        person = self._people[body.member_id or ""]
        _require(not self._book.is_blocked(person.member_id, body.revision), f"{person} is blocked, and granted")
        _require(not (person.kind == "certificate" and now_s >= self._noon_s), f"{person} has no certificate any more")
        if not person.is_member:
            return
        _require(person.kind not in {"frozen", "over"}, f"{person} is granted")
        _require(self._has_staff_come, f"{person} comes before the first of the staff")
        assert body.facts is not None, "a member is known"
        _require(body.facts.occupancy < self._limit, f"{person} is granted at {body.facts.occupancy} people")
        if person.kind in {"off_peak", "night"} and not body.is_guest:
            _require(_is_open(person, now_s), f"{person} is granted at minute {minute_of(now_s)}")

    def _check_passage(self, body: AccessTaken) -> None:
        person = self._people[body.member_id]
        if person.kind == "staff":
            self._has_staff_come = True
        if not person.is_member:
            return
        if body.is_guest:
            _require(person.kind == "host", f"{person} brings a guest")
            came = len(self.count.guests.get(person.member_id, []))
            _require(came < GUESTS_PER_DAY, f"{person} brings guest {came + 1}")
        else:
            _require(person.member_id not in self.count.members, f"{person} comes in twice")
            _require(body.spends_visit == (person.kind == "pack"), f"{person}: spends a visit: {body.spends_visit}")
        inside = self.count.occupancy - sum(not self._people[one].is_member for one in self.count.members)
        _require(inside < self._limit, f"{person} is number {inside + 1} of {self._limit}")


def _is_open(person: Person, now_s: int) -> bool:
    minute = minute_of(now_s)
    first, last = OFF_PEAK if person.kind == "off_peak" else NIGHT
    return first <= minute < last or first <= minute + 1440 < last


def _require(holds: object, otherwise: str) -> None:
    if not holds:
        raise BrokenLawError(otherwise)
