"""Write the club: framework, people, the desk's work, two years of visits, and what the gates shall know of it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select

from cloud.database import Database, UnitOfWork
from cloud.desired_state import founding
from cloud.errors import ConflictError
from cloud.members.models import Member
from cloud.seeding import framework as club
from cloud.seeding.batches import AT_ONCE, Batch, batches, prepare
from cloud.seeding.desk_work import DeskWork
from cloud.seeding.framework import Framework
from cloud.seeding.people import People, Person
from cloud.seeding.visits import EVENTS_OF_VISIT, Visits, spread
from cloud.sites.models import Site
from cloud.staff.models import Staff

MEMBERS_OF_SITE: Final = 40_000
Tell = Callable[[int, int, str], None]
"""Called with how many are done, how many there will be, and of what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """How large the club shall be. `sites` 0: one for each 40,000 members begun, five at most."""

    members: int
    visits: int = 0
    seed: int = 1
    sites: int = 0

    @property
    def sites_count(self) -> int:
        """At how many sites they train."""
        return self.sites or min(club.SITES_MAX, 1 + max(0, self.members - 1) // MEMBERS_OF_SITE)


@dataclass(frozen=True, slots=True)
class Seeded:
    """What was written; `rows` are those of people, desk and visits, without those of the gates."""

    site_ids: tuple[str, ...]
    members: int
    visits: int
    rows: int
    state_rows: int
    duration_s: float


def seed(database: Database, order: Order, *, secret: bytes, password: str, tell: Tell) -> Seeded:
    """Write a club into an empty database, in many transactions.

    The audit log tells of the framework alone. One that was interrupted is thrown away with its database. On the same
    day the same order gives the same people, but for the sites' keys and their ids.

    Raises:
        ConflictError: the database holds a site, a member or somebody of the staff.
    """
    started = time.monotonic()
    with database.transaction() as session:
        _check_empty(session)
        found = club.found(session, sites_count=order.sites_count, secret=secret, password=password)
        now = session.now
    writer = _Writer(database, tell)
    people = writer.write_people(found, order, now)
    visits = writer.write_visits(found, order, now, people)
    state_rows = sum(writer.write_state(place.site_id) for place in found.places)
    site_ids = tuple(place.site_id for place in found.places)
    return Seeded(site_ids, len(people), visits, writer.rows, state_rows, time.monotonic() - started)


class _Writer:
    """Writes batch by batch, and counts the rows."""

    def __init__(self, database: Database, tell: Tell) -> None:
        self._database, self._tell = database, tell
        self.rows = 0

    def write_people(self, found: Framework, order: Order, now: datetime) -> list[Person]:
        makes, desk = People(found, order.seed, now), DeskWork(found, order.seed, now)
        people: list[Person] = []
        for numbers in batches(order.members):
            with self._batch() as batch:
                some = [makes.add(batch, number) for number in numbers]
                for person in some:
                    desk.add_of(batch, person)
            people += some
            self._tell(len(people), order.members, "members")
        for number, place in enumerate(found.places):
            own = [person for person in people if person.place == number and person.agreements]
            with self._batch() as batch:
                desk.add_sessions(batch, place, own)
        return people

    def write_visits(self, found: Framework, order: Order, now: datetime, people: list[Person]) -> int:
        makes, made, waiting = Visits(found, order.seed, people), 0, 0
        batch = Batch()
        for day, visits in spread(order.visits, now.date()):
            for some in batches(visits, AT_ONCE):
                added = makes.add_day(batch, day, len(some))
                made, waiting = made + added, waiting + added * EVENTS_OF_VISIT
                if waiting >= AT_ONCE:
                    self._write(batch)
                    waiting = 0
                    self._tell(made, order.visits, "visits")
        makes.add_cursors(batch)
        self._write(batch)
        return made

    def write_state(self, site_id: str) -> int:
        """All rows for the gates of a site, in one revision."""
        with self._database.transaction() as session:
            prepare(session)
            return founding.write_members(session, site_id, lambda done, total: self._tell(done, total, "gate rows"))

    @contextmanager
    def _batch(self) -> Iterator[Batch]:
        batch = Batch()
        yield batch
        self._write(batch)

    def _write(self, batch: Batch) -> None:
        with self._database.transaction() as session:
            prepare(session)
            self.rows += batch.write(session)


def _check_empty(session: UnitOfWork) -> None:
    for model in (Site, Member, Staff):
        if session.scalar(select(model.id).limit(1)) is not None:
            raise ConflictError("not_empty", f"The database is not empty: it holds a {model.__tablename__} already.")
