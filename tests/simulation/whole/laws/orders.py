"""No command acts twice, late, elsewhere or unasked, and the cloud says in the end what became of it."""

from collections.abc import Callable

from sqlalchemy import select

from cloud.database import Database
from cloud.gate_commands.models import GateCommand
from sync_protocol.journal_events import EventBody, LaneChanged
from tests.simulation.whole.story import BrokenLawError
from tests.simulation.whole.witness import Order, Witness

CLOCK_ERROR_MAX_S = 3.0
"""How far a clock that is taken as right may be off: the cloud's word has been under way for so long at most."""


class OrdersActOnceAndInTime(Witness):
    """`now_s` is the true time. What became of an order that had no answer nobody can know."""

    def __init__(self, now_s: Callable[[], float], database: Database) -> None:
        self._now_s = now_s
        self._database = database
        self._given: dict[str, Order] = {}
        self._done: set[str] = set()

    def order_given(self, order: Order) -> None:
        self._given[order.by] = order

    def event_written(self, gateway: str, seq: int, body: EventBody) -> None:
        if not isinstance(body, LaneChanged) or body.state != "remote_opened":
            return
        order = self._given.get(body.detail)
        if order is None or (order.gateway, order.lane_id) != (gateway, body.lane_id):
            raise BrokenLawError(f"{gateway} opens {body.lane_id} for {body.detail}, who has not asked for that")
        if order.by in self._done:
            raise BrokenLawError(f"{gateway} opens twice for {order.by}")
        if self._now_s() > order.expires_s + CLOCK_ERROR_MAX_S:
            raise BrokenLawError(f"{gateway} opens at {self._now_s():.1f} s for {order}")
        self._done.add(order.by)

    def calm_reached(self) -> None:
        with self._database.session() as session:
            ends = {row.asked_by: (row.state, row.detail) for row in session.scalars(select(GateCommand))}
        for by in self._given:
            state, detail = ends[by]
            is_unknown = (state, detail) == ("missed", "no_answer")
            if not is_unknown and (state == "done") is not (by in self._done):
                raise BrokenLawError(f"the cloud says {state} {detail} of {by}; done were {sorted(self._done)}")
