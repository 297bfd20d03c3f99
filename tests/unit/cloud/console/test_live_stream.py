"""What the event stream tells about the difference of two looks, and that nobody is kept who falls behind."""

import asyncio
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from anyio.to_thread import run_sync

import cloud.site_scope  # noqa: F401  narrows what is read
from cloud import bus
from cloud.access_events import journal
from cloud.access_events.feed_rows import FeedRow
from cloud.console.live_stream import QUEUE_MAX, TASKS_TOLD_MAX, Change, Sight, Watcher, changes_between, messages_for
from cloud.console.viewer import Viewer
from cloud.database import Database
from cloud.kit.clock import utc_now
from cloud.kit.ids import new_id
from cloud.sites import service as sites
from cloud.sites.policy import SiteRules
from cloud.staff.policy import Permission, Rights
from cloud.staff.service import SignedIn
from cloud.tables import METADATA
from sync_protocol.journal_events import CHAIN_START, JournalEvent, LaneChanged, seal_event
from sync_protocol.messages import EventBatch
from tests.club import SECRET, Club, sqlite_club
from tests.tables import create_tables

TAP = FeedRow(
    event_id=7,
    tap_id="t7",
    occurred_at=datetime(2026, 11, 21, tzinfo=UTC),
    zone=ZoneInfo("Europe/Rome"),
    lane_name="Lane 1",
    direction="in",
    outcome="allow",
    reason="granted",
    text="",
    member_id=None,
    member_name=None,
    is_history=False,
)


def sight(*, head: int = 5, revision: int = 5, clock: str = "synced", taps: tuple[FeedRow, ...] = ()) -> Sight:
    gateway: tuple[Any, ...] = (True, revision, clock)
    return Sight(newest_id=7, taps=taps, gateways={"gwy_1": gateway}, heads={"sit_1": head})


def test_without_a_difference_nothing_is_told() -> None:
    assert changes_between(sight(), sight()) == []


def test_a_tap_is_told_with_its_row() -> None:
    assert changes_between(sight(), sight(taps=(TAP,))) == [Change("access", tap=TAP)]


def test_a_new_revision_and_a_gateway_that_applies_it_concern_flags_too() -> None:
    assert changes_between(sight(), sight(head=6)) == [Change("gateway"), Change("flag")]
    assert changes_between(sight(head=6), sight(head=6, revision=6)) == [Change("gateway", "gwy_1"), Change("flag")]


def test_the_clock_of_a_gateway_concerns_no_flag() -> None:
    assert changes_between(sight(), sight(clock="floor")) == [Change("gateway", "gwy_1")]


def test_a_gateway_that_appears_is_told() -> None:
    nothing = Sight(newest_id=7, taps=(), gateways={}, heads={"sit_1": 5})
    assert changes_between(nothing, sight()) == [Change("gateway", "gwy_1"), Change("flag")]


@pytest.fixture
def database() -> Iterator[Database]:
    database = Database("sqlite://", dispatch=bus.dispatch)
    create_tables(database)
    yield database
    database.close()


def test_a_listener_who_falls_behind_is_let_go(database: Database) -> None:
    async def listen_slowly() -> list[str]:
        watcher = Watcher(database)
        kinds = []
        async for change in watcher.listen():
            kinds.append(change.kind)
            if change.kind == "listening":
                for _ in range(QUEUE_MAX + 1):
                    watcher._tell(Change("gateway"))  # as if so much had happened at once
        return kinds

    kinds = asyncio.run(listen_slowly())
    assert kinds == ["listening"] + ["gateway"] * (QUEUE_MAX - 1)


def test_when_the_database_fails_the_listeners_are_let_go(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    METADATA.drop_all(database.engine)

    async def listen() -> list[str]:
        return [change.kind async for change in Watcher(database).listen()]

    assert asyncio.run(listen()) == ["listening"]
    assert "cannot look at the database" in caplog.text


def test_when_the_last_listener_goes_nobody_looks_any_more(database: Database) -> None:
    async def listen_once() -> None:
        watcher = Watcher(database)
        async with aclosing(watcher.listen()) as changes:
            assert (await anext(changes)).kind == "listening"
        assert watcher._task is not None
        await asyncio.wait_for(watcher._task, timeout=10)
        async with aclosing(watcher.listen()) as changes:
            assert (await anext(changes)).kind == "listening"

    asyncio.run(listen_once())


def test_each_task_that_changed_is_told_by_its_id_whatever_the_order_of_the_commits() -> None:
    """Feature 143: a card that somebody moves is seen in other browsers."""
    before = replace(sight(), task_lines={"ten_3": "tsk_a"})
    seen = replace(sight(), task_lines={"ten_2": "tsk_b", "ten_3": "tsk_a", "ten_4": "tsk_a", "ten_5": "tsk_a"})
    assert changes_between(before, seen) == [Change("task", "tsk_a"), Change("task", "tsk_b")]


def test_of_very_many_tasks_it_is_only_told_that_some_changed() -> None:
    seen = replace(sight(), task_lines={f"ten_{number}": f"tsk_{number}" for number in range(TASKS_TOLD_MAX + 1)})
    assert changes_between(sight(), seen) == [Change("task")]


def _viewer(rights: Rights) -> Viewer:
    person = SignedIn("stf_1", "ses_1", "Anna", "a@club.test", "en", "own", "", utc_now(), rights)
    return Viewer("en", None, utc_now(), "/stream", is_fragment=False, staff=person)


def _lane_event(club: Club, site_id: str) -> None:
    with club.database.transaction() as session:
        lane = sites.create_lane(session, club.actor, site_id, f"Lane of {site_id}")
        gateway = sites.add_gateway(session, lane, new_id("gwy"), "1")
        at_ms = int(utc_now().timestamp() * 1000)
        event = JournalEvent(0, "boot", 0, at_ms, "synced", LaneChanged(lane.id, "jammed"))
        journal.record_batch(session, gateway, EventBatch("epoch", (seal_event(event, CHAIN_START),)))


def test_each_hears_of_the_sites_and_things_that_their_pages_show(tmp_path: Path) -> None:
    here_only = frozenset[Permission]({"access.read"})

    async def listen(club: Club, rights: Rights, other: str) -> str:
        watcher, told = Watcher(club.database), ""
        async with aclosing(messages_for(watcher, club.database, _viewer(rights), 0)) as messages:
            told += await anext(messages) + await anext(messages)
            await run_sync(_lane_event, club, other)
            watcher._tell(Change("task", "tsk_secret"))
            watcher._tell(Change("alarm"))
            watcher._tell(Change("gateway", "last"))
            while "event: gateway" not in told or "event: alarm" not in told:
                told += await asyncio.wait_for(anext(messages), 20)
        return told

    with sqlite_club(tmp_path / "club.db") as club:
        with club.database.transaction() as session:
            other = sites.create_site(session, club.actor, SiteRules("Ostia", "Europe/Rome", "it"), SECRET).id
        _lane_event(club, club.site_id)
        told = asyncio.run(listen(club, Rights(frozenset(), {club.site_id: here_only | {"gateways.read"}}), other))
        assert f"Lane of {club.site_id}" in told
        assert f"Lane of {other}" not in told
        assert "event: task" not in told
        assert "last" not in told, "which gateway it was is for those who see all of them"
