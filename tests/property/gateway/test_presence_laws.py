"""Whatever goes through the lanes, in whatever order: the count is that of the people, and survives a restart."""

from collections.abc import Iterable
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from access_policy.zone import Direction, LanePlace, Zone
from gateway.domain.presence import Moves, Passage, Person, Presence
from gateway.domain.zone_count import ZoneTally
from tests.gate_fakes import SITE

GYM, SPA = "zon_gym", "zon_spa"
NOON = 1_800_000_000
PLACES = {"lan_door": LanePlace("lan_door", GYM), "lan_inner": LanePlace("lan_inner", SPA, GYM)}
CLUB = type(SITE)(SITE.rules, SITE.calendar, {GYM: Zone(GYM, "Gym"), SPA: Zone(SPA, "Spa")}, PLACES)


@dataclass(frozen=True)
class Step:
    """Somebody goes through a lane; without a member nobody names them."""

    member_id: str
    lane_id: str
    direction: Direction
    is_guest: bool = False


MEMBERS = st.sampled_from(("anna", "boris", "clara", "dino"))
LANES = st.sampled_from(tuple(PLACES))
DIRECTIONS = st.sampled_from(("in", "out"))
NAMED = st.builds(Step, MEMBERS, LANES, DIRECTIONS)
GUEST = st.builds(Step, MEMBERS, LANES, st.just("in"), st.just(True))
UNNAMED = st.builds(Step, st.just(""), LANES, DIRECTIONS)
ANYBODY = st.lists(st.one_of(NAMED, GUEST, UNNAMED), max_size=40)


def known(people: Iterable[Person] = (), tallies: Iterable[ZoneTally] = ()) -> Presence:
    presence = Presence(people, tallies)
    presence.learn_site(CLUB)
    return presence


def go(presence: Presence, step: Step, at_s: int) -> Moves:
    if not step.member_id:
        return presence.observe_unnamed(step.lane_id, step.direction, at_s)
    place = PLACES[step.lane_id]
    zones = place.zone_entered(step.direction), place.zone_left(step.direction)
    return presence.observe(Passage(step.member_id, step.lane_id, *zones, at_s, step.is_guest))


@given(st.lists(NAMED, max_size=40))
def test_members_are_counted_where_each_went_last(steps: list[Step]) -> None:
    presence = known()
    last = {}
    for second, step in enumerate(steps):
        go(presence, step, NOON + second)
        last[step.member_id] = PLACES[step.lane_id].zone_entered(step.direction)
    for zone_id in (GYM, SPA):
        assert presence.occupancy(zone_id, NOON) == list(last.values()).count(zone_id)


@given(ANYBODY)
def test_there_are_never_fewer_than_none_and_a_step_changes_a_zone_by_one_at_most(steps: list[Step]) -> None:
    presence = known()
    for second, step in enumerate(steps):
        before = [presence.occupancy(zone_id, NOON + second) for zone_id in (GYM, SPA)]
        go(presence, step, NOON + second)
        after = [presence.occupancy(zone_id, NOON + second) for zone_id in (GYM, SPA)]
        assert all(abs(new - old) <= 1 and new >= 0 for old, new in zip(before, after, strict=True))


@given(ANYBODY)
def test_what_is_kept_makes_the_same_presence_again(steps: list[Step]) -> None:
    presence = known()
    people: dict[tuple[str, int], Person] = {}
    tallies: dict[str, ZoneTally] = {}
    for second, step in enumerate(steps):
        moves = go(presence, step, NOON + second)
        people |= {person.key: person for person in moves.people}
        tallies |= {tally.zone_id: tally for tally in moves.tallies}
    again = known(people.values(), tallies.values())
    for zone_id in (GYM, SPA):
        assert again.occupancy(zone_id, NOON + 99) == presence.occupancy(zone_id, NOON + 99)
        assert set(again.people_in(zone_id, NOON + 99)) == set(presence.people_in(zone_id, NOON + 99))
    for member_id in ("anna", "boris"):
        assert again.whereabouts(member_id) == presence.whereabouts(member_id)
        assert again.guests_today(member_id, NOON + 99) == presence.guests_today(member_id, NOON + 99)


@given(ANYBODY, st.lists(st.integers(-3 * 86_400, 3 * 86_400), max_size=6))
def test_a_clock_that_steps_and_comes_back_takes_nobody_away(steps: list[Step], strayings: list[int]) -> None:
    presence = known()
    for second, step in enumerate(steps):
        go(presence, step, NOON + second)
    before = [(presence.occupancy(zone, NOON + 99), presence.people_in(zone, NOON + 99)) for zone in (GYM, SPA)]
    for straying in strayings:
        for zone_id in (GYM, SPA):
            presence.occupancy(zone_id, NOON + straying)
    assert before == [(presence.occupancy(zone, NOON + 99), presence.people_in(zone, NOON + 99)) for zone in (GYM, SPA)]


@given(st.lists(st.tuples(NAMED, st.sampled_from((0, 86_400, -86_400))), max_size=40))
def test_members_who_pass_while_the_clock_strays_count_where_they_went_when_it_is_back(
    steps: list[tuple[Step, int]],
) -> None:
    presence = known()
    last = {}
    for second, (step, straying) in enumerate(steps):
        go(presence, step, NOON + second + straying)
        last[step.member_id] = PLACES[step.lane_id].zone_entered(step.direction), straying >= 0
    for zone_id in (GYM, SPA):
        assert presence.occupancy(zone_id, NOON + 99) == list(last.values()).count((zone_id, True))


@given(ANYBODY, MEMBERS)
def test_whoever_is_forgiven_counts_nowhere_and_nobody_else_is_touched(steps: list[Step], member_id: str) -> None:
    presence = known()
    for second, step in enumerate(steps):
        go(presence, step, NOON + second)
    others = {zone: [p for p in presence.people_in(zone, NOON + 99) if p.member_id != member_id] for zone in (GYM, SPA)}
    presence.forgive(member_id, NOON + 99)
    for zone_id, people in others.items():
        assert presence.people_in(zone_id, NOON + 99) == people
