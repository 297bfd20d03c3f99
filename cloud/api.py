"""What every HTTP endpoint shares: its unit of work, its page of a list, the problems that it may answer.

One request is one transaction. It begins with the endpoint's first statement and is committed before the response
is sent (`scope="function"`), so that what the client reads as done is done. Dependencies that wait for nothing are
coroutines: each one that is not goes through a thread, and waits for its turn there.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from fastapi.concurrency import contextmanager_in_threadpool, run_in_threadpool

from cloud.database import Database, UnitOfWork
from cloud.idempotency.middleware import mark_in
from cloud.kit.paging import PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX
from cloud.kit.problems import problem_response
from cloud.plain_rows import VISIBLE_SITES
from cloud.settings import Settings


def _database_of(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


async def _database(request: Request) -> Database:
    return _database_of(request)


async def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


async def open_transaction(request: Request) -> AsyncIterator[UnitOfWork]:
    """The unit of work of a request that changes something. Ask for it as `Transaction`.

    That of a GET, which saves a list as a file and tells the audit log, reads as long as it takes, what its reader may
    see, and takes its turn to write at the end.
    """
    # Writers queue here, outside the threads: those would all wait for one that needs another thread to finish.
    writers: asyncio.Semaphore = request.app.state.writers
    writing = contextmanager_in_threadpool(_database_of(request).transaction())
    if request.method == "GET":
        async with contextmanager_in_threadpool(_reading(request)) as reader:
            yield reader
            hand_over = reader.end_reading()
        async with writers, writing as writer:
            hand_over(writer)
        return
    async with writers, writing as session:
        mark_in(session, request.state)
        yield session


@contextmanager
def _reading(request: Request) -> Iterator[UnitOfWork]:
    with _database_of(request).session() as session:
        session.info[VISIBLE_SITES] = request.state
        yield session


async def _read_session(request: Request) -> AsyncIterator[UnitOfWork]:
    with _reading(request) as session:  # which asks nothing yet
        yield session
        if not _database_of(request).is_local:
            await run_in_threadpool(session.close)


AppDatabase = Annotated[Database, Depends(_database)]
AppSettings = Annotated[Settings, Depends(_settings)]
Transaction = Annotated[UnitOfWork, Depends(open_transaction, scope="function")]
ReadSession = Annotated[UnitOfWork, Depends(_read_session, scope="function")]

Limit = Annotated[int, Query(ge=1, le=PAGE_SIZE_MAX, description="How many items at most.")]
After = Annotated[str | None, Query(max_length=1000, description="The `next` of the page before.")]
LIMIT_DEFAULT = PAGE_SIZE_DEFAULT


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses=` of an endpoint for OpenAPI: each of these statuses carries a problem (RFC 9457)."""
    return {status: problem_response() for status in statuses}
