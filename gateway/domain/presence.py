"""Who is where, as far as the lanes know: members, their guests, and how many people nobody named.

Only a passage moves anybody: a grant without rotation changes nothing. At the zone's hour, and when staff forgive,
people no longer count; where a member went last is remembered all the same, so that a clock which steps forward and
back takes nobody away. Passages are taken in the order in which they happened, of whichever lane of the site. Pure, in
memory; O(1) for a tap but once a day and zone; no more people than `MEMBERS_MAX` and their guests, whoever tells.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from access_policy.facts import Whereabouts
from access_policy.schedule import last_daily_moment
from access_policy.site_policy import SitePolicy
from access_policy.zone import OUTSIDE, Direction, LanePlace
from gateway.domain.zone_count import PersonKey, ZoneCount, ZoneTally

SECONDS_PER_DAY: Final = 86_400
UNSEEN_MAX_S: Final = 7 * SECONDS_PER_DAY
"""Who was not seen for longer is forgotten altogether."""
MEMBERS_MAX: Final = 20_000
"""How many members are known at once, whoever tells of them: beyond that, who moved longest ago is forgotten."""
HOSTS_MAX: Final = 500
"""Of how many members guests are known at once."""
GUESTS_MAX: Final = 50
"""How many guests of one member are known at once."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A member, or a guest of theirs, went through a lane; `at_s` is in UTC seconds."""

    member_id: str
    lane_id: str
    zone_id: str
    left_zone_id: str
    at_s: int
    is_guest: bool = False
    is_staff: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """A member, or with a number from 1 a guest of theirs: the zone entered last, and through which lane.

    `since` is in UTC seconds: when the member went there, or when the guest was brought.
    """

    member_id: str
    guest_number: int
    zone_id: str
    since: int
    lane_id: str

    @property
    def key(self) -> PersonKey:
        """Who it is."""
        return self.member_id, self.guest_number


@dataclass(frozen=True, slots=True)
class Moves:
    """What passages changed, to be kept over a restart.

    `gone` are guests who turned out to be none, and who had to be forgotten because there are too many.
    """

    people: tuple[Person, ...] = ()
    tallies: tuple[ZoneTally, ...] = ()
    gone: tuple[PersonKey, ...] = ()


@dataclass(frozen=True, slots=True)
class PresenceCopy:
    """Everybody at one moment."""

    members: dict[str, Person]
    guests: dict[str, dict[int, Person]]
    zones: dict[str, ZoneCount]

    def people(self, member_ids: Iterable[str]) -> dict[PersonKey, Person]:
        """These members and their guests by their key."""
        found = [self.members[one] for one in member_ids if one in self.members]
        guests = (guest for one in member_ids for guest in self.guests.get(one, {}).values())
        return {person.key: person for person in (*found, *guests)}


class Presence:
    """Begins with the people and tallies that were kept."""

    def __init__(
        self, people: Iterable[Person] = (), tallies: Iterable[ZoneTally] = (), *, members_max: int = MEMBERS_MAX
    ) -> None:
        self._members_max = members_max
        self._members: dict[str, Person] = {}
        self._guests: dict[str, dict[int, Person]] = {}
        self._zones = {tally.zone_id: ZoneCount(tally) for tally in tallies}
        self._site: SitePolicy | None = None
        self._swept_at = 0
        self._forgiven: dict[str, int] = {}
        for person in people:
            if person.zone_id != OUTSIDE:
                self._zone(person.zone_id).enter(person.key, person.since)
            self._keep(person)

    def learn_site(self, site: SitePolicy | None) -> None:
        """Forget people at the hours of this policy from now on, and take its word for where lanes lead."""
        self._site = site

    def whereabouts(self, member_id: str) -> Whereabouts | None:
        """Where the member went last, forgiven or not; None: not seen in days."""
        found = self._members.get(member_id)
        return None if found is None else Whereabouts(found.zone_id, found.since, found.lane_id)

    def occupancy(self, zone_id: str, now_s: int) -> int:
        """How many people are in the zone; nobody counts those outside."""
        return 0 if zone_id == OUTSIDE else self._counted(zone_id, now_s).occupancy

    def unnamed_in(self, zone_id: str, now_s: int) -> int:
        """How many of them nobody named; below zero, how many of the named ones have left unseen."""
        return self._counted(zone_id, now_s).unnamed

    def people_in(self, zone_id: str, now_s: int) -> list[Person]:
        """The known people in the zone."""
        return [self._find(key) for key in self._counted(zone_id, now_s).keys]

    def members_inside(self) -> set[str]:
        """The members who were last seen in any zone, or brought a guest who was; forgotten or not."""
        return {member_id for count in self._zones.values() for member_id, _ in count.last_seen_here}

    def guests_today(self, member_id: str, now_s: int) -> int:
        """How many guests the member has brought on this day of the site."""
        guests = self._guests.get(member_id)
        if not guests or self._site is None:
            return 0
        midnight = last_daily_moment(self._site.calendar, 0, now_s)
        return sum(guest.since >= midnight for guest in guests.values())

    def has_staff_inside(self, zone_id: str, now_s: int) -> bool:
        """Whether staff have come into the zone since its day began."""
        count = self._zones.get(zone_id)
        if count is None or count.tally.staff_at is None:
            return False
        return count.tally.staff_at >= self._day_began(zone_id, now_s)

    def observe(self, passage: Passage) -> Moves:
        """Move whom a credential named."""
        mover = self._mover(passage)
        touched = {mover.zone_id, passage.left_zone_id, passage.zone_id} - {OUTSIDE}
        counts = {zone_id: self._counted(zone_id, passage.at_s) for zone_id in sorted(touched)}
        before = [count.tally for count in counts.values()]
        moved = _moved(mover, passage)
        gone = self._keep(moved)
        _leave(counts, mover, passage)
        _enter(counts, moved, passage)
        after = [count.tally for count in counts.values()]
        return Moves((moved,), tuple(new for old, new in zip(before, after, strict=True) if new != old), gone)

    def observe_unnamed(self, lane_id: str, direction: Direction, at_s: int) -> Moves:
        """Count somebody whom no credential named."""
        lanes = self._site.lanes if self._site else {}
        place = lanes.get(lane_id, LanePlace(lane_id))
        changed = []
        for zone_id, change in ((place.zone_left(direction), -1), (place.zone_entered(direction), 1)):
            if zone_id != OUTSIDE:
                count = self._counted(zone_id, at_s)
                count.count_unnamed(change, at_s)
                changed.append(count.tally)
        return Moves(tallies=tuple(changed))

    def forgive(self, member_id: str, before_s: int) -> None:
        """The member and their guests no longer count where they went before this moment (UTC seconds)."""
        self._forgiven[member_id] = before_s
        for guest_number in (0, *self._guests.get(member_id, ())):
            for count in self._zones.values():
                count.forgive((member_id, guest_number), before_s)

    @property
    def newest_move_s(self) -> int:
        """When anybody moved last (UTC seconds); 0: nobody has."""
        moved = [person.since for person in self._members.values()]
        return max([*moved, *(count.tally.unnamed_at for count in self._zones.values())], default=0)

    def copy(self) -> PresenceCopy:
        """Everybody as they are now."""
        guests = {member_id: dict(numbered) for member_id, numbered in self._guests.items()}
        return PresenceCopy(dict(self._members), guests, {key: count.copy() for key, count in self._zones.items()})

    def go_back(self, copy: PresenceCopy) -> None:
        """Everybody is as they were when the copy was made; `forgive_again` does what staff have done since."""
        self._members = dict(copy.members)
        self._guests = {member_id: dict(numbered) for member_id, numbered in copy.guests.items()}
        self._zones = {key: count.copy() for key, count in copy.zones.items()}

    def forgive_again(self) -> None:
        """Forgive whoever was forgiven."""
        for member_id, before_s in self._forgiven.items():
            self.forgive(member_id, before_s)

    def changes_since(self, copy: PresenceCopy, member_ids: Collection[str]) -> Moves:
        """What is other now than it was, of these members."""
        old, new = copy.people(member_ids), self.copy().people(member_ids)
        tallies = {key: count.tally for key, count in copy.zones.items()}
        return Moves(
            tuple(person for key, person in new.items() if old.get(key) != person),
            tuple(count.tally for key, count in self._zones.items() if tallies.get(key) != count.tally),
            tuple(key for key in old if key not in new),
        )

    def is_sweep_due(self, now_s: int) -> bool:
        """Whether a day has gone since people unseen for long were dropped."""
        return abs(now_s - self._swept_at) >= SECONDS_PER_DAY

    def drop_unseen(self, now_s: int) -> None:
        """Forget whoever was not seen for `UNSEEN_MAX_S`, or was seen so far ahead by a clock that was wrong."""
        self._swept_at = now_s
        self._forgiven = {key: before_s for key, before_s in self._forgiven.items() if now_s - before_s < UNSEEN_MAX_S}
        for person in [*self._members.values(), *(g for guests in self._guests.values() for g in guests.values())]:
            if abs(now_s - person.since) > UNSEEN_MAX_S:
                self._drop(person)

    def _mover(self, passage: Passage) -> Person:
        """Who it was that went with the member's credential."""
        member_id = passage.member_id
        unseen = Person(member_id, 0, OUTSIDE, passage.at_s, passage.lane_id)
        member = self._members.get(member_id, unseen)
        guests = self._guests.get(member_id, {})
        # Whoever is on the far side already lets out, or further in, a guest who is still on this one.
        is_beyond = passage.left_zone_id not in {OUTSIDE, member.zone_id} and member.zone_id == passage.zone_id
        if passage.is_guest or is_beyond:
            left = self._zones.get(passage.left_zone_id)
            inside = [guest for guest in guests.values() if left is not None and left.has(guest.key)]
            if inside:
                return inside[0]
        if passage.is_guest:
            return Person(member_id, max(guests, default=0) + 1, OUTSIDE, passage.at_s, passage.lane_id)
        return member

    def _counted(self, zone_id: str, now_s: int) -> ZoneCount:
        """The zone with those who count at this moment."""
        count = self._zone(zone_id)
        zone = self._site.zones.get(zone_id) if self._site else None
        if zone is not None:
            count.count_from(max(self._day_began(zone_id, now_s), zone.forgiven_at or 0))
        return count

    def _day_began(self, zone_id: str, now_s: int) -> int:
        zone = self._site.zones.get(zone_id) if self._site else None
        if self._site is None or zone is None:
            return 0
        return last_daily_moment(self._site.calendar, zone.forgive_minute, now_s)

    def _zone(self, zone_id: str) -> ZoneCount:
        return self._zones.setdefault(zone_id, ZoneCount(ZoneTally(zone_id)))

    def _find(self, key: PersonKey) -> Person:
        member_id, guest_number = key
        return self._guests[member_id][guest_number] if guest_number else self._members[member_id]

    def _keep(self, person: Person) -> tuple[PersonKey, ...]:
        """Who moved last comes last; gives those who had to be forgotten."""
        member_id, too_many = person.member_id, []
        if person.guest_number:
            guests = self._guests.pop(member_id, {})
            guests[person.guest_number] = person
            self._guests[member_id] = guests
            if len(guests) > GUESTS_MAX:
                too_many = [guests[min(guests)]]
            elif len(self._guests) > HOSTS_MAX:
                too_many = [*next(iter(self._guests.values())).values()]
        else:
            self._members.pop(member_id, None)
            self._members[member_id] = person
            if len(self._members) > self._members_max:
                too_many = [next(iter(self._members.values()))]
        for one in too_many:
            self._drop(one)
        return tuple(one.key for one in too_many)

    def _drop(self, person: Person) -> None:
        if person.zone_id in self._zones:
            self._zones[person.zone_id].leave(person.key)
        if not person.guest_number:
            del self._members[person.member_id]
            return
        guests = self._guests[person.member_id]
        del guests[person.guest_number]
        if not guests:
            del self._guests[person.member_id]


def _leave(counts: Mapping[str, ZoneCount], mover: Person, passage: Passage) -> None:
    came_from = counts.get(mover.zone_id)
    was_inside = came_from is not None and came_from.has(mover.key)
    if came_from is not None and mover.zone_id != passage.zone_id:
        came_from.leave(mover.key)
    left = counts.get(passage.left_zone_id)
    is_known_there = was_inside and mover.zone_id == passage.left_zone_id
    if left is not None and not is_known_there and left.unnamed > 0:
        # Nobody knew that they were there: one of the unnamed has got a name.
        left.count_unnamed(-1, passage.at_s)


def _enter(counts: Mapping[str, ZoneCount], moved: Person, passage: Passage) -> None:
    entered = counts.get(passage.zone_id)
    if entered is None:
        return
    if entered.has(moved.key) and entered.unnamed < 0:
        # They come in again without having left: it was they who left unseen.
        entered.count_unnamed(1, passage.at_s)
    entered.enter(moved.key, moved.since)
    if passage.is_staff and not moved.guest_number:
        entered.note_staff(passage.at_s)


def _moved(mover: Person, passage: Passage) -> Person:
    """A guest keeps the moment at which they were brought: it says on whose day they count."""
    since = mover.since if mover.guest_number else passage.at_s
    return Person(mover.member_id, mover.guest_number, passage.zone_id, since, passage.lane_id)
