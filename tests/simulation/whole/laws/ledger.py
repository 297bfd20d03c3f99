"""What each gateway has written and still has after its power cuts, for the laws that look at the end."""

from sync_protocol.journal_events import EventBody
from tests.simulation.whole.witness import Witness


class Ledger(Witness):
    """`written` has the bodies of a gateway's events by number; those that a power cut took are gone from it."""

    def __init__(self) -> None:
        self.written: dict[str, list[EventBody]] = {}

    def event_written(self, gateway: str, seq: int, body: EventBody) -> None:
        assert seq == len(self.written[gateway]), "numbers have no gaps"
        self.written[gateway].append(body)

    def started(self, gateway: str, next_seq: int, revision: int) -> None:
        del self.written.setdefault(gateway, [])[next_seq:]
