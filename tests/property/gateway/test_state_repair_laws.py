"""Whatever happened to the rows of a gateway, the buckets that differ make its state the cloud's, at the head."""

import sqlite3

from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from gateway.adapters.store_sqlite.state_file import KIND, StateFile
from sync_protocol.messages import StateBuckets
from tests.desired_state import DesiredState, club, flag_row, member_rows

MEMBERS = 12
numbers = st.integers(0, MEMBERS + 2)
damages = st.sampled_from(
    [
        "DELETE FROM state_row WHERE key LIKE '%' || ?",
        "UPDATE state_row SET body = x'c1' WHERE key LIKE '%' || ?",
        "UPDATE state_row SET key = key || 'x' WHERE key LIKE '%' || ?",
        "UPDATE state_row SET member_id = 'mem_nobody' WHERE key LIKE '%' || ?",
        "DELETE FROM member_flag WHERE key LIKE '%' || ?",
        "INSERT OR IGNORE INTO member_flag SELECT generation, member_id, key || 'x' FROM member_flag"
        " WHERE key LIKE '%' || ?",
        "UPDATE state SET digest = zeroblob(2048) WHERE ? <> ''",
    ]
)
changes = st.lists(st.tuples(st.sampled_from(["flag", "clear", "visits"]), numbers, numbers), max_size=6)


def opened() -> tuple[sqlite3.Connection, StateFile]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    for step in KIND.steps:
        step(Database(connection))
    return connection, StateFile(connection)


def change(state: DesiredState, steps: list[tuple[str, int, int]]) -> None:
    for kind, number, member in steps:
        if kind == "flag":
            state.put(flag_row(number, member))
        elif kind == "clear":
            state.delete(f"flag/flg_{number:020d}")
        else:
            state.put(*member_rows(member, visits_left=number))


def told(file: StateFile) -> StateBuckets:
    file.begin_count()
    while file.count_on():
        pass
    return StateBuckets(file.summary.revision, file.counted)


@given(
    before=changes,
    later=changes,
    damage=st.lists(st.tuples(damages, numbers), max_size=3),
    chunk_bytes=st.sampled_from([1, 200, 40_000]),
)
def test_a_repair_leads_to_the_cloud_s_state_from_any_other(
    before: list[tuple[str, int, int]],
    later: list[tuple[str, int, int]],
    damage: list[tuple[str, int]],
    chunk_bytes: int,
) -> None:
    state = club(MEMBERS)
    change(state, before)
    connection, file = opened()
    for chunk in state.chunks():
        file.stage_chunk(chunk)
    for statement, number in damage:
        connection.execute(statement, (f"{number:020d}",))
    change(state, later)
    parts = state.repair(told(file), chunk_bytes=chunk_bytes)
    done = [file.stage_repair(part) for part in parts]
    assert done == [False] * (len(parts) - 1) + [True]
    assert (file.summary.revision, file.summary.digest_root) == (state.revision, state.digest_root)
    while file.work_when_idle():
        pass
    assert not file.summary.is_damaged
    assert state.repair(told(file))[0].buckets == b""
    file.close()
