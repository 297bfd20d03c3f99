"""A link that is kept: whatever breaks on it comes back, and whatever else breaks goes out to the supervisor."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import cast

import pytest

from mqtt_client.backoff import Backoff
from mqtt_client.errors import BrokerUnreachableError, CertificateRefusedError, LinkError, LinkLostError
from mqtt_client.link_keeper import keep_linked
from mqtt_client.reliable_client import ReliableClient
from tests.in_loop import in_loop


class FakeClient:
    """A connection that comes about, unless there is a reason why not."""

    def __init__(self, refusal: Exception | None = None) -> None:
        self.refusal = refusal
        self.is_closed = False

    async def __aenter__(self) -> "FakeClient":
        if self.refusal is not None:
            raise self.refusal
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.is_closed = True


class Bench:
    """Each connection is served by the next of `lives`; when there is none left, the test ends."""

    def __init__(self, *lives: Exception | Callable[[], Awaitable[None]]) -> None:
        self.lives = list(lives)
        self.clients: list[FakeClient] = []
        self.reports: list[tuple[LinkError, float]] = []
        self.end = asyncio.Event()

    def connect(self) -> ReliableClient:
        refused = self.lives and isinstance(self.lives[0], Exception)
        life = self.lives.pop(0) if refused else None
        self.clients.append(FakeClient(cast("Exception | None", life)))
        return cast("ReliableClient", self.clients[-1])

    async def serve(self, _client: ReliableClient) -> None:
        if not self.lives:
            self.end.set()
            await asyncio.Event().wait()
        life = self.lives.pop(0)
        assert not isinstance(life, Exception)
        await life()

    def report(self, failure: LinkError, delay_s: float) -> None:
        self.reports.append((failure, delay_s))

    async def keep(self) -> None:
        backoff = Backoff(lambda: 0.001)
        keeping = asyncio.ensure_future(keep_linked(self.connect, self.serve, backoff=backoff, report=self.report))
        ending = asyncio.ensure_future(self.end.wait())
        await asyncio.wait((keeping, ending), return_when=asyncio.FIRST_COMPLETED)
        for task in (keeping, ending):
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await keeping


async def lose() -> None:
    raise LinkLostError("the broker is gone")


async def give_up() -> None:
    """The other end of the work: it returns by itself."""


async def fail() -> None:
    raise KeyError("a bug")


@in_loop
async def test_every_failure_of_the_link_is_told_and_followed_by_another_connection() -> None:
    refused = CertificateRefusedError("certificate_revoked", "revoked")
    bench = Bench(BrokerUnreachableError("nobody"), refused, lose, give_up)
    await bench.keep()
    told = [failure.reason for failure, _ in bench.reports]
    assert told == ["broker_unreachable", "certificate_revoked", "link_lost", "link_lost"]
    assert len(bench.clients) == 5
    assert all(client.is_closed for client in bench.clients if client.refusal is None)


@in_loop
async def test_delays_grow_while_nothing_lasts() -> None:
    bench = Bench(lose, lose, lose, lose)
    await bench.keep()
    delays = [delay_s for _, delay_s in bench.reports]
    assert delays == sorted(delays)
    assert delays[-1] == 8 * delays[0]


@in_loop
async def test_a_bug_is_not_taken_for_a_lost_link() -> None:
    bench = Bench(lose, fail)
    with pytest.raises(KeyError, match="a bug"):
        await bench.keep()
    assert bench.clients[-1].is_closed
