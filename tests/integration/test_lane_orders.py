"""What lanes were told to be, on a disk."""

import contextlib
import sqlite3
from pathlib import Path

from gateway.domain.lane_mode import LaneMode, ModeOrder
from tests.opened_store import opened, run


def test_orders_are_there_after_a_restart_the_last_of_each_lane(tmp_path: Path) -> None:
    async def first() -> None:
        async with opened(tmp_path) as store:
            assert store.lane_orders.orders == {}
            await store.lane_orders.keep("lan_a", ModeOrder(LaneMode.FREE_PASSAGE, "anna", 1_900_000_000))
            await store.lane_orders.keep("lan_a", ModeOrder(LaneMode.EVACUATION, "anna"))
            await store.lane_orders.keep("lan_b", ModeOrder(LaneMode.LOCKED, "time"))

    async def second() -> None:
        async with opened(tmp_path) as store:
            assert store.lane_orders.orders == {
                "lan_a": ModeOrder(LaneMode.EVACUATION, "anna"),
                "lan_b": ModeOrder(LaneMode.LOCKED, "time"),
            }

    run(first)
    run(second)


def test_an_evacuation_is_saved_from_a_journal_that_is_put_aside(tmp_path: Path) -> None:
    async def first() -> None:
        async with opened(tmp_path) as store:
            await store.lane_orders.keep("lan_a", ModeOrder(LaneMode.EVACUATION, "anna"))
            await store.lane_orders.keep("lan_b", ModeOrder(LaneMode.LOCKED, "anna"))

    async def second() -> None:
        async with opened(tmp_path) as store:
            assert store.lane_orders.orders == {"lan_a": ModeOrder(LaneMode.EVACUATION, "anna")}

    run(first)
    with contextlib.closing(sqlite3.connect(tmp_path / "journal.db")) as connection:
        connection.execute("UPDATE lane_mode SET mode = 'a mode of tomorrow' WHERE lane_id = 'lan_b'")
        connection.execute("PRAGMA user_version = 99")
        connection.commit()
    run(second)
