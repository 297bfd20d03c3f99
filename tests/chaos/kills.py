"""One story: processes are killed at moments that the seed decides, and afterwards the books are compared.

The laws: what a gateway had on its disk is stored in the cloud, once; what the API answered is in the database; every
flag is in force at every gateway, and the gateways' states have the digest of the cloud's.
"""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import select

from cloud import bus
from cloud.access_events.models import AccessEvent
from cloud.database import Database
from cloud.desired_state import service as desired_state
from cloud.migrations import upgrade_database
from gateway.adapters.clock_system import SystemClock
from gateway.adapters.store_sqlite.store import GatewayStore
from provisioning.authority import issue_client_certificate
from tests.chaos.cloud_victims import ALONE, APART, CloudVictim
from tests.chaos.desks import ApiDesk, ServiceDesk
from tests.chaos.victims import GatewayVictim, Victim, Victims, running_victims
from tests.integration.site_stand import Stand, standing_site
from tests.postgresql import PostgresqlServer, find_binaries

GATEWAYS: Final = 2
RECOVERY_S: Final = 120.0
ALIVE_S: Final = (0.3, 1.5)
DEAD_S: Final = (0.0, 0.8)


@dataclass
class KillReport:
    """What happened and what is missing; all laws hold when `broken` is empty."""

    seed: int
    killed: Counter[str] = field(default_factory=Counter)
    promised: int = 0
    stored: int = 0
    flags: int = 0
    unanswered: int = 0
    recovery_s: float = 0.0
    broken: list[str] = field(default_factory=list)

    def to_text(self) -> str:
        kills = ", ".join(f"{name} {count} times" for name, count in sorted(self.killed.items()))
        lines = [
            f"seed {self.seed}: killed {kills}",
            f"  {self.promised} events on disks, {self.stored} stored, {self.flags} flags, "
            f"{self.unanswered} calls without answer, "
            f"all in order {self.recovery_s:.1f} s after the last kill",
            *(f"  BROKEN: {law}" for law in self.broken),
        ]
        return "\n".join(lines)


def kill_at_random(folder: Path, seed: int, *, rounds: int) -> KillReport:
    """Run the story in an empty folder: the cloud is one process, its database SQLite."""
    with _standing(folder, f"sqlite:///{folder}/tornello.db") as stand:
        cloud = [CloudVictim(stand, *each) for each in ALONE]
        with running_victims(stand, cloud, gateways=GATEWAYS) as victims:
            dice = random.Random(seed)
            return _Story(stand, victims, ServiceDesk(stand.club, dice), dice, KillReport(seed)).tell(rounds)


def kill_apart(folder: Path, seed: int, *, rounds: int) -> KillReport:
    """The same on PostgreSQL, with API, ingester and publisher apart, while staff raise flags over the API."""
    binaries = find_binaries()
    assert binaries is not None, "PostgreSQL is not installed: run `scripts/setup test`"
    with PostgresqlServer(binaries) as server:
        server.create("kills")
        with _standing(folder, server.url("kills")) as stand:
            issue_client_certificate(folder, "tornello-cloud-2", file_name="cloud-2", now=datetime.now(UTC))
            cloud = [CloudVictim(stand, *each) for each in APART]
            desk = ApiDesk(stand.club, cloud[0])
            with running_victims(stand, cloud, gateways=1) as victims, desk.working():
                report = KillReport(seed)
                _Story(stand, victims, desk, random.Random(seed), report).tell(rounds)
                report.unanswered = desk.unanswered
                return report


@contextmanager
def _standing(folder: Path, url: str) -> Iterator[Stand]:
    database = Database(url, dispatch=bus.dispatch)
    try:
        upgrade_database(database)
        with standing_site(folder, database) as stand:
            yield stand
    finally:
        database.close()


class _Story:
    def __init__(
        self, stand: Stand, victims: Victims, desk: ServiceDesk | ApiDesk, dice: random.Random, report: KillReport
    ) -> None:
        self._stand = stand
        self._victims = victims
        self._desk = desk
        self._dice = dice
        self._report = report

    def tell(self, rounds: int) -> KillReport:
        deck: list[Victim] = []
        for _ in range(rounds):
            if not deck:  # everybody has their turn, in an order of chance
                deck = [self._victims.broker, *self._victims.processes]
                self._dice.shuffle(deck)
            self._kill(deck.pop())
        self._desk.rest()
        for gateway in self._victims.gateways:
            gateway.stop_writing()
        self._recover()
        self._compare_the_books()
        return self._report

    def _kill(self, victim: Victim) -> None:
        """Let them live, let the desk do something, kill one, let it be dead for a while, start it again."""
        time.sleep(self._dice.uniform(*ALIVE_S))
        self._desk.act()
        time.sleep(self._dice.uniform(0.0, 0.05))
        victim.kill()
        self._report.killed[victim.name] += 1
        time.sleep(self._dice.uniform(*DEAD_S))
        victim.start()

    def _recover(self) -> None:
        started = time.monotonic()
        is_recovered = _wait(self._is_everything_known, RECOVERY_S)
        self._report.recovery_s = time.monotonic() - started
        if not is_recovered:
            self._report.broken.append(f"not everything is known after {RECOVERY_S:g} s")

    def _is_everything_known(self) -> bool:
        promised = sum(len(gateway.promised) for gateway in self._victims.gateways)
        return len(self._stored()) >= promised and not self._flags_not_in_force()

    def _compare_the_books(self) -> None:
        report = self._report
        stored = Counter(self._stored())
        promised = [name for gateway in self._victims.gateways for name in gateway.promised]
        report.promised, report.stored, report.flags = len(promised), stored.total(), len(self._desk.flags)
        lost = [name for name in promised if name not in stored]
        twice = [name for name, count in stored.items() if count > 1]
        report.broken += self._desk.missing()
        report.broken += [f"lost: event {name}" for name in lost[:5]]
        report.broken += [f"stored {stored[name]} times: event {name}" for name in twice[:5]]
        report.broken += [f"not in force everywhere: flag {flag_id}" for flag_id in self._flags_not_in_force()]
        for gateway in self._victims.gateways:
            gateway.stop()
            report.broken += self._find_wrong_state(gateway)

    def _find_wrong_state(self, gateway: GatewayVictim) -> list[str]:
        """The gateway's own files, opened when it has ended."""
        with self._stand.club.database.session() as session:
            head = desired_state.head(session, self._stand.club.site_id)
        store = GatewayStore.open(Path(gateway.plan.state_dir), SystemClock())
        try:
            is_same = (store.state.applied_revision, store.state.digest_root) == (head.revision, head.digest_root)
            outbox = store.journal.outbox
        finally:
            store.close()
        wrong = [] if is_same else [f"the state of {gateway.name} is not the cloud's"]
        if outbox.first_seq != outbox.next_seq:
            wrong.append(f"events wait at {gateway.name}: {outbox}")
        return wrong

    def _stored(self) -> list[str]:
        query = select(AccessEvent.body).where(AccessEvent.kind == "gateway_started")
        with self._stand.club.database.session() as session:
            return [body["software_version"] for body in session.scalars(query)]

    def _flags_not_in_force(self) -> list[str]:
        with self._stand.club.database.session() as session:
            return [
                flag_id
                for flag_id in self._desk.flags
                if [one.state for one in desired_state.flag_proof(session, flag_id)]
                != ["in_force"] * len(self._victims.gateways)
            ]


def _wait(is_so: Callable[[], bool], within_s: float) -> bool:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if is_so():
            return True
        time.sleep(0.1)
    return False
