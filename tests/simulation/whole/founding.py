"""The club in which every world begins: founded once in each process by the services, and copied for each world.

Three lanes with a gateway each and the desk's first members; what differs between worlds comes after it.
"""

import copy
import functools
import gc
import random
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cloud import bus
from cloud.database import Database
from cloud.kit.wakeup import Wakeups
from cloud.sites import service as sites
from tests.club import SECRET, Club
from tests.simulation.whole.chance import all_chance_from
from tests.simulation.whole.desk import Desk, Memory
from tests.simulation.whole.gateway_node import GatewayIdentity
from tests.simulation.whole.machine import BEGINS_AT_S
from tests.simulation.whole.story import Story
from tests.simulation.whole.virtual_time import VirtualLoop
from tests.tables import create_tables
from tests.voices import enrol_stranger

GATEWAYS_MAX = 3


@dataclass(frozen=True, slots=True)
class Founded:
    """A club whose time is the loop's, its gateways, and what the desk remembers."""

    club: Club
    identities: tuple[GatewayIdentity, ...]
    memory: Memory


def found_club(loop: VirtualLoop) -> Founded:
    """The club as it is at the beginning. There is one in each process: the one of the world before is gone."""
    template = _template()
    database = template.founded.club.database
    database.close()  # what a connection remembers of a search index would outlast the index
    _connection(database).deserialize(template.content)
    database.wakeups = Wakeups()
    template.clock.loop = loop
    return Founded(template.founded.club, template.founded.identities, copy.deepcopy(template.founded.memory))


@dataclass(slots=True)
class _LoopClock:
    """The time of units of work; before there is a loop it stands still."""

    loop: VirtualLoop | None = None

    def __call__(self) -> datetime:
        return datetime.fromtimestamp(BEGINS_AT_S + (self.loop.time() if self.loop else 0.0), UTC)


@dataclass(frozen=True, slots=True)
class _Template:
    founded: Founded
    clock: _LoopClock
    content: bytes


@functools.cache
def _template() -> _Template:
    """One database for all worlds of a process, since an engine of its own would compile every statement anew."""
    clock = _LoopClock()
    database = Database("sqlite://", dispatch=bus.dispatch, clock=clock)
    create_tables(database)
    chance = random.Random("the club that all worlds share")
    with all_chance_from(chance, lambda: BEGINS_AT_S * 10**9):
        club = Club.found(database)
        identities = _add_gateways(club)
        desk = Desk(club, chance, Story(lambda: 0.0))
        desk.open()
    gc.freeze()  # what all worlds share need not be looked through in each of them
    return _Template(Founded(club, identities, desk.memory), clock, _connection(database).serialize())


def _add_gateways(club: Club) -> tuple[GatewayIdentity, ...]:
    identities = []
    with club.database.transaction() as session:
        site = sites.get_site(session, club.site_id)
        signer = sites.site_signer(site, SECRET)
        for number in range(1, GATEWAYS_MAX + 1):
            name = f"gate{number}"
            lane = sites.create_lane(session, club.actor, club.site_id, name)
            sites.add_gateway(session, lane, name, "1")
            speaker = enrol_stranger(session, name)
            keys = {signer.key_id: signer.public_key}
            identities.append(GatewayIdentity(name, club.site_id, lane.id, keys, site.credential_key, speaker))
    return tuple(identities)


def _connection(database: Database) -> sqlite3.Connection:
    """The only one that the pool has."""
    loan = database.engine.raw_connection()
    connection: Any = loan.driver_connection
    loan.close()
    assert isinstance(connection, sqlite3.Connection), "the standard driver"
    return connection
