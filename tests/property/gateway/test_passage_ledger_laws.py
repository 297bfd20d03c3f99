"""Whatever order passages arrive in: gateways that have heard the same know the same people inside."""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.domain.passage_ledger import OWN, LedgerEntry, PassageLedger, UnnamedPassage
from gateway.domain.presence import Moves, Passage, Person, Presence
from gateway.domain.zone_count import PersonKey, ZoneTally
from tests.property.gateway.test_presence_laws import ANYBODY, CLUB, GYM, NOON, PLACES, SPA, Step

GATEWAYS = {"lan_door": "gwy_a", "lan_inner": "gwy_b"}
MEMBERS = ("anna", "boris", "clara", "dino")
Kept = tuple[dict[PersonKey, Person], dict[str, ZoneTally]]


def entry(step: Step, number: int, own: str = "") -> LedgerEntry:
    """The step as it happened, a second after the one before."""
    at_s = NOON + number
    gateway_id = GATEWAYS[step.lane_id]
    place = PLACES[step.lane_id]
    passage: Passage | UnnamedPassage = UnnamedPassage(step.lane_id, step.direction, at_s)
    if step.member_id:
        zones = place.zone_entered(step.direction), place.zone_left(step.direction)
        passage = Passage(step.member_id, step.lane_id, *zones, at_s, step.is_guest)
    return LedgerEntry(OWN if gateway_id == own else gateway_id, number, at_s * 1000, passage)


def ledger() -> PassageLedger:
    presence = Presence()
    presence.learn_site(CLUB)
    return PassageLedger(presence, spacing=4, copies_max=100)


def seen_by(presence: Presence) -> tuple[object, ...]:
    now = NOON + 99
    zones = [(presence.occupancy(zone, now), set(presence.people_in(zone, now))) for zone in (GYM, SPA)]
    return *zones, *((presence.whereabouts(one), presence.guests_today(one, now)) for one in MEMBERS)


def keep(kept: Kept, moves: Moves) -> None:
    people, tallies = kept
    for key in moves.gone:
        people.pop(key, None)
    people |= {person.key: person for person in moves.people}
    tallies |= {tally.zone_id: tally for tally in moves.tallies}


def interleaved(draw: st.DrawFn, steps: Sequence[Step], own: str) -> list[LedgerEntry]:
    """Each gateway's passages in their order, and between gateways any."""
    entries = [entry(step, number, own) for number, step in enumerate(steps)]
    lines = [[one for one in entries if GATEWAYS[one.passage.lane_id] == gateway] for gateway in GATEWAYS.values()]
    arrived = []
    while any(lines):
        line = draw(st.sampled_from([line for line in lines if line]))
        arrived.append(line.pop(0))
    return arrived


@settings(deadline=None)
@given(ANYBODY, st.data())
def test_any_order_of_arrival_makes_the_presence_of_the_true_order(steps: list[Step], data: st.DataObject) -> None:
    told = ledger()
    for number, step in enumerate(steps):
        told.add([entry(step, number)])
    for own in GATEWAYS.values():
        heard = ledger()
        arrived = data.draw(st.composite(interleaved)(steps, own))
        while arrived:
            count = data.draw(st.integers(1, 5))
            heard.add(arrived[:count])
            del arrived[:count]
        assert seen_by(heard.presence) == seen_by(told.presence)


@settings(deadline=None)
@given(ANYBODY, st.data())
def test_what_is_kept_of_late_passages_makes_the_same_presence_after_a_restart(
    steps: list[Step], data: st.DataObject
) -> None:
    heard, kept = ledger(), ({}, {})  # type: tuple[PassageLedger, Kept]
    for one in data.draw(st.composite(interleaved)(steps, "gwy_a")):
        keep(kept, heard.add([one]))
    again = Presence(kept[0].values(), kept[1].values())
    again.learn_site(CLUB)
    assert seen_by(again) == seen_by(heard.presence)


@settings(deadline=None)
@given(ANYBODY, st.sampled_from(MEMBERS), st.data())
def test_whoever_was_forgiven_stays_forgiven_when_something_is_heard_late(
    steps: list[Step], member_id: str, data: st.DataObject
) -> None:
    heard = ledger()
    arrived = data.draw(st.composite(interleaved)(steps, "gwy_a"))
    half = len(arrived) // 2
    for one in arrived[:half]:
        heard.add([one])
    heard.presence.forgive(member_id, NOON + 99)
    heard.add(one for one in arrived[half:] if getattr(one.passage, "member_id", "") != member_id)
    for zone_id in (GYM, SPA):
        assert member_id not in {person.member_id for person in heard.presence.people_in(zone_id, NOON + 99)}
