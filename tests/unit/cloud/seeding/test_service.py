from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from sqlalchemy import func, select

from cloud import bus
from cloud.access_events.models import AccessEvent, JournalCursor
from cloud.billing import instalments
from cloud.bookings.models import Booking
from cloud.contracts import prolonging
from cloud.contracts.models import Contract
from cloud.contracts.renewal_keeping import prolong_some
from cloud.database import Database
from cloud.desired_state import projection
from cloud.desired_state import service as desired_state
from cloud.desired_state.models import DesiredRow
from cloud.errors import ConflictError
from cloud.members.models import Member
from cloud.plans.policy import Length, last_day
from cloud.seeding import service as seeding
from cloud.seeding.service import Order, Seeded
from cloud.seeding.visits import DAYS, spread
from cloud.tasks.models import Task
from sync_protocol.digest import Digest
from sync_protocol.journal_events import AccessDecided, AccessTaken
from tests.club import SECRET
from tests.tables import create_tables

NOW = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
ORDER = Order(members=120, visits=400, seed=7, sites=2)


@pytest.fixture
def databases() -> Iterator[list[Database]]:
    found = [Database("sqlite://", dispatch=bus.dispatch, clock=lambda: NOW) for _ in range(2)]
    for database in found:
        create_tables(database)
    yield found
    for database in found:
        database.close()


def _seed(database: Database, order: Order = ORDER) -> Seeded:
    return seeding.seed(database, order, secret=SECRET, password="ten or more", tell=lambda *_told: None)


def test_what_the_gates_shall_know_is_one_revision_that_a_recomputation_leaves_as_it_is(
    databases: list[Database],
) -> None:
    database = databases[0]
    site_ids = _seed(database).site_ids
    assert len(site_ids) == 2
    for site_id in site_ids:
        with database.session() as session:
            head = desired_state.head(session, site_id)
            digest, revisions = Digest(), set()
            for row in session.scalars(select(DesiredRow).where(DesiredRow.site_id == site_id)):
                digest.add(row.key, row.body)
                revisions.add((row.member_id is not None, row.revision))
            assert (digest.root(), head.revision) == (head.digest_root, max(revision for _, revision in revisions))
            assert len([revision for is_of_member, revision in revisions if is_of_member]) == 1
        with database.transaction() as session:
            projection.note_everybody(session, site_id)
            projection.note_site(session, site_id)
        with database.session() as session:
            assert desired_state.head(session, site_id) == head


def test_the_same_seed_gives_the_same_people(databases: list[Database]) -> None:
    def people(database: Database) -> list[Any]:
        with database.session() as session:
            columns = (
                Member.id,
                Member.first_name,
                Member.last_name,
                Member.state,
                Contract.starts_on,
                Contract.ends_on,
            )
            query = select(*columns).join(Contract, Contract.member_id == Member.id).order_by(Member.id, Contract.id)
            return [tuple(row) for row in session.execute(query)]

    for database in databases:
        _seed(database)
    assert people(databases[0]) == people(databases[1])


def test_a_club_has_everything_that_a_club_has(databases: list[Database]) -> None:
    database = databases[0]
    done = _seed(database)
    with database.session() as session:
        counted = session.execute(select(Member.state, func.count()).group_by(Member.state))
        states = {row[0]: row[1] for row in counted}
        assert sum(states.values()) == done.members == 120
        assert set(states) == {"client", "former", "lead"}
        names = "".join(session.scalars(select(Member.last_name)))
        assert any(letter in names for letter in "ивановпетров")
        assert any(letter in names for letter in "rosian")
        for model in (Task, Booking):
            assert session.scalar(select(func.count()).select_from(model))
        running = select(func.count()).where(Contract.is_renewing, Contract.ends_on < NOW.date())
        assert session.scalar(running) == 0


def test_recurring_contracts_are_as_the_worker_leaves_them(databases: list[Database]) -> None:
    """They run 100 days ahead, what is due until then is asked for, and the worker has nothing to do."""
    database = databases[0]
    _seed(database)
    assert prolong_some(database) == 0
    with database.session() as session:
        running = session.scalars(select(Contract).where(Contract.is_renewing)).all()
        assert running
        for contract in running:
            assert NOW.date() + prolonging.AHEAD <= contract.ends_on
            days = [each.due_on for each in instalments.list_of_contract(session, contract.id)]
            assert days[0] <= NOW.date() < days[1]
            assert last_day(days[-1], Length(1, "months"), anchor_day=contract.anchor_day) == contract.ends_on
            assert all(27 < (later - day).days < 32 for day, later in pairwise(days))


def test_visits_are_what_gateways_tell_and_every_journal_is_taken_over(databases: list[Database]) -> None:
    database = databases[0]
    done = _seed(database)
    with database.session() as session:
        events = session.scalars(select(AccessEvent).order_by(AccessEvent.id)).all()
        assert len(events) == 2 * done.visits > 600
        assert [event.occurred_at for event in events[::2]] == sorted(event.occurred_at for event in events[::2])
        assert NOW - timedelta(days=DAYS + 1) < events[0].occurred_at < events[-1].occurred_at < NOW
        for event in events[:20]:
            body = msgspec.convert(event.body, AccessDecided | AccessTaken)
            assert (body.member_id, body.lane_id, body.tap_id) == (event.member_id, event.lane_id, event.tap_id)
        for cursor in session.scalars(select(JournalCursor)):
            own = select(func.count()).where(AccessEvent.gateway_id == cursor.gateway_id)
            assert session.scalar(own) == cursor.acked_seq + 1


def test_a_database_that_holds_anything_is_refused(databases: list[Database]) -> None:
    _seed(databases[0], Order(members=1))
    with pytest.raises(ConflictError, match="not empty"):
        _seed(databases[0])


def test_visits_are_spread_over_two_years_and_none_is_lost() -> None:
    days = list(spread(10_000, date(2026, 11, 22)))
    assert sum(visits for _, visits in days) == 10_000
    assert [days[0][0], days[-1][0]] == [date(2024, 11, 22), date(2026, 11, 21)]
    year = [sum(visits for _, visits in days[start : start + 365]) for start in (0, 365)]
    assert year[0] < year[1]
