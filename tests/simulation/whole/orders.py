"""Staff who open gates from afar: each order bears a name of its own, by which its effect is known again."""

import random
from collections.abc import Sequence

from cloud.audit.service import Actor
from cloud.errors import ConflictError
from cloud.gate_commands import service as gate_commands
from gateway.domain.access_point import Direction
from sync_protocol.gate_commands import OpenOnce
from tests.club import Club
from tests.simulation.whole.gateway_node import GatewayIdentity
from tests.simulation.whole.machine import BEGINS_AT_S
from tests.simulation.whole.story import Story
from tests.simulation.whole.witness import Order, Witness


class OrdersFromAfar:
    """Gives one order after the other, to any of the gateways."""

    def __init__(
        self,
        club: Club,
        identities: Sequence[GatewayIdentity],
        witnesses: Sequence[Witness],
        *,
        rng: random.Random,
        story: Story,
    ) -> None:
        self._club = club
        self._identities = identities
        self._witnesses = witnesses
        self._rng = rng
        self._story = story
        self._count = 0

    def give(self) -> None:
        """Ask for one opening, as a click in the console does; now and then the click arrives twice."""
        self._count += 1
        by, identity = f"staff-{self._count}", self._rng.choice(self._identities)
        direction: Direction = self._rng.choice(("in", "out"))
        for _ in range(self._rng.choice((1, 1, 2))):
            self._ask(by, identity, direction)

    def _ask(self, by: str, identity: GatewayIdentity, direction: Direction) -> None:
        try:
            with self._club.database.transaction() as session:
                command = gate_commands.ask(
                    session, Actor("staff", by), identity.lane_id, OpenOnce(direction), request_id=by
                )
                expires_s = command.expires_at.timestamp() - BEGINS_AT_S
                is_given = command.state != "missed"
        except ConflictError:
            return
        self._story.tell("desk", f"orders {identity.gateway_id}", f"to open {direction}, for {by}: {command.state}")
        for witness in self._witnesses if is_given else ():
            witness.order_given(Order(by, identity.gateway_id, identity.lane_id, direction, expires_s))
