"""A site's desired state as a cloud would hold it, small enough for tests and quick enough for benchmarks."""

import asyncio
from collections.abc import Iterator, Sequence

from gateway.service.ports import StateStore
from sync_protocol.digest import Digest, bucket_of
from sync_protocol.messages import BucketRepair, Delta, SnapshotChunk, StateBuckets
from sync_protocol.state_rows import (
    CredentialRow,
    EntitlementRow,
    EntitlementWindow,
    FlagRow,
    SiteRow,
    StateRow,
    encode_row,
    row_key,
)

CHUNK_BYTES = 40 * 1024
FAR_FUTURE = 4_000_000_000


class DesiredState:
    """Rows with revisions: one revision a change."""

    def __init__(self) -> None:
        self.revision = 0
        self.rows: dict[str, StateRow] = {}
        self._changed_at: dict[str, int] = {}
        self._digest = Digest()

    @property
    def digest_root(self) -> bytes:
        return self._digest.root()

    def put(self, *rows: StateRow) -> None:
        self.revision += 1
        for row in rows:
            self._set(row_key(row), row)

    def delete(self, *keys: str) -> None:
        self.revision += 1
        for key in keys:
            self._set(key, None)

    def delta(self, from_revision: int) -> Delta:
        changed = [key for key, revision in self._changed_at.items() if revision > from_revision]
        return Delta(
            from_revision=from_revision,
            to_revision=self.revision,
            digest_root=self.digest_root,
            upserts=tuple(self.rows[key] for key in changed if key in self.rows),
            deletes=tuple(key for key in changed if key not in self.rows),
        )

    def chunks(self, snapshot_id: str = "snap", *, chunk_bytes: int = CHUNK_BYTES) -> list[SnapshotChunk]:
        parts = list(_split([self.rows[key] for key in sorted(self.rows)], chunk_bytes))
        return [
            SnapshotChunk(snapshot_id, self.revision, index, len(parts), self.digest_root, tuple(part))
            for index, part in enumerate(parts)
        ]

    def repair(self, told: StateBuckets, *, chunk_bytes: int = CHUNK_BYTES) -> list[BucketRepair]:
        """All rows of the buckets that differ from what a gateway told."""
        buckets = self._digest.differing(Digest(told.buckets))
        parts = list(_split([row for key, row in self.rows.items() if bucket_of(key) in buckets], chunk_bytes))
        return [
            BucketRepair(
                told.revision, self.revision, index, len(parts), self.digest_root, bytes(buckets), rows=tuple(part)
            )
            for index, part in enumerate(parts)
        ]

    def _set(self, key: str, row: StateRow | None) -> None:
        old = self.rows.pop(key, None)
        if old is not None:
            self._digest.remove(key, encode_row(old))
        if row is not None:
            self.rows[key] = row
            self._digest.add(key, encode_row(row))
        self._changed_at[key] = self.revision


def _split(rows: Sequence[StateRow], chunk_bytes: int) -> Iterator[list[StateRow]]:
    part: list[StateRow] = []
    size = 0
    for row in rows:
        part.append(row)
        size += len(encode_row(row))
        if size >= chunk_bytes:
            yield part
            part, size = [], 0
    if part or not rows:
        yield part


def credential_hash_of(number: int) -> str:
    return f"{number * 0x9E3779B97F4A7C15 % 2**128:032x}"


def member_rows(number: int, *, visits_left: int | None = None) -> tuple[CredentialRow, EntitlementRow]:
    """A member with one card and one contract."""
    member_id = f"mem_{number:020d}"
    window = EntitlementWindow(f"ctr_{number:020d}", 0, FAR_FUTURE, visits_left=visits_left)
    return (
        CredentialRow(credential_hash_of(number), member_id),
        EntitlementRow(member_id, f"Member {number}", "en", (window,)),
    )


def flag_row(number: int, member: int, text: str = "See the desk") -> FlagRow:
    return FlagRow(f"flg_{number:020d}", f"mem_{member:020d}", "manual", "block", texts={"en": text})


def site_row(name: str = "Club") -> SiteRow:
    return SiteRow("sit_a", name, "Europe/Rome", "it")


def club(members: int) -> DesiredState:
    """A site with this many members, at revision 1."""
    state = DesiredState()
    rows: list[StateRow] = [site_row()]
    for number in range(members):
        rows.extend(member_rows(number))
    state.put(*rows)
    return state


async def load(store: StateStore, state: DesiredState) -> None:
    """Bring the whole state in force through the ordinary snapshot path."""
    for chunk in state.chunks(f"snap{state.revision}"):
        is_complete = await store.stage_chunk(chunk)
        await asyncio.sleep(0)
        assert is_complete == (chunk.index + 1 == chunk.count)
