"""What lanes tell of themselves, between the taps."""

from zoneinfo import ZoneInfo

import pytest

from cloud.access_events import feed_rows, journal
from cloud.access_events.feed_rows import FeedRow
from cloud.access_events.lane_news import LaneNews
from cloud.access_events.repository import EventFilter
from cloud.kit.clock import utc_now
from sync_protocol.journal_events import (
    CHAIN_START,
    AccessDecided,
    AnonymousPassage,
    EventBody,
    JournalEvent,
    LaneChanged,
    LaneModeChanged,
    SealedEvent,
    seal_event,
)
from sync_protocol.messages import EventBatch
from tests.club import Club, gateway_of


def written(*bodies: EventBody) -> tuple[SealedEvent, ...]:
    events: list[SealedEvent] = []
    now_ms = int(utc_now().timestamp() * 1000)
    for seq, body in enumerate(bodies):
        chain = events[-1].chain if events else CHAIN_START
        events.append(seal_event(JournalEvent(seq, "boot", seq, now_ms, "synced", body), chain))
    return tuple(events)


def test_the_feed_shows_what_lanes_tell_among_the_taps_and_not_who_leaves_by_the_button(shared_club: Club) -> None:
    lane_id = shared_club.add_lane()
    gateway_id = shared_club.add_gateway(lane_id)
    events = written(
        LaneChanged(lane_id, "tailgating", "pass_in"),
        AccessDecided("tap", lane_id, "in", "entry", "", "block", "credential_not_found", "unknown_credential", 1),
        LaneChanged(lane_id, "exit_requested"),
        AnonymousPassage(lane_id, "out", "exit_request"),
        LaneModeChanged(lane_id, "lockdown", "local:anna", 1_900_000_000),
    )
    with shared_club.database.transaction() as session:
        journal.record_batch(session, gateway_of(session, gateway_id), EventBatch("epoch", events))
    with shared_club.database.session() as session:
        page = feed_rows.latest(session, EventFilter(gateway_id=gateway_id), before_id=None, limit=10)
        changes, newest_id = feed_rows.news(session, after_id=page.rows[-1].event_id - 1, limit=10)
    shown = [row.reason if isinstance(row, FeedRow) else row.state or row.mode for row in page.rows]
    assert shown == ["lockdown", "credential_not_found", "tailgating"]
    assert [change.event_id for change in changes] == [row.event_id for row in reversed(page.rows)]
    assert newest_id == page.rows[0].event_id


@pytest.mark.parametrize(
    ("news", "tone"),
    [
        ({"state": "cleared"}, "allow"),
        ({"state": "jam"}, "block"),
        ({"mode": "locked"}, "message"),
        ({"mode": "evacuation"}, "block"),
        ({"mode": "normal"}, "allow"),
    ],
)
def test_what_is_over_is_good_and_what_staff_told_is_to_be_looked_at(news: dict[str, str], tone: str) -> None:
    shown = LaneNews(1, utc_now(), ZoneInfo("Europe/Rome"), "Lane 1", is_history=False, **news)
    assert shown.tone == tone
