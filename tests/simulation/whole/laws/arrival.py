"""Every tap yields exactly one decision event, and what a gateway has written reaches the cloud once and in order."""

from collections.abc import Sequence

from sqlalchemy import select

from cloud.access_events.models import AccessEvent, RefusedEvent
from cloud.database import Database
from sync_protocol.journal_events import AccessDecided, EventBody
from tests.simulation.whole.laws.ledger import Ledger
from tests.simulation.whole.story import BrokenLawError
from tests.simulation.whole.witness import Witness


class EventsArriveOnce(Witness):
    """Counts decisions during a tap; compares the ledger with the cloud's rows at the end."""

    def __init__(self, ledger: Ledger, database: Database) -> None:
        self._ledger = ledger
        self._database = database
        self._decisions: dict[str, int] = {}

    def tap_began(self, gateway: str) -> None:
        self._decisions[gateway] = 0

    def event_written(self, gateway: str, seq: int, body: EventBody) -> None:
        if isinstance(body, AccessDecided):
            self._decisions[gateway] += 1

    def tap_ended(self, gateway: str) -> None:
        if self._decisions[gateway] != 1:
            raise BrokenLawError(f"a tap at {gateway} has {self._decisions[gateway]} decisions")

    def calm_reached(self) -> None:
        with self._database.session() as session:
            refused = session.scalars(select(RefusedEvent)).all()
            if refused:
                raise BrokenLawError(f"the cloud has refused event {refused[0].seq}: {refused[0].reason}")
            for gateway, written in self._ledger.written.items():
                query = select(AccessEvent).where(AccessEvent.gateway_id == gateway).order_by(AccessEvent.id)
                _compare(gateway, written, session.scalars(query).all())


def _compare(gateway: str, written: Sequence[EventBody], rows: Sequence[AccessEvent]) -> None:
    """Row by row: the next number and the same event, or a gap that says how far it goes."""
    expected = 0
    for row in rows:
        first = row.body["from_seq"] if row.kind == "gap" else row.seq
        is_next = first <= expected <= row.seq if row.kind == "gap" else row.seq == expected
        if not is_next:
            raise BrokenLawError(f"the cloud has event {row.seq} of {gateway} where {expected} should be")
        if row.kind != "gap":
            body = written[row.seq]
            if (row.kind, row.tap_id) != (body.__struct_config__.tag, getattr(body, "tap_id", None)):
                raise BrokenLawError(f"event {row.seq} of {gateway} is {row.kind} in the cloud and was {body}")
        expected = row.seq + 1
    if expected != len(written):
        raise BrokenLawError(f"the cloud has {expected} events of {gateway}, and {len(written)} were written")
