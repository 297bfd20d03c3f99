"""The journal as the tap and the passage see it, with somebody who hears what is written."""

from collections.abc import Callable

from gateway.service.ports import Journal
from sync_protocol.journal_events import EventBody, SealedEvent
from sync_protocol.messages import OutboxRange


class HeardJournal:
    """Implements the port `Journal` by passing everything on; `heard` gets number and body of each event."""

    def __init__(self, journal: Journal, heard: Callable[[int, EventBody], None]) -> None:
        self._journal = journal
        self._heard = heard

    @property
    def epoch(self) -> str:
        return self._journal.epoch

    @property
    def fault(self) -> str | None:
        return self._journal.fault

    @property
    def outbox(self) -> OutboxRange:
        return self._journal.outbox

    def append(self, body: EventBody) -> int:
        seq = self._journal.append(body)
        self._heard(seq, body)
        return seq

    async def flushed(self) -> None:
        await self._journal.flushed()

    def visits_spent(self, contract_id: str) -> int:
        return self._journal.visits_spent(contract_id)

    async def read_outbox(self, after_seq: int, limit: int) -> list[SealedEvent]:
        return await self._journal.read_outbox(after_seq, limit)

    async def settle(self, upto_seq: int, counted_revision: int) -> None:
        await self._journal.settle(upto_seq, counted_revision)

    async def set_aside(self, seq: int, reason: str) -> None:
        await self._journal.set_aside(seq, reason)
