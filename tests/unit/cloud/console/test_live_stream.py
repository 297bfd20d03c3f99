"""What the event stream tells about the difference of two looks, and that nobody is kept who falls behind."""

import asyncio
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cloud import bus
from cloud.access_events.feed_rows import FeedRow
from cloud.console.live_stream import QUEUE_MAX, TASKS_TOLD_MAX, Change, Sight, Watcher, changes_between
from cloud.database import Database
from cloud.tables import METADATA
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
