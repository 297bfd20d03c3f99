"""What is written with an event: the visit it burnt, whom it moved, and now and then whom nobody has seen for long."""

from gateway.adapters.store_sqlite.consequences import Consequence, Row, UnseenPeople, move_people, newest, visit_of
from gateway.adapters.store_sqlite.visit_account import Visit
from gateway.domain.passage_ledger import PassageLedger
from gateway.domain.presence import SECONDS_PER_DAY, UNSEEN_MAX_S, Person, Presence
from gateway.domain.zone_count import ZoneTally
from sync_protocol.journal_events import AccessNotTaken, AccessTaken, EventBody, JournalEvent
from sync_protocol.messages import ClockTrust

NOW_S = 1_800_000_000
COME = AccessTaken("tap", "lan_a", "in", "anna", "ctr_a", spends_visit=True, zone_id="zon_a")


def event(body: EventBody, at_s: int = NOW_S, clock: ClockTrust = "synced") -> JournalEvent:
    return JournalEvent(5, "boot", 1, at_s * 1000, clock, body)


def test_only_a_passage_moves_and_only_a_spent_credit_is_a_visit() -> None:
    nobody = AccessNotTaken("tap", "lan_a", "in", "anna")
    assert visit_of(5, COME) == Visit(5, "ctr_a")
    assert visit_of(5, nobody) is None
    assert visit_of(5, AccessTaken("tap", "lan_a", "in", "anna", "ctr_a")) is None
    assert move_people(PassageLedger(Presence()), event(nobody)) == []
    assert Person("anna", 0, "zon_a", NOW_S, "lan_a") in move_people(PassageLedger(Presence()), event(COME))


def test_once_a_day_the_unseen_are_forgotten_by_a_clock_that_is_right() -> None:
    presence = Presence([Person("boris", 0, "zon_a", NOW_S - UNSEEN_MAX_S - 1, "lan_a")])
    ledger = PassageLedger(presence)
    assert UnseenPeople not in map(type, move_people(ledger, event(COME, clock="floor")))
    unseen = UnseenPeople(NOW_S - UNSEEN_MAX_S, NOW_S + UNSEEN_MAX_S)
    assert unseen in move_people(ledger, event(COME))
    assert presence.whereabouts("boris") is None
    assert unseen not in move_people(ledger, event(COME))
    assert UnseenPeople in map(type, move_people(ledger, event(COME, NOW_S + SECONDS_PER_DAY)))


def test_of_what_waits_each_person_and_zone_is_kept_once_and_every_visit() -> None:
    rows: list[Row] = [
        Visit(1, "ctr_a"),
        Person("anna", 0, "zon_a", 1, "lan_a"),
        ZoneTally("zon_a", 1, 1),
        Visit(2, "ctr_a"),
        Person("anna", 1, "zon_a", 2, "lan_a"),
        Person("anna", 0, "", 3, "lan_a"),
        ZoneTally("zon_a", 2, 3),
    ]
    kept = newest(Consequence(seq, row) for seq, row in enumerate(rows))
    assert [one.row for one in kept] == [rows[0], *rows[3:]]
    assert [one.seq for one in kept] == [0, 3, 4, 5, 6]
