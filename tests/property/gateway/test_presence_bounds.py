"""Whatever passages name: no more people are known than may be, those who moved last are, and the rows say the same."""

import random
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.domain import presence as domain
from gateway.domain.passage_ledger import LedgerEntry, PassageLedger
from gateway.domain.presence import Passage, Person, Presence
from gateway.domain.zone_count import PersonKey
from tests.property.gateway.test_presence_laws import CLUB, GYM, NOON

MEMBERS_MAX = 3
Walk = tuple[int, bool, bool]
"""Which member, whether in, and whether it is a guest of theirs who comes in."""
WALKS = st.lists(st.tuples(st.integers(0, 6), st.booleans(), st.booleans()), max_size=40)


def entry(walk: Walk, number: int, gateway_id: str = "gwy_a") -> LedgerEntry:
    member, is_inward, is_guest = walk
    zones = (GYM, "") if is_inward else ("", GYM)
    passage = Passage(f"mem_{member}", "lan_door", *zones, NOON + number, is_guest=is_guest and is_inward)
    return LedgerEntry(gateway_id, number, (NOON + number) * 1000, passage)


def small() -> PassageLedger:
    presence = Presence(members_max=MEMBERS_MAX)
    presence.learn_site(CLUB)
    return PassageLedger(presence, spacing=4, copies_max=100)


def known(ledger: PassageLedger) -> dict[PersonKey, Person]:
    copied = ledger.presence.copy()
    return copied.people({*copied.members, *copied.guests})


def last_movers(walks: Sequence[Walk]) -> set[str]:
    moved = dict.fromkeys(f"mem_{member}" for member, _, _ in reversed(walks))
    return set(list(moved)[:MEMBERS_MAX])


@settings(deadline=None)
@given(WALKS)
def test_no_more_are_known_than_may_be_and_the_rows_say_the_same(walks: list[Walk]) -> None:
    ledger, rows = small(), dict[PersonKey, Person]()
    for number, walk in enumerate(walks):
        moves = ledger.add([entry(walk, number)])
        for key in moves.gone:
            rows.pop(key, None)
        rows |= {person.key: person for person in moves.people}
        assert sum(not guest for _, guest in rows) <= MEMBERS_MAX
    assert rows == known(ledger)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 6), st.booleans(), st.just(False)), max_size=40))
def test_who_moved_last_is_known(walks: list[Walk]) -> None:
    ledger = small()
    ledger.add(entry(walk, number) for number, walk in enumerate(walks))
    assert {member_id for member_id, _ in known(ledger)} == last_movers(walks)


@settings(deadline=None)
@given(WALKS, st.randoms(use_true_random=False))
def test_no_more_are_known_in_whatever_order_they_are_told(walks: list[Walk], chance: random.Random) -> None:
    ledger = small()
    entries = [entry(walk, number, f"gwy_{number}") for number, walk in enumerate(walks)]
    chance.shuffle(entries)
    for one in entries:
        ledger.add([one])
        members = {member_id for member_id, guest in known(ledger) if not guest}
        assert len(members) <= MEMBERS_MAX
        inside = {person.key for person in ledger.presence.people_in(GYM, NOON + 99)}
        assert inside <= known(ledger).keys(), "nobody is inside who is not known"


def test_guests_without_end_are_forgotten_the_oldest_first() -> None:
    ledger = small()
    brought = domain.GUESTS_MAX + 5
    moves = [ledger.add([entry((1, True, True), number)]) for number in range(brought)]
    assert sorted(known(ledger)) == [("mem_1", number) for number in range(6, brought + 1)]
    assert [each.gone for each in moves[-2:]] == [(("mem_1", 4),), (("mem_1", 5),)]


def test_guests_of_members_without_end_are_forgotten_too() -> None:
    ledger = small()
    ledger.add(entry((number, True, True), number) for number in range(domain.HOSTS_MAX + 2))
    hosts = {member_id for member_id, guest in known(ledger) if guest}
    assert len(hosts) == domain.HOSTS_MAX
    assert hosts.isdisjoint({"mem_0", "mem_1"})
