"""Who is where, kept in journal.db with the events that say so, and known again after a restart or a damage."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from access_policy.facts import Whereabouts
from gateway.adapters.store_sqlite.journal import JournalLimits
from gateway.adapters.store_sqlite.store import GatewayStore
from sync_protocol.journal_events import AccessNotTaken, AccessTaken, AnonymousPassage, EventBody
from sync_protocol.state_rows import EntitlementRow, LaneRow, ZoneRow
from tests.desired_state import DesiredState, club, load, member_rows
from tests.fake_clock import FakeClock
from tests.opened_store import everything_in, opened, run

GYM = "zon_gym"
NOW_S = FakeClock().wall_ms() // 1000


def club_with_gym(members: int) -> DesiredState:
    state = club(members)
    state.put(ZoneRow(GYM, "Gym", "hard"), LaneRow("lan_a", GYM))
    return state


def member_id(number: int) -> str:
    return f"mem_{number:020d}"


def come(number: int, *, is_guest: bool = False, is_staff: bool = False) -> EventBody:
    return AccessTaken(
        "tap", "lan_a", "in", member_id(number), zone_id=GYM, is_guest=is_guest, is_staff=is_staff, spends_visit=True
    )


def go(number: int) -> EventBody:
    return AccessTaken("tap", "lan_a", "out", member_id(number), left_zone_id=GYM)


def learn_site(store: GatewayStore) -> None:
    store.journal.presence.learn_site(store.gate_reader.find_gate_view("").site)


def test_presence_survives_a_restart_and_the_acknowledgement_of_its_events(tmp_path: Path) -> None:
    async def test() -> None:
        async with opened(tmp_path) as store:
            await load(store.state, club_with_gym(5))
            learn_site(store)
            for body in (come(1), come(2), come(2, is_guest=True), go(1), come(3, is_staff=True)):
                store.journal.append(body)
            store.journal.append(AnonymousPassage("lan_a", "in", "exit_request"))
            store.journal.append(AccessNotTaken("tap", "lan_a", "in", member_id(4)))
            await store.journal.flushed()
            await store.journal.settle(6, 2)
        async with opened(tmp_path) as store:
            learn_site(store)
            presence = store.journal.presence
            assert presence.occupancy(GYM, NOW_S) == 4
            assert presence.unnamed_in(GYM, NOW_S) == 1
            assert presence.guests_today(member_id(2), NOW_S) == 1
            assert presence.has_staff_inside(GYM, NOW_S)
            assert presence.whereabouts(member_id(1)) == Whereabouts("", NOW_S, "lan_a")
            assert presence.whereabouts(member_id(4)) is None

    run(test)


_LIVE_UNTIL_KILLED = """
import asyncio, sys
from pathlib import Path
from tests.integration.test_store_presence import come
from tests.opened_store import opened

async def live():
    async with opened(Path(sys.argv[1])) as store:
        for number in range(50):
            store.journal.append(come(number))
            await store.journal.flushed()
        print("durable", flush=True)
        await asyncio.sleep(60)

asyncio.run(live())
"""


def test_a_killed_gateway_still_knows_how_many_are_inside(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _LIVE_UNTIL_KILLED, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "durable\n"
        os.kill(process.pid, signal.SIGKILL)

    async def test() -> None:
        async with opened(tmp_path) as store:
            assert store.journal.presence.occupancy(GYM, NOW_S) == 50

    run(test)


def test_what_staff_forgave_counts_no_more_by_delta_by_snapshot_and_after_a_restart(tmp_path: Path) -> None:
    state = club_with_gym(5)

    def forgive(number: int) -> None:
        row = member_rows(number)[1]
        state.put(EntitlementRow(row.member_id, row.display_name, "en", row.windows, forgiven_at=NOW_S + 1))

    async def test() -> None:
        async with opened(tmp_path) as store:
            await load(store.state, state)
            learn_site(store)
            presence = store.journal.presence
            for number in (1, 2, 3):
                store.journal.append(come(number))
            forgive(1)
            assert await store.state.apply_delta(state.delta(store.state.applied_revision))
            assert presence.occupancy(GYM, NOW_S) == 2
            forgive(2)
            await load(store.state, state)
            assert presence.occupancy(GYM, NOW_S) == 1
        async with opened(tmp_path) as store:
            learn_site(store)
            assert store.journal.presence.occupancy(GYM, NOW_S) == 1

    run(test)


def test_people_are_saved_from_a_damaged_journal(tmp_path: Path) -> None:
    async def test() -> None:
        async with opened(tmp_path) as store:
            for number in range(5):
                store.journal.append(come(number))
            for _ in range(2_000):
                store.journal.append(AccessNotTaken("tap", "lan_a", "in", "x" * 200))
            await store.journal.flushed()
        path = tmp_path / "journal.db"
        with path.open("r+b") as file:
            file.seek(path.stat().st_size // 2)
            file.write(b"\xff" * 20_000)
        async with opened(tmp_path) as store:
            assert list(tmp_path.glob("journal.db.aside-corrupt-*"))
            assert store.journal.presence.occupancy(GYM, NOW_S) == 5

    run(test)


def test_a_disk_that_does_not_keep_up_loses_events_but_nobodys_whereabouts(tmp_path: Path) -> None:
    async def test() -> None:
        limits = JournalLimits(pending_max=40, fold_count=20)
        async with opened(tmp_path, limits=limits) as store:
            for _ in range(30):
                for number in range(10):
                    store.journal.append(come(number))
            await everything_in(store)
        async with opened(tmp_path) as store:
            assert store.journal.presence.occupancy(GYM, NOW_S) == 10

    run(test)
