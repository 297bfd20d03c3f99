"""Batches that wait one behind the other are one transaction and one confirmation, as if they had come as one."""

import asyncio

import pytest

from cloud.gateway_link.event_batches import join_batches
from cloud.gateway_link.inbox import INBOX_MAX, TOGETHER_MAX, Arrival, Inbox
from cloud.gateway_link.voices import Word
from sync_protocol.codec import encode_message
from sync_protocol.errors import SyncProtocolError
from sync_protocol.journal_events import SealedEvent
from sync_protocol.messages import EventBatch, EventsAcked, Message, Refused
from sync_protocol.topics import Topic
from tests.club import Club
from tests.in_loop import in_loop
from tests.unit.cloud.access_events.test_journal import NOISE, Journal, stored
from tests.unit.cloud.gateway_link.test_ingester import Letter, SpeakingGateway, ingesting


def events(*numbers: int) -> tuple[SealedEvent, ...]:
    return tuple(SealedEvent(number, b"content", bytes(32)) for number in numbers)


def word(number: int, batch: Message, serial: str = "a") -> Word:
    return Word(encode_message(batch), serial, number, "events")


def arrival(kind: str, number: int = 0) -> Arrival:
    return Arrival(Topic("sit", "gwy", "up", kind), Letter(b"%d" % number))


def test_batches_of_one_journal_are_joined_in_their_order() -> None:
    joined = join_batches([word(5, EventBatch("e", events(0, 1))), word(7, EventBatch("e", events(2)))])
    assert joined == EventBatch("e", events(0, 1, 2))


@pytest.mark.parametrize(
    "second",
    [
        word(7, EventBatch("f", events(2))),
        word(7, EventBatch("e", events(2)), serial="b"),
        word(5, EventBatch("e", events(2))),
    ],
)
def test_batches_of_two_journals_or_voices_or_out_of_order_are_not_joined(second: Word) -> None:
    assert join_batches([word(5, EventBatch("e", events(0, 1))), second]) is None


def test_what_is_no_message_is_not_joined() -> None:
    with pytest.raises(SyncProtocolError):
        join_batches([word(5, EventBatch("e", events(0))), Word(b"\xc1", "a", 7, "events")])


@in_loop
async def test_batches_come_out_together_and_all_else_alone_and_in_order() -> None:
    inbox = Inbox()
    kinds = ["events", "heartbeat", "events", "events", None, *["events"] * (TOGETHER_MAX + 1), "hello"]
    for kind in kinds:
        inbox.put(None if kind is None else arrival(kind))
    taken = [[each.topic.kind for each in await inbox.take()] for _ in range(7)]
    together = ["events"] * TOGETHER_MAX
    assert taken == [["events"], ["heartbeat"], ["events"] * 2, [], together, ["events"], ["hello"]]


@in_loop
async def test_who_waits_for_a_message_gets_it_when_it_comes_and_a_full_box_says_so() -> None:
    inbox = Inbox()
    asyncio.get_running_loop().call_soon(inbox.put, arrival("hello"))
    async with asyncio.timeout(20):
        assert [each.topic.kind for each in await inbox.take()] == ["hello"]
    for _ in range(INBOX_MAX):
        assert not inbox.is_full
        inbox.put(None)
    assert inbox.is_full


def test_batches_that_wait_together_are_confirmed_once(shared_club: Club) -> None:
    gateway = SpeakingGateway.add(shared_club)
    source = Journal()
    for _ in range(6):
        source.write(NOISE)
    letters = [gateway.say(EventBatch("e1", tuple(source.events[at : at + 2]))) for at in (0, 2, 4)]

    @in_loop
    async def talk() -> None:
        async with ingesting(shared_club) as (ingester, outbox, _):
            await ingester.handle(*gateway.beat())
            for topic, letter in letters:
                await ingester.handle(topic, letter)
            for _, letter in letters:
                await letter.acked.wait()
            acks = [message for _, message in outbox.sent if isinstance(message, EventsAcked)]
            assert [ack.upto_seq for ack in acks] == [5]

    talk()
    of_gateway = [row.seq for row in stored(shared_club) if row.gateway_id == gateway.gateway_id]
    assert of_gateway == [0, 1, 2, 3, 4, 5]


def test_one_that_is_not_the_gateway_s_hinders_no_other(shared_club: Club) -> None:
    gateway = SpeakingGateway.add(shared_club)
    source = Journal()
    for _ in range(4):
        source.write(NOISE)
    letters = [gateway.say(EventBatch("e1", tuple(source.events[at : at + 2]))) for at in (0, 2)]
    forged = letters[0][0], Letter(letters[0][1].payload[:-1] + b"\x00")

    @in_loop
    async def talk() -> None:
        async with ingesting(shared_club) as (ingester, outbox, _):
            await ingester.handle(*gateway.beat())
            for topic, letter in (letters[0], forged, letters[1]):
                await ingester.handle(topic, letter)
            await letters[1][1].acked.wait()
            acks = [message for _, message in outbox.sent if isinstance(message, EventsAcked)]
            assert [ack.upto_seq for ack in acks] == [1, 3]
            assert len([message for _, message in outbox.sent if isinstance(message, Refused)]) == 1

    talk()
