"""Who may speak, and what happens to one who speaks too fast: without a broker."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Self

import pytest
from sqlalchemy.exc import OperationalError

from cloud import bus
from cloud.access_events import journal
from cloud.database import Database, DatabaseBusyError, Dispatch, UnitOfWork
from cloud.gateway_link.gateway_session import GatewaySession, Sender, Workshop
from cloud.gateway_link.inbox import INBOX_MAX
from cloud.gateway_link.ingester import Ingester
from cloud.gateway_link.publisher import publish_for_ever
from cloud.gateway_link.reception import Known
from cloud.gateway_link.share import ALONE, NOBODY
from cloud.gateway_link.state_source import StateSource
from cloud.gateway_link.voices import Voices
from cloud.sites import service as sites
from cloud.sites.service import GatewayReport
from gateway.certificate_voice import CertificateVoice
from mqtt_client.errors import PublishRefusedError
from sync_protocol.codec import encode_message
from sync_protocol.messages import (
    KIND_OF,
    CloudHeartbeat,
    Delta,
    EventBatch,
    EventsAcked,
    Heartbeat,
    Hello,
    Message,
    OutboxRange,
    Welcome,
)
from sync_protocol.topics import Topic, up_topic
from tests.club import Club, gateway_of
from tests.in_loop import in_loop
from tests.journal_series import series
from tests.voices import enrol_voice


@dataclass
class Letter:
    """A message from the broker."""

    payload: bytes = b""
    acks: int = 0
    acked: asyncio.Event = field(default_factory=asyncio.Event)

    def ack(self) -> None:
        self.acks += 1
        self.acked.set()


@dataclass
class Outbox:
    """Keeps what would have been published, but for what the broker refuses."""

    sent: list[tuple[str, Message]] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    refuses: type[Message] | tuple[()] = ()

    async def send(self, site_id: str, gateway_id: str, message: Message) -> None:
        if isinstance(message, self.refuses):
            raise PublishRefusedError(site_id, 0x97, "quota exceeded")
        self.sent.append((gateway_id, message))
        self.news.set()

    async def until(self, kind: type[Message]) -> Message:
        while not (found := [message for _, message in self.sent if isinstance(message, kind)]):
            self.news.clear()
            await self.news.wait()
        return found[0]


@asynccontextmanager
async def ingesting(club: Club) -> AsyncIterator[tuple[Ingester, Outbox, Workshop]]:
    outbox = Outbox()
    workshop = workshop_of(club, outbox)
    async with asyncio.TaskGroup() as tasks:
        ingester = Ingester(workshop, tasks)
        publisher = tasks.create_task(publish_for_ever(workshop, ingester))
        yield ingester, outbox, workshop
        publisher.cancel()
        for session in asyncio.all_tasks() - {asyncio.current_task(), publisher}:
            if "GatewaySession.run" in repr(session):
                session.cancel()


def workshop_of(club: Club, sender: Sender) -> Workshop:
    return Workshop(club.database, StateSource(club.database), sender, asyncio.Semaphore(1), Voices(club.database))


@dataclass
class SpeakingGateway:
    """A gateway that the cloud knows."""

    site_id: str
    gateway_id: str
    voice: CertificateVoice

    @classmethod
    def add(cls, club: Club, lane: str = "Lane 1") -> Self:
        gateway_id = club.add_gateway(club.add_lane(lane))
        return cls(club.site_id, gateway_id, enrol_voice(club.database, gateway_id))

    def topic(self, kind: str) -> str:
        return up_topic(self.site_id, self.gateway_id, kind)

    def say(self, message: Message) -> tuple[str, Letter]:
        """Topic and letter of a message."""
        topic = self.topic(KIND_OF[type(message)])
        return topic, Letter(self.voice.seal(topic, encode_message(message), shows_certificate=False))

    def beat(self, revision: int = 1) -> tuple[str, Letter]:
        return self.say(Heartbeat("boot", 1, revision, b"", OutboxRange(0, 0), "synced", 0))


@pytest.fixture
def gateway(shared_club: Club) -> SpeakingGateway:
    return SpeakingGateway.add(shared_club)


@pytest.fixture
def gateway_id(gateway: SpeakingGateway) -> str:
    return gateway.gateway_id


def test_a_message_is_answered_and_then_acknowledged_to_the_broker(shared_club: Club, gateway: SpeakingGateway) -> None:
    topic, letter = gateway.beat()

    @in_loop
    async def talk() -> None:
        async with ingesting(shared_club) as (ingester, outbox, _):
            await ingester.handle(topic, letter)
            await outbox.until(CloudHeartbeat)
            assert letter.acks == 0
            await letter.acked.wait()

    talk()
    assert letter.acks == 1


@pytest.mark.parametrize(
    "topic",
    ["nonsense", "tornello/1/a/b/up", "tornello/1/sit_other/{gateway}/up/hello", "tornello/1/{site}/gwy_x/up/hello"],
)
def test_a_stranger_is_ignored_and_named_once(
    shared_club: Club, gateway_id: str, topic: str, caplog: pytest.LogCaptureFixture
) -> None:
    letters = [Letter(), Letter()]

    @in_loop
    async def talk() -> None:
        async with ingesting(shared_club) as (ingester, _, _):
            for letter in letters:
                await ingester.handle(topic.format(site=shared_club.site_id, gateway=gateway_id), letter)

    talk()
    assert [letter.acks for letter in letters] == [1, 1]
    assert len(caplog.records) == 1


def test_a_gateway_that_was_connected_a_moment_ago_gets_news_before_it_speaks(
    shared_club: Club, gateway_id: str
) -> None:
    with shared_club.database.transaction() as session:
        gateway = gateway_of(session, gateway_id)
        gateway.applied_revision = 3
        sites.record_report(session, gateway, GatewayReport("boot", "synced", (0, 0)))

    @in_loop
    async def resume() -> None:
        async with ingesting(shared_club) as (ingester, outbox, _):
            await ingester.resume()
            with shared_club.database.transaction() as session:
                shared_club.add_member(session)
            delta = await outbox.until(Delta)
            assert isinstance(delta, Delta)
            assert delta.to_revision == 4

    resume()


def test_a_gateway_is_told_at_once_how_far_its_journal_is_taken_over(shared_club: Club, gateway_id: str) -> None:
    with shared_club.database.transaction() as session:
        gateway = gateway_of(session, gateway_id)
        sites.record_report(session, gateway, GatewayReport("boot", "synced", (0, 0)))
        journal.open_journal(session, gateway, "epoch1", 7, b"n")

    @in_loop
    async def resume() -> None:
        async with ingesting(shared_club) as (ingester, outbox, _):
            await ingester.resume()
            acked = await outbox.until(EventsAcked)
            assert isinstance(acked, EventsAcked)
            assert (acked.journal_epoch, acked.upto_seq, acked.counted_revision) == ("epoch1", 6, 3)

    resume()


def test_a_site_that_falls_to_another_process_is_served_no_more(shared_club: Club, gateway: SpeakingGateway) -> None:
    @in_loop
    async def hand_over() -> None:
        async with ingesting(shared_club) as (ingester, outbox, _):
            await ingester.handle(*gateway.beat())
            await outbox.until(CloudHeartbeat)
            before = ingester.change_share(NOBODY)
            assert (before, ingester.sessions) == (ALONE, {})
            topic, late = gateway.beat()
            await ingester.handle(topic, late)
            assert late.acks == 1
            assert not ingester.sessions
            ingester.change_share(ALONE)
            outbox.sent.clear()
            await ingester.handle(*gateway.beat())
            await outbox.until(CloudHeartbeat)

    hand_over()


def test_one_message_too_many_is_dropped_and_acknowledged(
    shared_club: Club, gateway: SpeakingGateway, caplog: pytest.LogCaptureFixture
) -> None:
    letters = [gateway.beat()[1] for _ in range(INBOX_MAX + 1)]
    gateway_id = gateway.gateway_id

    @in_loop
    async def flood() -> None:
        workshop = workshop_of(shared_club, Outbox())
        session = GatewaySession(workshop, Known(gateway_id, shared_club.site_id, is_retired=False, applied_revision=1))
        for letter in letters:
            session.offer(Topic(shared_club.site_id, gateway_id, "up", "heartbeat"), letter)

    flood()
    assert [letter.acks for letter in letters] == [0] * INBOX_MAX + [1]
    assert "faster than it is answered" in caplog.text


class FlakyDatabase(Database):
    """Away for as long as `is_away`."""

    is_away = False

    def __init__(self, url: str, *, dispatch: Dispatch) -> None:
        super().__init__(url, dispatch=dispatch)
        self.waited_for_the_disk: list[bool] = []

    @contextmanager
    def session(self) -> Iterator[UnitOfWork]:
        if self.is_away:
            raise OperationalError("SELECT", {}, ConnectionRefusedError("no server"))
        with super().session() as session:
            yield session

    @contextmanager
    def transaction(self, *, is_durable: bool = False) -> Iterator[UnitOfWork]:
        if self.is_away:
            raise DatabaseBusyError("other writers kept the database for too long")
        with super().transaction(is_durable=is_durable) as session:
            yield session
        self.waited_for_the_disk.append(is_durable)


@pytest.fixture
def flaky_club(shared_club: Club) -> Iterator[tuple[Club, FlakyDatabase]]:
    database = FlakyDatabase(str(shared_club.database.engine.url), dispatch=bus.dispatch)
    yield Club(database, shared_club.site_id, shared_club.actor), database
    database.close()


def test_events_outlive_a_power_cut_before_the_gateway_hears_that_they_are_committed(
    flaky_club: tuple[Club, FlakyDatabase], gateway: SpeakingGateway
) -> None:
    club, database = flaky_club

    @in_loop
    async def talk() -> None:
        async with ingesting(club) as (ingester, outbox, _):
            for message, answer in (
                (Heartbeat("boot", 1, 1, b"", OutboxRange(0, 0), "synced", 0), CloudHeartbeat),
                (EventBatch("e1", tuple(series(3))), EventsAcked),
                (Heartbeat("boot", 2, 1, b"", OutboxRange(0, 0), "synced", 0), CloudHeartbeat),
            ):
                outbox.sent.clear()
                await ingester.handle(*gateway.say(message))
                await outbox.until(answer)

    talk()
    assert database.waited_for_the_disk == [False, True, False]


@pytest.mark.parametrize("is_known_before", [True, False])
def test_the_link_outlives_a_database_that_is_away(
    flaky_club: tuple[Club, FlakyDatabase],
    gateway: SpeakingGateway,
    is_known_before: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:
    club, database = flaky_club

    @in_loop
    async def talk() -> None:
        async with ingesting(club) as (ingester, outbox, _):
            if is_known_before:
                await ingester.handle(*gateway.beat())
                await outbox.until(CloudHeartbeat)
            database.is_away = True
            await ingester.resume()
            topic, lost = gateway.beat()
            await ingester.handle(topic, lost)
            await lost.acked.wait()
            club.database.wakeups.wake("desired_state")
            while "cannot look for news" not in caplog.text:
                await asyncio.to_thread(bool)  # gives the others a turn
            database.is_away = False
            outbox.sent.clear()
            await ingester.handle(*gateway.beat())
            await outbox.until(CloudHeartbeat)

    talk()
    assert not [record for record in caplog.records if record.exc_info]


def test_a_fault_over_one_message_leaves_the_gateway_heard(
    shared_club: Club, gateway: SpeakingGateway, caplog: pytest.LogCaptureFixture
) -> None:
    gateway_id = gateway.gateway_id

    class Clumsy(Outbox):
        async def send(self, site_id: str, gateway_id: str, message: Message) -> None:
            if not self.sent:
                self.sent.append((gateway_id, message))
                raise KeyError("a fault of the program")
            await super().send(site_id, gateway_id, message)

    @in_loop
    async def talk() -> None:
        outbox = Clumsy()
        workshop = workshop_of(shared_club, outbox)
        async with asyncio.TaskGroup() as tasks:
            session = GatewaySession(workshop, Known(gateway_id, shared_club.site_id, False, 1))
            running = tasks.create_task(session.run())
            for _ in range(2):
                session.offer(Topic(shared_club.site_id, gateway_id, "up", "heartbeat"), gateway.beat()[1])
            while len(outbox.sent) < 2:
                outbox.news.clear()
                await outbox.news.wait()
            running.cancel()

    talk()
    assert "is not answered" in caplog.text


def test_a_welcome_says_which_event_is_the_last_that_is_known(shared_club: Club, gateway: SpeakingGateway) -> None:
    events = series(3)

    @in_loop
    async def talk() -> None:
        async with ingesting(shared_club) as (ingester, outbox, _):
            await ingester.handle(*gateway.say(EventBatch("e1", tuple(events))))
            hello = Hello("boot", "1.0", "e1", 0, b"", OutboxRange(0, 3), "synced", 0)
            await ingester.handle(*gateway.say(hello))
            welcome = await outbox.until(Welcome)
            assert isinstance(welcome, Welcome)
            assert (welcome.acked_seq, welcome.acked_chain) == (2, events[-1].chain)

    talk()
