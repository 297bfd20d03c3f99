"""Files that are damaged, rubbish, newer than the program, or in use: what becomes of them."""

import asyncio
import contextlib
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.adapters.store_sqlite.store import GatewayStore
from gateway.service.ports import StoreBusyError
from sync_protocol.journal_events import GapRecorded, GatewayStarted, parse_event
from tests.desired_state import club, flag_row, load
from tests.fake_clock import FakeClock
from tests.journal_series import assert_complete, taken
from tests.opened_store import everything_in, opened, run

ROOT = Path(__file__).resolve().parents[2]


def damage(path: Path) -> None:
    """Overwrite the middle of the file."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size // 2)
        file.write(b"\xa5" * 8192)


def test_a_damaged_state_is_put_aside_and_costs_no_event(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    state = club(1000)

    async def test() -> None:
        async with opened(tmp_path) as store:
            await load(store.state, state)
            store.journal.append(GatewayStarted("1", 0))
            epoch = store.journal.epoch
        damage(tmp_path / "entitlements.db")
        async with opened(tmp_path) as store:
            assert (store.state.applied_revision, store.journal.epoch) == (0, epoch)
            assert len(await everything_in(store)) == 1
            await load(store.state, state)

    run(test)
    assert "is corrupt" in caplog.text
    assert [path.name for path in tmp_path.glob("*.aside-*")] == ["entitlements.db.aside-corrupt-0001"]


DAMAGE = pytest.mark.parametrize(
    "damage_rows",
    [
        "UPDATE state_row SET body = CAST(replace(body, 'Member 17', 'Member 18') AS BLOB) WHERE key LIKE 'ent%17'",
        "UPDATE state_row SET body = x'c1' WHERE key LIKE 'ent%17'",
        "UPDATE state_row SET key = key || 'x' WHERE key LIKE 'ent%17'",
        "UPDATE state_row SET member_id = 'mem_nobody' WHERE key LIKE 'flag/%'",
        "DELETE FROM state_row WHERE key LIKE 'ent%17'",
        "DELETE FROM member_flag",
        "INSERT INTO member_flag SELECT generation, member_id, key || 'x' FROM member_flag",
    ],
)


@DAMAGE
def test_rows_that_are_not_what_they_were_are_found_and_a_snapshot_mends_them(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, damage_rows: str
) -> None:
    state = club(1000)
    state.put(flag_row(1, 17))

    async def test() -> None:
        async with opened(tmp_path) as store:
            await load(store.state, state)
        async with opened(tmp_path) as store:
            await until(lambda: "revision 2 are sound" in caplog.text)
            assert not store.state.is_damaged
        with contextlib.closing(sqlite3.connect(tmp_path / "entitlements.db", isolation_level=None)) as connection:
            assert connection.execute(damage_rows).rowcount > 0
        async with opened(tmp_path) as store:
            await until(lambda: store.state.is_damaged)
            await load(store.state, state)
            assert not store.state.is_damaged

    with caplog.at_level("DEBUG"):
        run(test)
    assert caplog.text.count("are not what they were") == 1


def test_a_state_that_changes_while_it_is_read_through_is_still_sound(tmp_path: Path) -> None:
    state = club(2000)

    async def test() -> None:
        async with opened(tmp_path) as store:
            await load(store.state, state)
        async with opened(tmp_path) as store:
            for number in range(30):
                before = state.revision
                state.put(flag_row(number, number))
                assert await store.state.apply_delta(state.delta(before))
                await asyncio.sleep(0.002)
            await asyncio.sleep(0.2)
            assert not store.state.is_damaged

    run(test)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.01)


def test_a_damaged_journal_is_saved_as_far_as_it_can_be_read(tmp_path: Path) -> None:
    async def test() -> None:
        async with opened(tmp_path) as store:
            for number in range(3000):
                store.journal.append(GatewayStarted("1", number))
            store.journal.append(taken("ctr_a"))
            epoch = store.journal.epoch
        damage(tmp_path / "journal.db")
        async with opened(tmp_path) as store:
            assert store.journal.epoch != epoch
            events = await everything_in(store)
            assert assert_complete(events) == 3001
            readable = [event for event in events if not isinstance(parse_event(event).body, GapRecorded)]
            assert len(readable) > 2000
            assert store.journal.visits_spent("ctr_a") == 1
            assert store.journal.append(GatewayStarted("1", 0)) == 3001

    run(test)


@pytest.mark.parametrize("content", [b"not a database at all" * 500, b"SQLite format 3\x00" + b"\xff" * 4080, b"x"])
def test_rubbish_in_the_place_of_the_files_is_put_aside(tmp_path: Path, content: bytes) -> None:
    for name in ("entitlements.db", "journal.db"):
        (tmp_path / name).write_bytes(content)

    async def test() -> None:
        async with opened(tmp_path) as store:
            store.journal.append(GatewayStarted("1", 0))
            assert len(await everything_in(store)) == 1
            await load(store.state, club(3))

    run(test)


def test_files_of_a_newer_program_are_put_aside_and_the_events_saved(tmp_path: Path) -> None:
    async def test() -> None:
        async with opened(tmp_path) as store:
            store.journal.append(GatewayStarted("1", 7))
            await load(store.state, club(3))
        for name in ("entitlements.db", "journal.db"):
            with contextlib.closing(sqlite3.connect(tmp_path / name)) as connection:
                connection.execute("PRAGMA user_version = 99")
        async with opened(tmp_path) as store:
            assert store.state.applied_revision == 0
            (event,) = await everything_in(store)
            assert parse_event(event).body == GatewayStarted("1", 7)

    run(test)
    assert len(list(tmp_path.glob("*.aside-newer-0001"))) == 2


def test_only_the_newest_files_put_aside_are_kept(tmp_path: Path) -> None:
    for _ in range(6):
        (tmp_path / "journal.db").write_bytes(b"rubbish" * 1000)
        GatewayStore.open(tmp_path, FakeClock()).close()
    assert sorted(path.name[-4:] for path in tmp_path.glob("journal.db.aside-*")) == ["0004", "0005", "0006"]


def test_a_second_gateway_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    store = GatewayStore.open(tmp_path, FakeClock())
    with pytest.raises(StoreBusyError, match="another gateway"):
        GatewayStore.open(tmp_path, FakeClock())
    store.close()
    GatewayStore.open(tmp_path, FakeClock()).close()


def test_a_current_file_is_opened_without_the_migration_library(tmp_path: Path) -> None:
    GatewayStore.open(tmp_path, FakeClock()).close()
    script = (
        "import sys; from pathlib import Path; from gateway.adapters.store_sqlite.store import GatewayStore;"
        "from tests.fake_clock import FakeClock; GatewayStore.open(Path(sys.argv[1]), FakeClock()).close();"
        "sys.exit('sqlite_utils' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], cwd=ROOT, check=True)


def test_the_files_can_be_read_by_nobody_else(tmp_path: Path) -> None:
    GatewayStore.open(tmp_path / "state", FakeClock()).close()
    assert (tmp_path / "state").stat().st_mode & 0o077 == 0
