"""Explaining a tap while no gateway runs: from both files, read only, every lane taken to be free."""

import contextlib
import functools
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from access_policy.facts import LaneCondition
from gateway.adapters.clock_system import SystemClock
from gateway.adapters.store_sqlite.database_file import open_for_reading
from gateway.adapters.store_sqlite.gate_reader import SqliteGateReader
from gateway.adapters.store_sqlite.presence_rows import read_presence
from gateway.adapters.store_sqlite.state_store import Contact
from gateway.adapters.store_sqlite.visit_account import Visit, VisitAccount
from gateway.config import GatewayConfig
from gateway.domain.access_point import AccessPoint, Direction
from gateway.domain.presence import Presence
from gateway.identity import Identity
from gateway.inspection.explaining import Explainer, Fields, PlacedReader
from gateway.inspection.stored_state import NoStoreError
from gateway.service.card_tap import Knowledge
from gateway.service.passage import Grant
from gateway.service.tap_facts import TapCircumstances
from gateway.texts.catalogue import load_catalogue
from sync_protocol.credential_hash import hash_credential, hash_pin


def explain_stored(config: GatewayConfig, identity: Identity, arguments: Fields) -> Fields:
    """What the gateway would say if it were started now.

    Raises:
        RequestRefusedError, CardFormatError: an argument makes no sense.
        NoStoreError: the files cannot be read.
    """
    with (
        opened_read_only(config.state_dir / "entitlements.db") as state,
        opened_read_only(config.state_dir / "journal.db") as journal,
    ):
        last_contact_at, floor_ms = state.execute("SELECT last_contact_at, clock_floor_ms FROM contact").fetchone()
        reader = SqliteGateReader(state, Contact(last_contact_at))
        kept = read_presence(journal)
        knowledge = Knowledge(
            state=reader,
            presence=Presence(kept.people, kept.tallies),
            clock=SystemClock(floor_ms),
            catalogue=load_catalogue(),
            hash_credential=functools.partial(hash_credential, identity.credential_key),
            hash_pin=functools.partial(hash_pin, identity.credential_key),
        )
        lanes = {reader.access_point.lane_id: RestingLane() for reader in _placed(config, identity)}
        circumstances = TapCircumstances(lanes, knowledge.clock, knowledge.presence, _Visits(_account(state, journal)))
        return Explainer(_placed(config, identity), knowledge, circumstances).explain(arguments)


@dataclass(frozen=True, slots=True)
class RestingLane:
    """A lane at which nobody is."""

    waiting: Grant | None = None

    def condition_for(self, direction: Direction, member_id: str | None) -> LaneCondition:
        """Free for everybody."""
        return "free"


@dataclass(frozen=True, slots=True)
class _Visits:
    account: VisitAccount

    def visits_spent(self, contract_id: str) -> int:
        return self.account.spent(contract_id)


def _account(state: sqlite3.Connection, journal: sqlite3.Connection) -> VisitAccount:
    rows = journal.execute("SELECT seq, contract_id, counted_revision FROM visit ORDER BY seq")
    account = VisitAccount([Visit(*row) for row in rows])
    (revision,) = state.execute("SELECT revision FROM state").fetchone()
    account.contain(revision)
    return account


def _placed(config: GatewayConfig, identity: Identity) -> list[PlacedReader]:
    lane_ids = {lane.name: lane.lane_id or identity.lane_id for lane in config.lanes}
    return [
        PlacedReader(one.name, one.lane, AccessPoint(lane_ids[one.lane], one.direction), one.reading)
        for one in config.positions
    ]


@contextlib.contextmanager
def opened_read_only(path: Path) -> Iterator[sqlite3.Connection]:
    """One of the gateway's files while no gateway runs. Raises NoStoreError."""
    try:
        with contextlib.closing(open_for_reading(path)) as connection:
            yield connection
    except sqlite3.DatabaseError as error:
        raise NoStoreError(f"{path} cannot be read: {error}") from error
