"""A process follows who comes and goes: it subscribes to what becomes its own, and leaves it when it ends."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from sqlalchemy import select

from cloud.gateway_link.gateway_session import Workshop
from cloud.gateway_link.ingester import Ingester
from cloud.gateway_link.lease import give_up, renew
from cloud.gateway_link.models import LinkWorker
from cloud.gateway_link.share import DUTIES, NOBODY
from cloud.gateway_link.share_keeping import Membership, keep_share
from cloud.gateway_link.state_source import StateSource
from cloud.gateway_link.voices import Voices
from sync_protocol.messages import Message
from tests.club import Club
from tests.in_loop import in_loop


@dataclass
class Connection:
    """Keeps what it is subscribed to."""

    filters: set[str] = field(default_factory=set)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def subscribe(self, topic_filters: Sequence[str]) -> None:
        self.filters.update(topic_filters)

    async def unsubscribe(self, topic_filters: Sequence[str]) -> None:
        self.filters.difference_update(topic_filters)
        self.changed.set()

    async def send(self, site_id: str, gateway_id: str, message: Message) -> None:
        raise AssertionError("there is nobody to talk to")

    async def until(self, filters: set[str]) -> None:
        while self.filters != filters:
            self.changed.clear()
            await self.changed.wait()


def test_subscriptions_follow_the_share_and_the_lease_ends_with_the_link(shared_club: Club) -> None:
    database = shared_club.database
    site_filter = f"tornello/1/{shared_club.site_id}/+/up/+"
    whole = {"tornello/1/+/+/up/+"}

    def call_other(*, is_alive: bool) -> None:
        """The process whose name makes the club's site its own."""
        with database.transaction() as session:
            for number in range(8):
                if is_alive:
                    renew(session, f"other-{number}", DUTIES)
                else:
                    give_up(session, f"other-{number}")

    @in_loop
    async def share() -> None:
        connection = Connection()
        workshop = Workshop(database, StateSource(database), connection, asyncio.Semaphore(1), Voices(database))
        listening = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            ingester = Ingester(workshop, tasks, NOBODY)
            keeping = tasks.create_task(
                keep_share(workshop, ingester, connection, Membership("one", DUTIES), listening.set)
            )
            await listening.wait()
            await connection.until(whole)
            await asyncio.to_thread(call_other, is_alive=True)
            while ingester.share.is_whole("ingest"):
                await connection.changed.wait()
                connection.changed.clear()
            has_site = ingester.share.has_any(shared_club.site_id)
            await connection.until({site_filter} if has_site else set())
            await asyncio.to_thread(call_other, is_alive=False)
            await connection.until(whole)
            keeping.cancel()
            with suppress(asyncio.CancelledError):
                await keeping
        with database.session() as session:
            assert not session.scalars(select(LinkWorker)).all()

    share()
