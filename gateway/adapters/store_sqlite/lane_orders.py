"""What lanes were told to be, kept in journal.db over a restart."""

from collections.abc import Mapping

from gateway.adapters.store_sqlite.journal_file import JournalFile
from gateway.adapters.store_sqlite.writer_thread import WriterThread
from gateway.domain.lane_mode import ModeOrder


class SqliteLaneOrders:
    """Implements the port `LaneOrderStore`; read once, before the writer's thread begins."""

    def __init__(self, file: JournalFile, writer: WriterThread) -> None:
        self._file = file
        self._writer = writer
        self._orders = file.lane_orders()

    @property
    def orders(self) -> Mapping[str, ModeOrder]:
        return self._orders

    async def keep(self, lane_id: str, order: ModeOrder) -> None:
        await self._writer.submit(lambda: self._file.keep_lane_order(lane_id, order))
        self._orders[lane_id] = order
