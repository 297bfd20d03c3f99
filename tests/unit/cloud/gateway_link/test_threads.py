"""Gateways are answered, and news found, whoever keeps the threads and the database's slots."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

from sync_protocol.messages import CloudHeartbeat
from tests.club import Club
from tests.in_loop import in_loop
from tests.unit.cloud.gateway_link.test_ingester import SpeakingGateway, ingesting


def test_gateways_are_answered_while_all_threads_that_anybody_may_use_are_kept(shared_club: Club) -> None:
    gateway = SpeakingGateway.add(shared_club)
    over = threading.Event()

    @in_loop
    async def talk() -> None:
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(1))
        kept = loop.run_in_executor(None, over.wait, 20)
        async with ingesting(shared_club) as (ingester, outbox, _):
            await ingester.handle(*gateway.beat())
            await outbox.until(CloudHeartbeat)
            assert not kept.done()
            over.set()
        await kept

    talk()


def test_news_are_found_while_a_thousand_gateways_wait_for_the_database(shared_club: Club) -> None:
    gateway = SpeakingGateway.add(shared_club)

    @in_loop
    async def talk() -> None:
        async with ingesting(shared_club) as (ingester, _, workshop):
            topic, letter = gateway.beat()
            await ingester.handle(topic, letter)
            await letter.acked.wait()
            (session,) = ingester.sessions.values()
            pushed = asyncio.Event()
            async with workshop.slots:
                session.sent_revision = -1
                session.push = pushed.set  # type: ignore[method-assign]
                shared_club.database.wakeups.wake("desired_state")
                await pushed.wait()

    talk()
