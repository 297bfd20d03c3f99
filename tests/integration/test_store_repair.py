"""A row that changed behind the gateway's back: only the buckets that differ are fetched, and come in force at once."""

import contextlib
import sqlite3
from pathlib import Path

import pytest

from gateway.adapters.store_sqlite.state_file import AUDITED_EVERY_S
from gateway.adapters.store_sqlite.store import GatewayStore
from sync_protocol.digest import bucket_of
from sync_protocol.messages import BucketRepair, StateBuckets
from sync_protocol.state_rows import row_key
from tests.desired_state import DesiredState, club, credential_hash_of, flag_row, load
from tests.integration.test_store_damage import DAMAGE, until
from tests.opened_store import opened, run


def spoil(folder: Path, statement: str) -> None:
    with contextlib.closing(sqlite3.connect(folder / "entitlements.db", isolation_level=None)) as connection:
        assert connection.execute(statement).rowcount > 0


async def parts_for(store: GatewayStore, state: DesiredState, *, chunk_bytes: int = 40_000) -> list[BucketRepair]:
    buckets = await store.state.count_buckets()
    assert buckets is not None
    return state.repair(StateBuckets(store.state.applied_revision, buckets), chunk_bytes=chunk_bytes)


def names_of(store: GatewayStore, member: int) -> tuple[str | None, int]:
    view = store.gate_reader.find_gate_view(credential_hash_of(member))
    return view.entitlement.display_name if view.entitlement else None, len(view.flags)


@DAMAGE
def test_a_silent_difference_is_mended_by_the_rows_of_a_few_buckets(tmp_path: Path, damage_rows: str) -> None:
    state = club(1000)
    state.put(flag_row(1, 17))

    async def test() -> None:
        async with opened(tmp_path) as store:
            await load(store.state, state)
        spoil(tmp_path, damage_rows)
        async with opened(tmp_path) as store:
            await until(lambda: store.state.is_damaged)
            parts = await parts_for(store, state)
            assert sum(len(part.rows) for part in parts) < 100
            assert [await store.state.stage_repair(part) for part in parts] == [True]
            assert not store.state.is_damaged
            assert names_of(store, 17) == ("Member 17", 1)
        async with opened(tmp_path) as store:
            assert (await parts_for(store, state))[0].buckets == b""

    run(test)


def test_a_digest_that_was_kept_wrong_is_put_right_without_any_row(tmp_path: Path) -> None:
    state = club(50)

    async def test() -> None:
        async with opened(tmp_path) as store:
            await load(store.state, state)
        spoil(tmp_path, "UPDATE state SET digest = zeroblob(2048)")
        async with opened(tmp_path) as store:
            assert store.state.digest_root != state.digest_root
            (part,) = await parts_for(store, state)
            assert (part.buckets, part.rows) == (b"", ())
            assert await store.state.stage_repair(part)
            assert store.state.digest_root == state.digest_root

    run(test)


def test_a_repair_brings_what_was_decided_meanwhile_too_and_a_decision_that_was_made_there_alone_is_gone(
    tmp_path: Path,
) -> None:
    gate, cloud = club(300), club(300)
    gate.put(flag_row(1, 3), flag_row(2, 4))
    cloud.put(flag_row(1, 3))
    cloud.put(flag_row(3, 5))

    async def test() -> None:
        async with opened(tmp_path) as store:
            await load(store.state, gate)
            parts = await parts_for(store, cloud, chunk_bytes=400)
            assert len(parts) > 1
            done = [await store.state.stage_repair(part) for part in parts]
            assert done == [False] * (len(parts) - 1) + [True]
            assert (store.state.applied_revision, store.state.digest_root) == (3, cloud.digest_root)
            assert [names_of(store, member)[1] for member in (3, 4, 5)] == [1, 0, 1]

    run(test)


def test_a_repair_in_the_wrong_order_or_for_another_revision_or_with_wrong_rows_changes_nothing(tmp_path: Path) -> None:
    state = club(300)
    state.put(flag_row(1, 3))

    async def test() -> None:
        async with opened(tmp_path) as store:
            await load(store.state, state)
        spoil(tmp_path, "DELETE FROM state_row WHERE key LIKE 'entitlement/%'")
        async with opened(tmp_path) as store:
            parts = await parts_for(store, state, chunk_bytes=4_000)
            assert len(parts) > 3
            assert not any([await store.state.stage_repair(part) for part in reversed(parts)])
            assert not any([await store.state.stage_repair(part) for part in parts[:2] + parts[3:]])
            last = parts[-1]
            short = type(last)(2, 2, last.index, last.count, last.digest_root, last.buckets, last.rows[1:])
            assert not any([await store.state.stage_repair(part) for part in (*parts[:-1], short)])
            old = [
                type(part)(1, 2, part.index, part.count, part.digest_root, part.buckets, part.rows) for part in parts
            ]
            assert not any([await store.state.stage_repair(part) for part in old])
            assert names_of(store, 3) == (None, 1)
            assert [await store.state.stage_repair(part) for part in parts][-1]
            assert names_of(store, 3) == ("Member 3", 1)

    run(test)


def test_a_repair_that_was_counted_before_a_restart_does_not_apply(tmp_path: Path) -> None:
    state = club(50)

    async def test() -> None:
        async with opened(tmp_path) as store:
            await load(store.state, state)
        spoil(tmp_path, "DELETE FROM state_row WHERE key LIKE 'entitlement/%'")
        async with opened(tmp_path) as store:
            parts = await parts_for(store, state)
        async with opened(tmp_path) as store:
            assert not any([await store.state.stage_repair(part) for part in parts])

    run(test)


def test_a_row_that_changes_while_the_gateway_runs_is_found_within_a_day(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    state = club(50)

    async def test() -> None:
        async with opened(tmp_path) as store:
            await load(store.state, state)
            await store.state.note_contact(1_800_000_000)
            await until(lambda: f"revision {state.revision} are sound" in caplog.text)
            spoil(tmp_path, "UPDATE state_row SET body = x'c1' WHERE key LIKE 'ent%17'")
            await store.state.note_contact(1_800_000_000 + AUDITED_EVERY_S - 1)
            assert not store.state.is_damaged
            await store.state.note_contact(1_800_000_000 + AUDITED_EVERY_S + 60)
            await until(lambda: store.state.is_damaged)
            (part,) = await parts_for(store, state)
            assert {bucket_of(row_key(row)) for row in part.rows} == set(part.buckets)
            assert len(part.buckets) == 1
            assert await store.state.stage_repair(part)

    run(test)
