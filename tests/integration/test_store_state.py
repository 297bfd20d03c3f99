"""The state in force on a real disk: deltas, snapshots, generations, and what a tap sees meanwhile."""

import asyncio
import contextlib
import sqlite3
from pathlib import Path

from gateway.adapters.store_sqlite.store import GatewayStore
from sync_protocol.messages import StagedSnapshot
from tests.desired_state import DesiredState, club, credential_hash_of, flag_row, load, member_rows, site_row
from tests.fake_clock import FakeClock
from tests.opened_store import opened, run


def test_the_state_is_found_as_the_cloud_sent_it(tmp_path: Path) -> None:
    state = club(50)
    state.put(flag_row(1, 7), flag_row(2, 7, "Second"))

    async def test() -> None:
        async with opened(tmp_path) as store:
            assert store.gate_reader.find_gate_view(credential_hash_of(7)).site is None
            await load(store.state, state)
            view = store.gate_reader.find_gate_view(credential_hash_of(7))
            assert view.credential is not None
            assert view.entitlement is not None
            assert view.site is not None
            assert (view.credential.member_id, view.entitlement.display_name) == (f"mem_{7:020d}", "Member 7")
            assert [flag.texts["en"] for flag in view.flags] == ["See the desk", "Second"]
            assert (view.revision, view.site.rules.time_zone) == (2, "Europe/Rome")
            unknown = store.gate_reader.find_gate_view("f" * 32)
            assert (unknown.credential, unknown.entitlement, unknown.flags) == (None, None, ())
            assert unknown.site is not None

    run(test)


def test_a_delta_applies_once_and_only_on_its_revision(tmp_path: Path) -> None:
    state = club(5)

    async def test() -> None:
        async with opened(tmp_path) as store:
            await load(store.state, state)
            state.put(flag_row(1, 3), site_row("New name"))
            state.put(member_rows(9)[0], *member_rows(3, visits_left=2))
            delta = state.delta(1)
            assert await store.state.apply_delta(delta)
            assert not await store.state.apply_delta(delta)
            assert (store.state.applied_revision, store.state.digest_root) == (3, state.digest_root)
            view = store.gate_reader.find_gate_view(credential_hash_of(3))
            assert view.site is not None
            assert view.entitlement is not None
            assert view.site.rules.name == "New name"
            assert len(view.flags) == 1
            assert view.entitlement.windows[0].visits_left == 2
            state.delete(f"flag/flg_{1:020d}", f"credential/{credential_hash_of(9)}", "flag/unknown")
            assert await store.state.apply_delta(state.delta(3))
            assert store.gate_reader.find_gate_view(credential_hash_of(3)).flags == ()
            assert store.gate_reader.find_gate_view(credential_hash_of(9)).credential is None

    run(test)


def test_a_flag_that_changes_its_member_leaves_the_first_one(tmp_path: Path) -> None:
    state = club(5)
    state.put(flag_row(1, 3))

    async def test() -> None:
        async with opened(tmp_path) as store:
            await load(store.state, state)
            state.put(flag_row(1, 4))
            assert await store.state.apply_delta(state.delta(2))
            assert store.gate_reader.find_gate_view(credential_hash_of(3)).flags == ()
            assert len(store.gate_reader.find_gate_view(credential_hash_of(4)).flags) == 1

    run(test)


def test_a_delta_with_a_wrong_digest_changes_nothing(tmp_path: Path) -> None:
    state = club(5)

    async def test() -> None:
        async with opened(tmp_path) as store:
            await load(store.state, state)
            before = store.state.digest_root
            state.put(flag_row(1, 3))
            delta = state.delta(1)
            state.put(flag_row(2, 3))
            wrong = type(delta)(1, 2, state.digest_root, delta.upserts)
            assert not await store.state.apply_delta(wrong)
            assert (store.state.applied_revision, store.state.digest_root) == (1, before)
            assert store.gate_reader.find_gate_view(credential_hash_of(3)).flags == ()
            assert await store.state.apply_delta(delta)

    run(test)


def test_a_snapshot_goes_on_after_a_restart_between_its_chunks(tmp_path: Path) -> None:
    chunks = club(2000).chunks("snap", chunk_bytes=20_000)
    assert len(chunks) > 4

    async def test() -> None:
        async with opened(tmp_path) as store:
            for chunk in chunks[:3]:
                assert not await store.state.stage_chunk(chunk)
            assert not await store.state.stage_chunk(chunks[1])
            assert not await store.state.stage_chunk(chunks[4])
        async with opened(tmp_path) as store:
            assert store.state.staged == StagedSnapshot("snap", 3)
            assert store.gate_reader.find_gate_view(credential_hash_of(1)).site is None
            done = [await store.state.stage_chunk(chunk) for chunk in chunks[3:]]
            assert done == [False] * (len(chunks) - 4) + [True]
            assert store.gate_reader.find_gate_view(credential_hash_of(1)).credential is not None

    run(test)


def test_another_snapshot_replaces_the_one_that_was_being_staged(tmp_path: Path) -> None:
    old, new = club(2000), club(1500)

    async def test() -> None:
        async with opened(tmp_path) as store:
            for chunk in old.chunks("old")[:2]:
                await store.state.stage_chunk(chunk)
            await load(store.state, new)
            assert store.state.digest_root == new.digest_root
            assert store.gate_reader.find_gate_view(credential_hash_of(1700)).credential is None

    run(test)


def test_a_snapshot_that_comes_out_wrong_is_forgotten(tmp_path: Path) -> None:
    good, other = club(100), club(101)
    (chunk,) = good.chunks()

    async def test() -> None:
        async with opened(tmp_path) as store:
            wrong = type(chunk)("bad", 1, 0, 1, other.digest_root, chunk.rows)
            assert not await store.state.stage_chunk(wrong)
            twice = type(chunk)("bad", 1, 0, 1, good.digest_root, (*chunk.rows, chunk.rows[0]))
            assert not await store.state.stage_chunk(twice)
            assert store.state.staged is None
            assert store.state.applied_revision == 0
            await load(store.state, good)
            assert store.state.applied_revision == 1

    run(test)


def test_a_snapshot_older_than_the_state_in_force_is_ignored(tmp_path: Path) -> None:
    state = club(10)
    old = state.chunks("old")
    state.put(flag_row(1, 1))

    async def test() -> None:
        async with opened(tmp_path) as store:
            await load(store.state, state)
            assert not await store.state.stage_chunk(old[0])
            assert store.state.applied_revision == 2

    run(test)


def test_earlier_generations_are_cleared_away(tmp_path: Path) -> None:
    state = club(3000)

    async def test() -> None:
        async with opened(tmp_path) as store:
            await load(store.state, state)
            state.put(flag_row(1, 1))
            await load(store.state, state)
            reading = sqlite3.connect(f"file:{tmp_path}/entitlements.db?mode=ro", uri=True)
            with contextlib.closing(reading):
                while reading.execute("SELECT count(DISTINCT generation) FROM state_row").fetchone()[0] > 1:
                    await asyncio.sleep(0.01)
                assert reading.execute("SELECT count(*) FROM state_row").fetchone()[0] == len(state.rows)
                assert reading.execute("SELECT count(*) FROM member_flag").fetchone()[0] == 1

    run(test)


def test_taps_read_one_whole_state_while_a_snapshot_is_swapped_in(tmp_path: Path) -> None:
    state = club(3000)

    async def test() -> None:
        async with opened(tmp_path) as store:
            await load(store.state, state)
            state.put(site_row("Second"), *(member_rows(n, visits_left=2)[1] for n in range(3000)))
            loading = asyncio.ensure_future(load(store.state, state))
            seen = set()
            while not loading.done():
                view = store.gate_reader.find_gate_view(credential_hash_of(1234))
                assert view.site is not None
                assert view.entitlement is not None
                seen.add((view.revision, view.site.rules.name, view.entitlement.windows[0].visits_left))
                await asyncio.sleep(0)
            assert seen <= {(1, "Club", None), (2, "Second", 2)}
            assert (1, "Club", None) in seen

    run(test)


def test_the_last_contact_and_the_clock_floor_survive_a_restart(tmp_path: Path) -> None:
    async def test() -> None:
        async with opened(tmp_path) as store:
            await store.state.note_contact(1_800_000_000)
            await store.state.note_contact(1_799_999_000)
            await store.state.note_clock_floor(1_800_000_100_000)
            await store.state.note_clock_floor(1_700_000_000_000)
            assert store.gate_reader.find_gate_view("f" * 32).last_contact_at == 1_800_000_000
        async with opened(tmp_path) as store:
            assert store.gate_reader.find_gate_view("f" * 32).last_contact_at == 1_800_000_000
            assert store.clock_floor_ms == 1_800_000_100_000

    run(test)


def test_a_contact_in_a_future_that_never_was_is_corrected_for_good(tmp_path: Path) -> None:
    async def test() -> None:
        async with opened(tmp_path) as store:
            await store.state.note_contact(1_900_000_000)
            await store.state.note_clock_floor(1_900_000_000_000)
            await store.state.correct_contact(1_800_000_000)
            assert store.gate_reader.find_gate_view("f" * 32).last_contact_at == 1_800_000_000
        async with opened(tmp_path) as store:
            assert store.gate_reader.find_gate_view("f" * 32).last_contact_at == 1_800_000_000
            assert store.clock_floor_ms == 1_800_000_000_000

    run(test)


def test_an_empty_state_has_the_digest_of_nothing(tmp_path: Path) -> None:
    store = GatewayStore.open(tmp_path, FakeClock())
    assert store.state.digest_root == DesiredState().digest_root
    store.close()
