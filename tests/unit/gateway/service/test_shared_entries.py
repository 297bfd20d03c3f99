"""When a sibling's passage was, by this gateway's clock, and which passages count."""

from dataclasses import replace

import pytest

from access_policy.zone import LanePlace
from gateway.domain.passage_ledger import UnnamedPassage
from gateway.domain.presence import Passage
from gateway.service.shared_entries import MATTERS_MS, Beliefs, Heard, entries_of, moment_ms
from sync_protocol.journal_events import AccessTaken, AnonymousPassage
from sync_protocol.messages import ClockTrust
from sync_protocol.sibling_messages import SharedPassage, SharedPassages
from tests.fake_clock import FakeClock
from tests.sibling_fakes import GYM, FakeMembers, come, site_of

NOW_MS = FakeClock().wall_ms()


def told(*passages: SharedPassage, boot_id: str = "boot-b", monotonic_ms: int = 500_000) -> SharedPassages:
    return SharedPassages("epoch", -1, 9, 9, boot_id, monotonic_ms, passages)


def passage(wall_ms: int, clock: ClockTrust = "synced", *, monotonic_ms: int = 440_000) -> SharedPassage:
    return SharedPassage(5, "boot-b", monotonic_ms, wall_ms, clock, come("anna", "b"))


def test_two_clocks_that_are_synchronised_agree() -> None:
    assert moment_ms(passage(NOW_MS - 90_000), told(), FakeClock()) == NOW_MS - 90_000


@pytest.mark.parametrize(("theirs", "ours"), [("floor", "synced"), ("synced", "floor"), ("untrusted", "untrusted")])
def test_where_one_clock_is_doubtful_it_counts_how_long_ago_it_was(theirs: ClockTrust, ours: ClockTrust) -> None:
    clock = FakeClock()
    clock.trust = ours
    assert moment_ms(passage(1, theirs), told(), clock) == NOW_MS - 60_000


def test_of_an_earlier_boot_nobody_knows_better_than_its_clock() -> None:
    assert moment_ms(passage(NOW_MS - 7, "floor"), told(boot_id="later"), FakeClock()) == NOW_MS - 7


def test_nothing_is_later_than_now() -> None:
    assert moment_ms(passage(NOW_MS + 3_600_000), told(), FakeClock()) == NOW_MS
    assert moment_ms(passage(1, "floor", monotonic_ms=900_000), told(), FakeClock()) == NOW_MS


def heard(sender: str, *passages: SharedPassage, members: FakeMembers | None = None) -> Heard:
    """At a gateway that drives `lan_c` without being in charge of it."""
    site = site_of("a", "b", "c")
    lanes = {**site.lanes, "lan_c": LanePlace("lan_c", GYM)}
    beliefs = Beliefs(replace(site, lanes=lanes), {"lan_c"}, (members or FakeMembers()).role_of)
    return entries_of(sender, told(), passages, clock=FakeClock(), beliefs=beliefs)


def of(body: AccessTaken | AnonymousPassage) -> SharedPassage:
    return SharedPassage(5, "boot-b", 440_000, NOW_MS, "synced", body)


def test_what_is_older_than_a_day_does_not_count() -> None:
    old, young = passage(NOW_MS - MATTERS_MS - 1), passage(NOW_MS - MATTERS_MS)
    found = heard("gwy_b", old, young)
    assert [entry.at_ms for entry in found.entries] == [NOW_MS - MATTERS_MS]
    assert (found.entries[0].gateway_id, found.refused) == ("gwy_b", 0)


@pytest.mark.parametrize(
    "body",
    [
        come("anna", "a"),
        come("anna", "nowhere"),
        come("anna", "c"),
        AnonymousPassage("lan_a", "in", "exit_request"),
        AccessTaken("tap", "lan_b", "in", "anna", zone_id="zon_made_up"),
        AccessTaken("tap", "lan_b", "in", "anna", zone_id=GYM, left_zone_id=GYM),
        AccessTaken("tap", "lan_b", "out", "anna", zone_id=GYM),
    ],
    ids=["another's", "nobody's", "our own", "unnamed", "no zone", "a zone left", "the wrong way"],
)
def test_a_sibling_is_not_believed_about_what_it_cannot_have_seen(body: AccessTaken | AnonymousPassage) -> None:
    assert heard("gwy_b", of(body)) == Heard([], 1)


def test_of_somebody_who_is_not_in_the_state_only_the_passage_counts() -> None:
    (entry,) = heard("gwy_b", of(come("made-up", "b")), members=FakeMembers(unknown={"made-up"})).entries
    assert entry.passage == UnnamedPassage("lan_b", "in", NOW_MS // 1000)


def test_who_is_staff_is_said_by_the_state_and_not_by_a_sibling() -> None:
    body = AccessTaken("tap", "lan_b", "in", "anna", zone_id=GYM, is_staff=True)
    for members, is_staff in ((FakeMembers(), False), (FakeMembers(staff={"anna"}), True)):
        (entry,) = heard("gwy_b", of(body), members=members).entries
        assert isinstance(entry.passage, Passage)
        assert entry.passage.is_staff == is_staff
