"""Passages that are heard of late take their place; of one gateway the later entry is the later passage."""

from access_policy.facts import Whereabouts
from gateway.domain.passage_ledger import OWN, LedgerEntry, PassageLedger, UnnamedPassage
from gateway.domain.presence import Passage, Person, Presence
from tests.unit.gateway.domain.test_presence import DOOR, GYM, INNER, NOON, SITE, SPA


def ledger(*people: Person) -> PassageLedger:
    presence = Presence(people)
    presence.learn_site(SITE)
    return PassageLedger(presence, spacing=2, copies_max=3)


def come(at_s: int, member_id: str = "anna", gateway_id: str = OWN, *, is_guest: bool = False) -> LedgerEntry:
    return LedgerEntry(gateway_id, at_s, at_s * 1000, Passage(member_id, DOOR, GYM, "", at_s, is_guest))


def go(at_s: int, member_id: str = "anna", gateway_id: str = OWN) -> LedgerEntry:
    return LedgerEntry(gateway_id, at_s, at_s * 1000, Passage(member_id, INNER, "", GYM, at_s))


def test_a_passage_of_before_moves_nobody_who_has_gone_on_since() -> None:
    told = ledger()
    told.add([go(NOON + 60)])
    told.add([come(NOON, gateway_id="gwy_b")])
    assert told.presence.whereabouts("anna") == Whereabouts("", NOON + 60, INNER)
    assert told.presence.occupancy(GYM, NOON + 90) == 0


def test_of_one_gateway_the_later_entry_counts_whatever_its_clock_said() -> None:
    told = ledger()
    told.add([come(NOON), go(NOON - 600)])
    assert told.presence.occupancy(GYM, NOON) == 0


def test_what_a_late_passage_changes_is_told_once_with_guests_who_turned_out_to_be_none() -> None:
    told = ledger()
    told.add([come(NOON, "anna", is_guest=True), come(NOON + 10, "boris")])
    moves = told.add([LedgerEntry("gwy_b", 1, (NOON + 5) * 1000, UnnamedPassage(DOOR, "in", NOON + 5))])
    assert (moves.people, moves.gone) == ((), ())
    assert [tally.unnamed for tally in moves.tallies] == [1]


def test_what_is_older_than_the_beginning_moves_only_who_was_not_seen_since() -> None:
    told = ledger(Person("anna", 0, "", NOON, DOOR))
    told.add([come(NOON - 60, "anna", "gwy_b"), come(NOON - 50, "boris", "gwy_b")])
    assert [person.member_id for person in told.presence.people_in(GYM, NOON)] == ["boris"]


def test_what_is_older_than_all_copies_moves_only_who_was_not_seen_since() -> None:
    told = ledger()
    told.add([come(NOON + number, f"member{number}") for number in range(20)])
    told.add([go(NOON + 1, "member3", "gwy_b"), come(NOON + 2, "late", "gwy_b")])
    assert told.presence.whereabouts("member3") == Whereabouts(GYM, NOON + 3, DOOR)
    assert told.presence.occupancy(GYM, NOON + 30) == 21


def test_an_own_passage_counts_also_before_the_beginning() -> None:
    told = ledger(Person("anna", 0, "", NOON, DOOR))
    told.add([come(NOON - 3600)])
    assert told.presence.occupancy(GYM, NOON) == 1
    told.begin_again()
    told.add([LedgerEntry(OWN, 9, NOON * 1000, Passage("anna", INNER, SPA, GYM, NOON))])
    assert (told.presence.occupancy(GYM, NOON), told.presence.occupancy(SPA, NOON)) == (0, 1)
