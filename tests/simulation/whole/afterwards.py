"""When the faults have stopped: everybody catches up within a bound, and then gate and desk say the same."""

import asyncio
import random
from collections.abc import Sequence

from cloud.contracts.models import Contract
from cloud.database import Database, UnitOfWork
from cloud.desired_state import service as desired_state
from cloud.gate_commands import service as gate_commands
from cloud.sites import service as sites
from sync_protocol.journal_events import AccessDecided, EventBody
from tests.simulation.whole.desk import STRANGER, Desk, Person
from tests.simulation.whole.gateway_node import TIMING, GatewayNode
from tests.simulation.whole.machine import BEGINS_AT_S
from tests.simulation.whole.people import People
from tests.simulation.whole.story import BrokenLawError
from tests.simulation.whole.witness import Witness

CATCH_UP_MAX_S = 120.0
CLOCK_ERROR_MAX_S = 2.5
_LOOK_EVERY_S = 2.0
_NEXT_TAP_S = 0.7
_CARDS_TRIED = 6


class LastDecision(Witness):
    """Hears how the newest tap at each gateway was answered."""

    def __init__(self) -> None:
        self.at: dict[str, AccessDecided] = {}

    def event_written(self, gateway: str, seq: int, body: EventBody) -> None:
        if isinstance(body, AccessDecided):
            self.at[gateway] = body


class Afterwards:
    """Looks from outside, as an inspector would who has both sides before him."""

    def __init__(
        self,
        gateways: Sequence[GatewayNode],
        database: Database,
        desk: Desk,
        *,
        people: People,
        decisions: LastDecision,
        rng: random.Random,
    ) -> None:
        self._rng = rng
        self._gateways = gateways
        self._database = database
        self._desk = desk
        self._people = people
        self._decisions = decisions

    async def catch_up(self) -> float:
        """Wait until nothing is missing anywhere; how many seconds it took.

        Raises:
            BrokenLawError: it took too long.
        """
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        while missing := self._missing():
            if loop.time() - began_s > CATCH_UP_MAX_S:
                raise BrokenLawError(f"{CATCH_UP_MAX_S:g} s after the last fault: {missing}")
            await asyncio.sleep(_LOOK_EVERY_S)
        return loop.time() - began_s

    async def try_some_cards(self) -> None:
        """Present some cards at each gateway: the answer is what the desk would give.

        Raises:
            BrokenLawError: it is not.
        """
        self._people.is_everybody_quick = True
        await asyncio.sleep(TIMING.passage_window_ms / 1000 + 1.0)  # whoever is in a gate leaves it
        for gateway in self._gateways:
            for card in self._rng.sample((STRANGER, *self._desk.people), _CARDS_TRIED):
                await self._hear_of_the_visits_before(gateway)
                expected = self._expected(card)
                assert gateway.running is not None, "the faults have stopped"
                gateway.running.present(card, "in")
                decision = self._decisions.at[gateway.identity.gateway_id]
                if (decision.outcome != "block") != expected:
                    raise BrokenLawError(f"{gateway.identity.gateway_id}, card {card}: {decision}; desk: {expected}")
                await asyncio.sleep(_NEXT_TAP_S)

    async def _hear_of_the_visits_before(self, gateway: GatewayNode) -> None:
        """Wait until the gateway is at the head: a pack's last visit, spent next door, is on its way for a moment."""
        assert gateway.running is not None, "the faults have stopped"
        state = gateway.running.store.state
        async with asyncio.timeout(CATCH_UP_MAX_S):
            while state.applied_revision != self._head_revision(gateway):
                await asyncio.sleep(_NEXT_TAP_S)

    def _head_revision(self, gateway: GatewayNode) -> int:
        with self._database.session() as session:
            return desired_state.head(session, gateway.identity.site_id).revision

    def _expected(self, card: int) -> bool:
        person = self._desk.people.get(card)
        if person is None or person.standing.is_barred:
            return False
        with self._database.session() as session:
            return bool(person.unlimited) or _has_credit(session, person)

    def _missing(self) -> str:
        with self._database.session() as session:
            if gate_commands.has_due(session):
                return "an order from afar has not ended"
            for node in self._gateways:
                running = node.running
                assert running is not None, "the faults have stopped"
                name, state = node.identity.gateway_id, running.store.state
                head = desired_state.head(session, node.identity.site_id)
                if (state.applied_revision, state.digest_root) != (head.revision, head.digest_root):
                    return f"{name} is at revision {state.applied_revision}, the head is {head.revision}"
                outbox = running.store.journal.outbox
                if outbox.first_seq != outbox.next_seq:
                    return f"{name} keeps events {outbox.first_seq} to {outbox.next_seq - 1}"
                shown = sites.find_gateway(session, name)
                if shown is None or shown.applied_revision != head.revision:
                    return f"{name} is shown at revision {shown and shown.applied_revision}, has {head.revision}"
                error_s = running.clock.wall_ms() / 1000 - BEGINS_AT_S - asyncio.get_running_loop().time()
                if running.clock.trust != "synced" or abs(error_s) > CLOCK_ERROR_MAX_S:
                    return f"the clock of {name} is {running.clock.trust} and wrong by {error_s:.1f} s"
        return ""


def _has_credit(session: UnitOfWork, person: Person) -> bool:
    bought = [session.get_one(Contract, contract_id) for contract_id in person.packs]
    return any(contract.visits_used < (contract.visits_total or 0) for contract in bought)
