"""Who is inside, as the lanes saw it: counted at rotations, forgotten at the zone's hour, forgiven by staff."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from access_policy.facts import Whereabouts
from access_policy.schedule import Calendar
from access_policy.site_policy import SitePolicy, SiteRules
from access_policy.zone import LanePlace, Zone
from gateway.domain.presence import SECONDS_PER_DAY, UNSEEN_MAX_S, Moves, Passage, Person, Presence
from gateway.domain.zone_count import ZoneTally

ROME = ZoneInfo("Europe/Rome")
GYM, SPA, DOOR, INNER = "zon_gym", "zon_spa", "lan_door", "lan_inner"
GYM_ZONE = Zone(GYM, "Gym", forgive_minute=240)
SITE = SitePolicy(
    SiteRules("sit_a", "Club", "Europe/Rome", "it"),
    Calendar(ROME),
    zones={GYM: GYM_ZONE, SPA: Zone(SPA, "Spa")},
    lanes={DOOR: LanePlace(DOOR, GYM), INNER: LanePlace(INNER, SPA, GYM)},
)


def at(hour: int, minute: int = 0, day: int = 20) -> int:
    return int(datetime(2026, 11, day, hour, minute, tzinfo=ROME).timestamp())


NOON = at(12)


class Door:
    """A club with a door to the gym, and a door from there to the spa."""

    def __init__(self) -> None:
        self.presence = Presence()
        self.presence.learn_site(SITE)

    def come(self, member_id: str, at_s: int = NOON, *, is_guest: bool = False, is_staff: bool = False) -> Moves:
        return self.presence.observe(Passage(member_id, DOOR, GYM, "", at_s, is_guest, is_staff))

    def go(self, member_id: str, at_s: int = NOON) -> Moves:
        return self.presence.observe(Passage(member_id, DOOR, "", GYM, at_s))

    def enter_spa(self, member_id: str, at_s: int = NOON) -> Moves:
        return self.presence.observe(Passage(member_id, INNER, SPA, GYM, at_s))

    def inside(self, zone_id: str = GYM, at_s: int = NOON) -> int:
        return self.presence.occupancy(zone_id, at_s)


def test_a_member_is_where_the_last_passage_led() -> None:
    door = Door()
    assert door.presence.whereabouts("anna") is None
    door.come("anna")
    assert door.presence.whereabouts("anna") == Whereabouts(GYM, NOON, DOOR)
    door.go("anna", NOON + 60)
    assert door.presence.whereabouts("anna") == Whereabouts("", NOON + 60, DOOR)


def test_a_zone_counts_who_came_in_and_is_not_gone() -> None:
    door = Door()
    door.come("anna")
    door.come("boris")
    assert door.inside() == 2
    door.go("anna")
    assert (door.inside(), door.inside("")) == (1, 0)


def test_nobody_is_counted_twice_who_comes_in_twice() -> None:
    door = Door()
    door.come("anna")
    door.come("anna", NOON + 60)
    assert door.inside() == 1


def test_who_goes_on_into_an_inner_zone_leaves_the_outer_one() -> None:
    door = Door()
    door.come("anna")
    door.enter_spa("anna")
    assert (door.inside(GYM), door.inside(SPA)) == (0, 1)


def test_who_leaves_without_having_come_makes_nobody_else_disappear() -> None:
    door = Door()
    door.come("anna")
    door.go("boris")
    assert door.inside() == 1


def test_guests_count_and_leave_with_the_members_card_after_the_member() -> None:
    door = Door()
    door.come("anna")
    door.come("anna", NOON + 20, is_guest=True)
    assert door.inside() == 2
    assert door.presence.whereabouts("anna") == Whereabouts(GYM, NOON, DOOR)
    door.go("anna", NOON + 3600)
    assert door.inside() == 1
    door.go("anna", NOON + 3610)
    assert door.inside() == 0
    assert door.presence.whereabouts("anna") == Whereabouts("", NOON + 3600, DOOR)


def test_a_guest_counts_for_the_sites_day_on_which_they_were_brought_gone_or_not() -> None:
    door = Door()
    door.come("anna", at(23), is_guest=True)
    door.come("anna", at(23, 5), is_guest=True)
    door.go("anna", at(23, 50))
    assert door.presence.guests_today("anna", at(23, 59)) == 2
    assert door.presence.guests_today("anna", at(0, 0, day=21)) == 0
    assert door.presence.guests_today("boris", at(23)) == 0


def test_the_zone_forgets_everybody_at_its_hour() -> None:
    door = Door()
    door.come("anna", at(22))
    door.presence.observe_unnamed(DOOR, "in", at(22))
    assert door.inside(at_s=at(3, 59, day=21)) == 2
    assert door.inside(at_s=at(4, 0, day=21)) == 0
    assert door.presence.people_in(GYM, at(4, 0, day=21)) == []
    door.come("boris", at(9, day=21))
    assert door.inside(at_s=at(9, day=21)) == 1


def test_staff_forgive_a_zone_and_who_comes_after_that_counts() -> None:
    door = Door()
    door.come("anna")
    door.come("boris", NOON + 100)
    door.presence.learn_site(replace(SITE, zones={GYM: replace(GYM_ZONE, forgiven_at=NOON + 100)}))
    assert door.inside(at_s=NOON + 200) == 1


def test_staff_forgive_one_member_and_their_guests() -> None:
    door = Door()
    door.come("anna")
    door.come("anna", NOON + 10, is_guest=True)
    door.come("boris")
    door.presence.forgive("anna", NOON)
    assert door.inside() == 3
    door.presence.forgive("anna", NOON + 60)
    assert door.inside() == 1
    door.come("anna", NOON + 120)
    assert door.inside() == 2


def test_whom_nobody_named_counts_too() -> None:
    door = Door()
    door.presence.observe_unnamed(DOOR, "in", NOON)
    door.presence.observe_unnamed(DOOR, "in", NOON)
    assert (door.inside(), door.presence.unnamed_in(GYM, NOON)) == (2, 2)
    door.presence.observe_unnamed(DOOR, "out", NOON)
    assert door.inside() == 1


def test_a_member_who_came_in_unnamed_is_one_of_the_unnamed_when_they_leave() -> None:
    door = Door()
    door.presence.observe_unnamed(DOOR, "in", NOON)
    door.go("anna")
    assert door.inside() == 0


def test_a_member_who_left_unnamed_counts_once_when_they_come_again() -> None:
    door = Door()
    door.come("anna")
    door.come("boris")
    door.presence.observe_unnamed(DOOR, "out", NOON)
    door.presence.observe_unnamed(DOOR, "out", NOON)
    assert door.inside() == 0
    door.come("anna", NOON + 60)
    assert door.inside() == 1


def test_an_empty_zone_stays_empty_however_many_leave_it_and_then_counts_the_next_one() -> None:
    door = Door()
    for _ in range(5):
        door.presence.observe_unnamed(DOOR, "out", NOON)
    assert door.inside() == 0
    door.come("anna")
    assert door.inside() == 1


def test_a_lane_that_leads_nowhere_known_counts_nobody() -> None:
    door = Door()
    assert door.presence.observe_unnamed("lan_other", "in", NOON) == Moves()


def test_staff_are_inside_from_their_coming_to_the_zones_hour_even_when_they_left() -> None:
    door = Door()
    assert not door.presence.has_staff_inside(GYM, NOON)
    door.come("anna")
    assert not door.presence.has_staff_inside(GYM, NOON)
    door.come("marco", is_staff=True)
    door.go("marco")
    assert door.presence.has_staff_inside(GYM, at(3, 59, day=21))
    assert not door.presence.has_staff_inside(GYM, at(4, 0, day=21))


def test_what_is_kept_of_each_passage_makes_the_same_presence_again() -> None:
    door = Door()
    people: dict[tuple[str, int], Person] = {}
    tallies: dict[str, ZoneTally] = {}
    for moves in (
        door.come("marco", is_staff=True),
        door.come("anna"),
        door.come("anna", is_guest=True),
        door.presence.observe_unnamed(DOOR, "in", NOON),
        door.presence.observe_unnamed(INNER, "in", NOON),
        door.enter_spa("anna"),
        door.go("boris"),
    ):
        people.update({person.key: person for person in moves.people})
        tallies.update({tally.zone_id: tally for tally in moves.tallies})
    again = Presence(people.values(), tallies.values())
    again.learn_site(SITE)
    for zone_id in (GYM, SPA):
        assert again.occupancy(zone_id, NOON) == door.inside(zone_id)
        assert again.people_in(zone_id, NOON) == door.presence.people_in(zone_id, NOON)
    assert again.has_staff_inside(GYM, NOON)
    assert again.guests_today("anna", NOON) == 1
    assert again.members_inside() == {"marco", "anna"}


def test_people_unseen_for_a_week_are_forgotten_altogether() -> None:
    door = Door()
    door.come("anna")
    door.come("anna", is_guest=True)
    door.come("boris", NOON + SECONDS_PER_DAY)
    assert door.presence.is_sweep_due(NOON)
    door.presence.drop_unseen(NOON + UNSEEN_MAX_S + 1)
    assert not door.presence.is_sweep_due(NOON + UNSEEN_MAX_S + 2)
    assert door.presence.whereabouts("anna") is None
    assert door.presence.whereabouts("boris") is not None
    assert door.presence.members_inside() == {"boris"}


def test_people_seen_by_a_clock_far_ahead_are_forgotten_too() -> None:
    door = Door()
    door.come("anna", NOON + 2 * UNSEEN_MAX_S)
    door.presence.drop_unseen(NOON)
    assert door.inside() == 0
