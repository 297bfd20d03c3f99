"""What sharing with siblings remembers, in journal.db: people who moved, and in the same transaction up to where."""

from collections.abc import Sequence
from itertools import islice

from gateway.adapters.store_sqlite.consequences import rows_of
from gateway.adapters.store_sqlite.journal import SqliteJournal
from gateway.adapters.store_sqlite.sibling_rows import EPOCHS_MAX, MARKS_MAX
from gateway.domain.passage_ledger import LedgerEntry
from gateway.service.sibling_ports import SiblingMark
from sync_protocol.sibling_messages import SharedPassage


class SqliteSiblings:
    """Implements the port `SiblingStore`."""

    def __init__(self, journal: SqliteJournal) -> None:
        self._journal = journal
        marks = sorted(journal.file.sibling_marks(), key=lambda mark: mark.heard_at)
        self._known = {(mark.gateway_id, mark.epoch): mark.known_seq for mark in marks}

    @property
    def epoch(self) -> str:
        return self._journal.epoch

    @property
    def newest_seq(self) -> int:
        durable = (one.seq for one in reversed(self._journal.own_passages) if one.seq < self._journal.durable_next_seq)
        return next(durable, -1)

    def passages_behind(self, after_seq: int, limit: int) -> Sequence[SharedPassage]:
        upto_seq = self.newest_seq
        behind = (one for one in self._journal.own_passages if after_seq < one.seq <= upto_seq)
        return list(islice(behind, limit))

    async def wait_for_passage(self, after_seq: int) -> None:
        epoch = self.epoch
        while self.newest_seq <= after_seq and self.epoch == epoch:
            await self._journal.wait_for_more(self._journal.durable_next_seq - 1)

    def known_seq(self, gateway_id: str, epoch: str) -> int:
        return self._known.get((gateway_id, epoch), -1)

    def take(self, mark: SiblingMark, entries: Sequence[LedgerEntry]) -> None:
        key = mark.gateway_id, mark.epoch
        self._known.pop(key, None)
        of_sibling = [known for known in self._known if known[0] == mark.gateway_id]
        for forgotten in of_sibling[: max(0, len(of_sibling) + 1 - EPOCHS_MAX)]:
            del self._known[forgotten]
        while len(self._known) >= MARKS_MAX:
            del self._known[next(iter(self._known))]
        self._known[key] = mark.known_seq
        self._journal.keep([*rows_of(self._journal.ledger.add(entries)), mark])
