"""The state in force as the sync sees it: gives its changes to the writer's thread, remembers the last contact."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gateway.adapters.store_sqlite.state_file import StateFile
from gateway.adapters.store_sqlite.writer_thread import WriterThread
from gateway.domain.presence import Presence
from sync_protocol.messages import BucketRepair, Delta, SnapshotChunk, StagedSnapshot
from sync_protocol.state_rows import EntitlementRow

CONTACT_WRITE_EVERY_S = 60


@dataclass(slots=True)
class Contact:
    """The newest signed word of the cloud, in memory, ahead of the file by a minute at most. UTC seconds."""

    last_at: int | None


class SqliteStateStore:
    """Implements the ports `StateStore` and `ClockFloorStore`."""

    def __init__(
        self, file: StateFile, writer: WriterThread, *, presence: Presence, on_applied: Callable[[int], None]
    ) -> None:
        self._file = file
        self._writer = writer
        self._presence = presence
        self._on_applied = on_applied
        last_contact_at, self._floor_ms = file.contact()
        self.contact = Contact(last_contact_at)
        self._written_contact_at = last_contact_at or 0
        self._forgive(file.forgiven(presence.members_inside()))

    @property
    def applied_revision(self) -> int:
        return self._file.summary.revision

    @property
    def digest_root(self) -> bytes:
        return self._file.summary.digest_root

    @property
    def staged(self) -> StagedSnapshot | None:
        return self._file.summary.staged

    @property
    def is_damaged(self) -> bool:
        return self._file.summary.is_damaged

    @property
    def clock_floor_ms(self) -> int:
        return self._floor_ms

    async def apply_delta(self, delta: Delta) -> bool:
        is_applied = self._told(await self._writer.submit(lambda: self._file.apply_delta(delta)))
        if is_applied:
            entitlements = [row for row in delta.upserts if isinstance(row, EntitlementRow)]
            self._forgive({row.member_id: row.forgiven_at for row in entitlements if row.forgiven_at is not None})
        return is_applied

    async def stage_chunk(self, chunk: SnapshotChunk) -> bool:
        inside = self._presence.members_inside() if chunk.index + 1 == chunk.count else ()
        forgiven = await self._writer.submit(
            lambda: self._file.forgiven(inside) if self._file.stage_chunk(chunk) else None
        )
        self._forgive(forgiven or {})
        return self._told(forgiven is not None)

    async def count_buckets(self) -> bytes | None:
        await self._writer.submit(self._file.begin_count)
        # A few rows at a time, so that the journal's commits come in between.
        while is_more := await self._writer.submit(self._file.count_on):
            pass
        return None if is_more is None else self._file.counted

    async def stage_repair(self, part: BucketRepair) -> bool:
        inside = self._presence.members_inside() if part.index + 1 == part.count else ()
        forgiven = await self._writer.submit(
            lambda: self._file.forgiven(inside) if self._file.stage_repair(part) else None
        )
        self._forgive(forgiven or {})
        return self._told(forgiven is not None)

    async def note_contact(self, at: int) -> None:
        self.contact.last_at = max(at, self.contact.last_at or 0)
        if at - self._written_contact_at >= CONTACT_WRITE_EVERY_S:
            self._written_contact_at = at
            await self._writer.submit(lambda: self._file.note_contact(at, 0))

    async def correct_contact(self, at: int) -> None:
        self.contact.last_at = self._written_contact_at = at
        self._floor_ms = min(self._floor_ms, at * 1000)
        await self._writer.submit(lambda: self._file.correct_contact(at))

    async def note_clock_floor(self, at_ms: int) -> None:
        self._floor_ms = max(self._floor_ms, at_ms)
        await self._writer.submit(lambda: self._file.note_contact(self.contact.last_at, at_ms))

    def _told(self, has_changed: bool) -> bool:  # noqa: FBT001 - passes a result through
        if has_changed:
            self._on_applied(self.applied_revision)
        return has_changed

    def _forgive(self, forgiven: Mapping[str, int]) -> None:
        for member_id, before_s in forgiven.items():
            self._presence.forgive(member_id, before_s)
