"""Long work goes on in lots, and leaves time between them. That a database may be away is in `test_broom`."""

import asyncio
import time

import pytest

from cloud.database import Database
from cloud.long_work import Lots, repeat, take_turns
from tests.club import Club


def test_the_pause_after_a_lot_is_as_long_as_the_lot(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also of a lot that waited for others: the more there is to do, the less long work asks for."""
    now_s, pauses_s = [0.0], []

    async def sleep(duration_s: float) -> None:
        pauses_s.append(duration_s)

    def lots() -> Lots:
        for duration_s in (0.05, 0.2, 0.01):
            now_s[0] += duration_s
            yield

    monkeypatch.setattr(time, "monotonic", lambda: now_s[0])
    monkeypatch.setattr(asyncio, "sleep", sleep)
    asyncio.run(take_turns(lots()))
    assert pauses_s == pytest.approx([0.05, 0.2, 0.01])


def test_work_is_repeated_until_there_is_none(club: Club) -> None:
    left = [3]

    def do_some(_database: Database) -> int:
        left[0] -= 1
        return left[0]

    assert len(list(repeat(do_some, club.database))) == 2
    assert left == [0]
