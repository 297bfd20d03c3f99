from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Mapped, mapped_column

from cloud.database import Base, Database, UnitOfWork, UtcDateTime
from cloud.domain_events import DomainEvent, MemberChanged


class Instant(Base):
    """A table of this test only, in a metadata of its own."""

    metadata = Base.metadata.__class__(naming_convention=Base.metadata.naming_convention)
    __tablename__ = "instant"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Recorder:
    def __init__(self) -> None:
        self.events: list[DomainEvent] = []

    def __call__(self, _session: UnitOfWork, event: DomainEvent) -> None:
        self.events.append(event)


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def database(recorder: Recorder) -> Iterator[Database]:
    ticks = iter(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=n) for n in range(1000))
    database = Database("sqlite://", dispatch=recorder, clock=lambda: next(ticks))
    Instant.metadata.create_all(database.engine)
    yield database
    database.close()


def instants(database: Database) -> list[datetime | None]:
    with database.session() as session:
        return list(session.scalars(select(Instant.at).order_by(Instant.id)))


@pytest.mark.parametrize("written", ["2026-01-01 12:00:00.000000", "2026-01-01 12:00:00", "2026-01-01 13:00:00+01:00"])
def test_a_time_is_read_however_it_was_written(database: Database, written: str) -> None:
    with database.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO instant (at) VALUES (?)", (written,))
    assert instants(database) == [datetime(2026, 1, 1, 12, tzinfo=UTC)]


class InterruptedWorkError(Exception):
    pass


def interrupt(database: Database, work: Callable[[UnitOfWork], object]) -> None:
    """A transaction that fails after some work."""

    def run() -> None:
        with database.transaction() as session:
            work(session)
            session.flush()
            raise InterruptedWorkError

    with pytest.raises(InterruptedWorkError):
        run()


def test_a_transaction_is_committed_at_its_end_and_rolled_back_by_an_exception(database: Database) -> None:
    with database.transaction() as session:
        session.add(Instant(at=None))
    interrupt(database, lambda session: session.add(Instant(at=None)))
    assert instants(database) == [None]


def test_a_time_comes_back_as_the_same_instant_in_utc(database: Database) -> None:
    rome = timezone(timedelta(hours=2))
    with database.transaction() as session:
        session.add(Instant(at=datetime(2026, 7, 1, 1, 30, 0, 123456, tzinfo=rome)))
    assert instants(database) == [datetime(2026, 6, 30, 23, 30, 0, 123456, tzinfo=UTC)]


def test_a_time_without_a_zone_never_reaches_the_database(database: Database) -> None:
    naive = Instant(at=datetime(2026, 7, 1))  # noqa: DTZ001
    with database.session() as session:
        session.add(naive)
        with pytest.raises(StatementError, match="a time without a zone"):
            session.flush()


def test_a_unit_of_work_has_one_time(database: Database) -> None:
    with database.session() as first:
        assert first.now == first.now
        with first.beside() as second:
            assert second.now == first.now
    with database.session() as third:
        assert third.now > first.now


def test_events_go_to_the_bus_at_once(database: Database, recorder: Recorder) -> None:
    with database.transaction() as session:
        session.publish(MemberChanged("mem_1"))
        assert recorder.events == [MemberChanged("mem_1")]


def test_what_is_put_off_runs_once_in_order_and_in_the_transaction(database: Database) -> None:
    done: list[str] = []

    def later(session: UnitOfWork) -> None:
        done.append("second")
        session.add(Instant(at=None))

    def first(session: UnitOfWork) -> None:
        done.append("first")
        session.before_commit("second", later)

    with database.transaction() as session:
        session.before_commit("first", first)
        session.before_commit("first", later)
        assert done == []
    assert done == ["first", "second"]
    assert instants(database) == [None]


def test_a_failure_of_what_is_put_off_fails_the_transaction(database: Database) -> None:
    def fail(_session: UnitOfWork) -> None:
        raise InterruptedWorkError

    def work() -> None:
        with database.transaction() as session:
            session.add(Instant(at=None))
            session.before_commit("fail", fail)

    with pytest.raises(InterruptedWorkError):
        work()
    assert instants(database) == []


def test_topics_are_woken_only_after_the_commit(database: Database) -> None:
    woken: list[str] = []
    database.wakeups.wake = woken.append  # type: ignore[method-assign, assignment]
    with database.transaction() as session:
        session.wake_after_commit("gateways")
        session.wake_after_commit("gateways")
        assert woken == []
    assert woken == ["gateways"]
    interrupt(database, lambda session: session.wake_after_commit("gateways"))
    assert woken == ["gateways"]


def test_work_beside_sees_the_transaction_and_leaves_its_end_to_it(database: Database) -> None:
    def work(session: UnitOfWork) -> None:
        session.add(Instant(at=None))
        session.flush()
        with session.beside() as fresh:
            assert len(fresh.scalars(select(Instant)).all()) == 1
            fresh.add(Instant(at=None))
            fresh.flush()
        assert len(session.scalars(select(Instant)).all()) == 2

    interrupt(database, work)
    assert instants(database) == []


def test_who_only_reads_asks_a_question_once_and_who_writes_each_time() -> None:
    database = Database("sqlite://", dispatch=lambda session, event: None)
    answers = iter(range(10))
    with database.session() as session:
        assert [session.once("sites", lambda: next(answers)) for _ in range(2)] == [0, 0]
        assert session.once("lanes", lambda: next(answers)) == 1
    with database.transaction() as session:
        assert [session.once("sites", lambda: next(answers)) for _ in range(2)] == [2, 3]
    database.close()
