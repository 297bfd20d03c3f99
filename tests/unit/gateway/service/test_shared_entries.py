"""When a sibling's passage was, by this gateway's clock, and which passages count."""

import pytest

from gateway.service.shared_entries import MATTERS_MS, entries_of, moment_ms
from sync_protocol.messages import ClockTrust
from sync_protocol.sibling_messages import SharedPassage, SharedPassages
from tests.fake_clock import FakeClock
from tests.sibling_fakes import come, site_of

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


def test_what_is_older_than_a_day_does_not_count() -> None:
    old, young = passage(NOW_MS - MATTERS_MS - 1), passage(NOW_MS - MATTERS_MS)
    entries = entries_of("gwy_b", told(), [old, young], clock=FakeClock(), site=site_of("a", "b"))
    assert [entry.at_ms for entry in entries] == [NOW_MS - MATTERS_MS]
    assert entries[0].gateway_id == "gwy_b"


def test_a_lane_that_nobody_is_known_to_be_in_charge_of_is_believed_of_any_sibling() -> None:
    assert entries_of("gwy_a", told(), [passage(NOW_MS)], clock=FakeClock(), site=site_of("a")) != []
    assert entries_of("gwy_a", told(), [passage(NOW_MS)], clock=FakeClock(), site=site_of("a", "b")) == []
