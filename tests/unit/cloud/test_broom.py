"""The worker prunes again and again, and a database that is away does not end it."""

import asyncio
import contextlib
from typing import Any

import pytest

from cloud.broom import keep_short
from cloud.database import DatabaseBusyError


class DatabaseThatIsAway:
    """Counts how often somebody wanted something of it; `was_asked_twice` is set then."""

    def __init__(self) -> None:
        self.was_asked_twice = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._asked = 0

    def transaction(self) -> Any:
        self._asked += 1
        if self._asked == 2:
            self._loop.call_soon_threadsafe(self.was_asked_twice.set)
        raise DatabaseBusyError


def prune(database: Any) -> bool:
    with database.transaction():
        return False


def test_a_database_that_is_away_is_asked_again(caplog: pytest.LogCaptureFixture) -> None:
    async def scene() -> None:
        away = DatabaseThatIsAway()
        keeping = asyncio.create_task(keep_short("old things", prune, away, every_s=0.0))  # type: ignore[arg-type]
        async with asyncio.timeout(30):
            await away.was_asked_twice.wait()
        assert not keeping.done()
        keeping.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await keeping

    asyncio.run(scene())
    assert "pruning old things: not now" in caplog.text
