"""Every rotation on a visit pack burns one credit, and no gateway lets more through than a pack has."""

from collections import Counter

from sqlalchemy import select

from cloud.access_events.models import AccessEvent
from cloud.contracts.models import Contract
from cloud.database import Database
from sync_protocol.journal_events import AccessTaken
from tests.simulation.whole.desk import Desk
from tests.simulation.whole.laws.ledger import Ledger
from tests.simulation.whole.story import BrokenLawError
from tests.simulation.whole.witness import Witness


class VisitsAreBurntOnce(Witness):
    """What lies in a declared gap was never told to the cloud and cannot be counted there."""

    def __init__(self, ledger: Ledger, desk: Desk, database: Database) -> None:
        self._ledger = ledger
        self._desk = desk
        self._database = database

    def calm_reached(self) -> None:
        told: Counter[str] = Counter()
        for gateway, written in self._ledger.written.items():
            hidden = self._hidden(gateway)
            visits = [
                (seq, body) for seq, body in enumerate(written) if isinstance(body, AccessTaken) and body.spends_visit
            ]
            taken = Counter(body.contract_id for _, body in visits if body.contract_id in self._desk.packs)
            for contract_id, count in taken.items():
                if not hidden and count > self._desk.packs.get(contract_id or "", 0):
                    raise BrokenLawError(f"{gateway} let {count} through on {contract_id}: {self._desk.packs}")
            told.update(body.contract_id for seq, body in visits if seq not in hidden and body.contract_id is not None)
        with self._database.session() as session:
            for contract_id in self._desk.packs:
                contract = session.get_one(Contract, contract_id)
                if contract.visits_used != told[contract_id]:
                    raise BrokenLawError(f"{contract_id}: {told[contract_id]} visits, {contract.visits_used} counted")

    def _hidden(self, gateway: str) -> set[int]:
        """The numbers that only a gap stands for; a gap may also cover what had arrived before."""
        with self._database.session() as session:
            rows = session.scalars(select(AccessEvent).where(AccessEvent.gateway_id == gateway)).all()
        arrived = {row.seq for row in rows if row.kind != "gap"}
        return {seq for row in rows if row.kind == "gap" for seq in range(row.body["from_seq"], row.seq + 1)} - arrived
