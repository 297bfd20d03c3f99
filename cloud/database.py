"""The database: engine, units of work, column types. SQLite by default, PostgreSQL by its URL.

`Database.session()` reads, `Database.transaction()` writes and commits at its end. A unit of work carries what one
transaction has in common: its time, the dispatch of domain events, what to do before the commit, whom to wake after.
"""

import contextlib
import logging
import os
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any, Final, TypeVar, cast

import msgspec
from sqlalchemy import (
    JSON,
    URL,
    DateTime,
    Dialect,
    Engine,
    MetaData,
    StaticPool,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.types import TypeDecorator, TypeEngine

from cloud.checkpoints import LOG_PAGES_MAX, Checkpoints
from cloud.domain_events import DomainEvent
from cloud.kit.clock import utc_now
from cloud.kit.wakeup import Wakeups
from cloud.log_sync import LogNotSyncedError, LogSync, sync_of

SQLITE_BUSY_TIMEOUT_MS: Final = 10_000
WRITERS_MAX_POSTGRESQL: Final = 16

_logger = logging.getLogger(__name__)

_Answer = TypeVar("_Answer")

Dispatch = Callable[["UnitOfWork", DomainEvent], None]
Clock = Callable[[], datetime]


class DatabaseBusyError(Exception):
    """Other writers kept the database for too long; try again."""


DATABASE_FAULTS: Final = (SQLAlchemyError, DatabaseBusyError, LogNotSyncedError)
"""All that a database raises that is away, busy or broken."""


class Base(DeclarativeBase):
    """Base of all models: singular snake_case tables, constraints named by one convention."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UtcDateTime(TypeDecorator[datetime]):
    """An instant. Aware in Python, always UTC; `timestamptz` on PostgreSQL, naive UTC on SQLite."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        assert value.tzinfo is not None, "a time without a zone reached the database"
        utc = value.astimezone(UTC)
        return utc if dialect.name == "postgresql" else utc.replace(tzinfo=None)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None] | None:
        """On SQLite, which keeps text, one step instead of four: every row that is read has two or three of them."""
        return _read_utc if dialect.name == "sqlite" else super().result_processor(dialect, coltype)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)


def _read_utc(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return datetime.fromisoformat(f"{text}+00:00")
    except ValueError:  # the driver by itself, in a migration, writes the zone as well
        return datetime.fromisoformat(text).astimezone(UTC)


Json = JSON().with_variant(JSONB(), "postgresql")


class UnitOfWork(Session):
    """A SQLAlchemy session that knows the time, the bus and the wake-ups of its transaction."""

    def __init__(self, *, dispatch: Dispatch, clock: Clock, only_reads: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self._answers: dict[Hashable, object] | None = {} if only_reads else None
        self._publish_on_bus = dispatch
        self._clock = clock
        self._now: datetime | None = None
        self._before_commit: dict[str, Callable[[UnitOfWork], None]] = {}
        self._wakeups: set[str] = set()

    @property
    def now(self) -> datetime:
        """The one time (UTC) of this unit of work: read from the clock at first use."""
        if self._now is None:
            self._now = self._clock()
        return self._now

    @property
    def writes_alone(self) -> bool:
        """Whether nobody else writes as long as this transaction does: SQLite has one writer."""
        return self.get_bind().dialect.name == "sqlite"

    def publish(self, event: DomainEvent) -> None:
        """Let the bus's handlers react, at once and in this transaction; a handler's failure is the caller's."""
        self._publish_on_bus(self, event)

    def once(self, question: Hashable, ask: Callable[[], _Answer]) -> _Answer:
        """The answer to a question that many parts of a page ask. A unit of work that only reads asks it once.

        What writes asks each time: it may have changed the answer itself.
        """
        if self._answers is None:
            return ask()
        if question not in self._answers:
            self._answers[question] = ask()
        return cast(_Answer, self._answers[question])

    def beside(self) -> "UnitOfWork":
        """A second unit of work on the same transaction: it sees the database, not what this one has loaded before."""
        return UnitOfWork(
            bind=self.connection(),
            join_transaction_mode="rollback_only",
            dispatch=self._publish_on_bus,
            clock=lambda: self.now,
        )

    def wait_in_line(self, names: Iterable[str]) -> None:
        """Go on when no other transaction is in line for any of these names, and be so until the end of this one.

        For what is looked for and made where it is not there.
        """
        if self.writes_alone:
            return
        keys = {int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), signed=True) for name in names}
        for key in sorted(keys):
            self.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})

    def before_commit(self, name: str, action: Callable[["UnitOfWork"], None]) -> None:
        """Run `action` once at the end of the transaction, in it; later calls with the same name change nothing.

        Actions run in the order of their names, so that all transactions take the locks of their ends in one order.
        """
        self._before_commit.setdefault(name, action)

    def wake_after_commit(self, topic: str) -> None:
        """Wake everyone who waits for `topic` (see `kit.wakeup`) once this transaction is committed."""
        self._wakeups.add(topic)

    def end_reading(self) -> "Callable[[UnitOfWork], None]":
        """What hands over to one that writes what was put off to the end of this one, which only reads."""
        changed = [*self.new, *self.dirty, *self.deleted]
        assert not changed, "what only reads has changed something"
        told, put_off = dict(self.info), dict(self._before_commit)

        def hand_over(writer: UnitOfWork) -> None:
            writer.info.update(told)
            writer._before_commit.update(put_off)

        return hand_over

    def finish(self) -> frozenset[str]:
        """Run what was put off, commit, and tell the topics to wake. For `Database` only."""
        while self._before_commit:
            self._before_commit.pop(min(self._before_commit))(self)
        self.commit()
        topics, self._wakeups = frozenset(self._wakeups), set()
        return topics


class Database:
    """One database and everything needed to work on it. Thread-safe; one for each process.

    Args:
        url: `sqlite:///path`, `sqlite://` (memory, for tests) or `postgresql://...`.
        dispatch: what runs the handlers of a domain event (`cloud.bus.dispatch`).
        clock: the time of units of work.

    Attributes:
        is_local: whether it is in this process, so that nobody waits for the end of what was only read.
    """

    def __init__(self, url: str, *, dispatch: Dispatch, clock: Clock = utc_now) -> None:
        self.engine = _create_engine(url)
        self.wakeups = Wakeups()
        self.clock = clock
        self.is_local = self.engine.dialect.name == "sqlite"
        self.writers_max = 1 if self.is_local else WRITERS_MAX_POSTGRESQL
        self._writing = BoundedSemaphore(self.writers_max)
        has_log = self.is_local and not _is_in_memory(self.engine.url)
        self._checkpoints = Checkpoints(self.engine) if has_log else None
        self._log_sync = LogSync(sync_of(Path(str(self.engine.url.database)))) if has_log else None
        options: dict[str, Any] = {"dispatch": dispatch, "clock": clock, "expire_on_commit": False}
        writer = self.engine.execution_options(begin="IMMEDIATE")
        self._readers = sessionmaker(_one_view(self.engine), class_=UnitOfWork, only_reads=True, **options)
        self._writers = sessionmaker(writer, class_=UnitOfWork, **options)

    @contextmanager
    def session(self) -> Iterator[UnitOfWork]:
        """A unit of work that only reads, and sees the database as it was at its first query; nothing is committed."""
        with self._readers() as session:
            yield session

    @contextmanager
    def transaction(self, *, is_durable: bool = False) -> Iterator[UnitOfWork]:
        """A unit of work that is committed at the end of the block, or rolled back by an exception.

        At most `writers_max` at a time, who wait for each other here: SQLite itself would make them poll. On SQLite a
        power cut may take the newest ones back, but none that `is_durable`: that is for what somebody else forgets.

        Raises:
            DatabaseBusyError: it was nobody's turn for 10 s; nothing was done.
            LogNotSyncedError: it is committed, and the disk cannot keep it.
        """
        if not self._writing.acquire(timeout=SQLITE_BUSY_TIMEOUT_MS / 1000):
            raise DatabaseBusyError("other writers kept the database for too long")
        try:
            with self._writers() as session:
                yield session
                topics = session.finish()
            if self._checkpoints is not None:
                self._checkpoints.note_commit(is_batch=is_durable)
        finally:
            self._writing.release()
        for topic in topics:
            self.wakeups.wake(topic)
        if is_durable and self._log_sync is not None:
            self._log_sync.wait()

    def close(self) -> None:
        """Close all connections."""
        if self._checkpoints is not None:
            self._checkpoints.close()
        self.engine.dispose()


def _create_engine(url: str) -> Engine:
    """The engine. Its errors get logged, so they leave out the parameters: those may be secrets and people's data."""
    parsed = make_url(url)
    options: dict[str, Any] = {"hide_parameters": True, "json_serializer": _to_json}
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, pool_pre_ping=True, pool_size=10, max_overflow=30, **options)
    options["connect_args"] = {"check_same_thread": False}
    if _is_in_memory(parsed):
        engine = create_engine(parsed, poolclass=StaticPool, **options)
    else:
        _make_file(Path(str(parsed.database)))
        engine = create_engine(parsed, pool_size=10, max_overflow=60, **options)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _is_in_memory(url: URL) -> bool:
    return url.database in {None, "", ":memory:"}


def _to_json(value: object) -> str:
    """Several times quicker than the standard library, which counts where events come by the thousand."""
    return msgspec.json.encode(value).decode()


def _make_file(path: Path) -> None:
    """An empty database where there is none, for its owner alone; SQLite gives the files beside it the same mode."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        _logger.info("a new database: %s", path)


def _one_view(engine: Engine) -> Engine:
    """The engine for readers: all queries of one transaction see the same state, as SQLite's always do."""
    if engine.dialect.name == "sqlite":
        return engine
    return engine.execution_options(isolation_level="REPEATABLE READ")


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver shall not open transactions behind our back
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        f"wal_autocheckpoint={LOG_PAGES_MAX}",
        f"busy_timeout={SQLITE_BUSY_TIMEOUT_MS}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get('begin', 'DEFERRED')}")
