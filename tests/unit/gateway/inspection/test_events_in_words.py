"""An event as a line, and as fields."""

import msgspec

from gateway.inspection.events_in_words import describe_event, event_fields
from sync_protocol.journal_events import AccessDecided, JournalEvent, StorageChanged

DECIDED = AccessDecided(
    "tap_a", "lan_a", "in", "entry", "0123456789abcdef", "block", "flagged_by_staff", "blocking_flag", 7, "mem_a"
)


def test_a_tap_is_told_without_the_whole_hash_of_the_card() -> None:
    fields = event_fields(JournalEvent(3, "boot", 1, 1_795_000_000_123, "synced", DECIDED))
    assert fields["credential_hash"] == "01234567"
    line = describe_event(fields)
    assert line.startswith("2026-11-18 11:06:40.123Z #3 access_decided: tap_id=tap_a lane_id=lan_a")
    assert "reason=flagged_by_staff" in line


def test_a_time_that_nobody_confirmed_is_marked_and_words_with_blanks_are_quoted() -> None:
    event = JournalEvent(4, "boot", 1, 1_795_000_000_000, "floor", StorageChanged("failing", "disk is full"))
    assert describe_event(event_fields(event)).startswith("~2026-11-18")
    assert 'detail="disk is full"' in describe_event(event_fields(event))


def test_the_lines_of_the_display_stand_side_by_side() -> None:
    shown = msgspec.structs.replace(DECIDED, text="Gate\nclosed")
    line = describe_event(event_fields(JournalEvent(3, "boot", 1, 1_795_000_000_123, "synced", shown)))
    assert 'text="Gate / closed"' in line
