"""A gateway behind a slow wire gets a whole state of many chunks, while staff work on and the wire is cut now and then.

All chunks at once, and again with each heartbeat that shows them not to be in force yet, would lie before everything
else for longer than they take themselves, and a gateway that connects anew would begin anew.
"""

import asyncio
import random
from pathlib import Path

import pytest

from cloud.database import Database
from cloud.desired_state import service as desired_state
from cloud.gateway_link.state_source import CHUNKS_AT_ONCE
from gateway.adapters.store_sqlite.journal import JournalLimits
from tests.club import Club
from tests.simulation.whole.broker import SimulatedBroker, SimulatedClient
from tests.simulation.whole.card import Card, new_files
from tests.simulation.whole.chance import all_chance_from
from tests.simulation.whole.cloud_node import CloudNode
from tests.simulation.whole.founding import Founded, found_club
from tests.simulation.whole.gateway_node import GatewayNode, Surroundings
from tests.simulation.whole.machine import BEGINS_AT_S, Machine
from tests.simulation.whole.story import Story
from tests.simulation.whole.virtual_time import VirtualLoop
from tests.simulation.whole.world import closing

CHUNK_S = 1.0
MEMBERS = 150
PAYLOAD_BYTES = 400
CUT_EVERY_S = 17
CHUNKS = 43
"""So many does the state make."""


class SlowWire(SimulatedBroker):
    """Takes a second for each chunk on its way to a gateway; what is behind it waits, and is lost with the wire."""

    def __init__(self, loop: VirtualLoop, rng: random.Random, story: Story) -> None:
        super().__init__(loop, rng, story)
        self.waiting = 0
        self.waiting_most = 0
        self.chunks = 0

    def _deliver(self, client: SimulatedClient, topic: str, payload: bytes) -> None:
        if "/down/" not in topic:
            super()._deliver(client, topic, payload)
            return
        is_chunk = topic.endswith("/snapshot")
        self.chunks += is_chunk
        begins_s = max(client.in_order_s, self.loop.time())
        client.in_order_s = begins_s + (CHUNK_S if is_chunk else 0.01)
        self.waiting_most = max(self.waiting_most, int(client.in_order_s - self.loop.time()))
        self.loop.call_at(client.in_order_s, client.receive, topic, payload)


async def bring_up(founded: Founded, folder: Path, loop: VirtualLoop, *, is_cut: bool) -> tuple[SlowWire, float]:
    """What the wire had to carry, and after how long the whole state was in force."""
    club, identity, rng = founded.club, founded.identities[0], random.Random(1)
    story = Story(loop.time)
    wire = SlowWire(loop, rng, story)
    cloud = CloudNode(club.database, wire, story)
    around = Surroundings(wire, story, [], rng, lambda gateway, direction: None)
    node = GatewayNode(identity, Card(folder), Machine("gate1", loop.time, rng), JournalLimits(), around)
    cloud.start()
    node.start()
    assert node.running is not None
    state, seconds = node.running.store.state, 0
    while state.applied_revision != head_revision(club.database, club.site_id):
        seconds += 1
        assert seconds < 10 * CHUNKS, f"at revision {state.applied_revision}, staged {state.staged}"
        await asyncio.sleep(1)
        if seconds in (20, 30):
            add_member(club)
        if is_cut and seconds % CUT_EVERY_S == 0:
            wire.break_link(identity.gateway_id, is_half_open=False)
    await cloud.stop()
    await node.lose_power()
    return wire, loop.time()


def add_member(club: Club) -> None:
    with club.database.transaction() as session:
        club.add_member(session)


def head_revision(database: Database, site_id: str) -> int:
    with database.session() as session:
        return desired_state.head_revision(session, site_id)


@pytest.mark.parametrize("is_cut", [False, True])
def test_a_whole_state_comes_over_a_slow_wire_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_cut: bool
) -> None:
    new_files()
    loop = VirtualLoop(lambda: 0.001)
    founded = found_club(loop)
    monkeypatch.setattr(desired_state, "PAYLOAD_BYTES", PAYLOAD_BYTES)
    with all_chance_from(random.Random(2), lambda: int((BEGINS_AT_S + loop.time()) * 1e9)), closing(loop):
        with founded.club.database.transaction() as session:
            for number in range(MEMBERS):
                founded.club.add_member(session, f"Somebody with a long name {number}")
        wire, seconds = loop.run_until_complete(bring_up(founded, tmp_path / "card", loop, is_cut=is_cut))
    assert wire.waiting_most <= CHUNKS_AT_ONCE
    cuts = int(seconds / CUT_EVERY_S) if is_cut else 0
    assert CHUNKS <= wire.chunks <= CHUNKS + 3 + cuts * CHUNKS_AT_ONCE
    assert seconds < (CHUNKS + 5) * CHUNK_S + cuts * 3
