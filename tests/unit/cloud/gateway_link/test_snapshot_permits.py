"""A few are sent their whole state side by side; the others wait in line, and are answered meanwhile."""

import asyncio

from cloud.desired_state import service as desired_state
from cloud.gateway_link.gateway_session import LATER_S
from cloud.gateway_link.share import ALONE, NOBODY
from cloud.gateway_link.snapshot_permits import SnapshotPermits
from sync_protocol.messages import CloudHeartbeat, Hello, OutboxRange, SnapshotChunk, StateLater, Welcome
from tests.club import Club
from tests.in_loop import in_loop
from tests.unit.cloud.gateway_link.test_ingester import Letter, SpeakingGateway, ingesting


def hello(revision: int = 0, *, wants_snapshot: bool = False) -> Hello:
    outbox = OutboxRange(0, 0)
    return Hello(
        "boot",
        "1",
        "00112233445566ff",
        revision,
        b"",
        outbox,
        "synced",
        0,
        nonce=b"n",
        wants_snapshot=wants_snapshot,
    )


class Line:
    """Whoever is called, in order."""

    def __init__(self, at_once: int) -> None:
        self.permits = SnapshotPermits(at_once)
        self.called: list[str] = []
        self.gone: set[str] = set()

    def take(self, name: str) -> bool:
        def call() -> bool:
            self.called.append(name)
            return name not in self.gone

        return self.permits.take(name, call)


def test_no_more_than_so_many_at_once_and_then_in_the_order_in_which_they_asked() -> None:
    line = Line(2)
    assert [line.take(name) for name in "abcde"] == [True, True, False, False, False]
    assert (line.take("c"), line.permits.waiting, line.called) == (False, 3, [])
    line.permits.give_back("b")
    assert (line.called, line.permits.waiting) == (["c"], 2)
    assert not line.take("f")
    assert line.take("c")
    for name in "acd":
        line.permits.give_back(name)
    assert line.called == ["c", "d", "e", "f"]


def test_who_is_gone_when_its_turn_comes_is_passed_over() -> None:
    line = Line(1)
    assert [line.take(name) for name in "abc"] == [True, False, False]
    line.gone = {"b"}
    line.permits.give_back("a")
    assert line.called == ["b", "c"]
    assert line.take("c")


def test_who_needs_it_no_more_leaves_the_line_and_gives_its_turn_away() -> None:
    line = Line(1)
    assert [line.take(name) for name in "abcd"] == [True, False, False, False]
    line.permits.leave("c")
    line.permits.give_back("a")
    line.permits.leave("b")
    assert line.called == ["b", "d"]
    line.permits.leave("d")
    assert line.take("e")


def test_a_gateway_in_line_is_told_to_wait_and_answered_and_gets_its_state_when_its_turn_comes(
    shared_club: Club,
) -> None:
    gateway = SpeakingGateway.add(shared_club)

    @in_loop
    async def talk() -> None:
        async with ingesting(shared_club) as (ingester, outbox, workshop):
            for name in ("w", "x", "y", "z"):
                assert workshop.permits.take(name, lambda: False)
            await ingester.handle(*gateway.say(hello()))
            assert await outbox.until(StateLater) == StateLater(LATER_S)
            await outbox.until(Welcome)
            await ingester.handle(*gateway.beat(0))
            await outbox.until(CloudHeartbeat)
            assert not any(isinstance(message, SnapshotChunk) for _, message in outbox.sent)
            workshop.permits.give_back("y")
            await outbox.until(SnapshotChunk)
            assert sum(isinstance(message, StateLater) for _, message in outbox.sent) == 1
            for name in ("w", "x", "z"):
                workshop.permits.give_back(name)
            assert [workshop.permits.take(name, lambda: False) for name in "abcd"] == [True] * 4

    talk()


def test_the_turn_of_a_session_that_has_ended_falls_to_others(shared_club: Club) -> None:
    gateway = SpeakingGateway.add(shared_club)

    @in_loop
    async def talk() -> None:
        async with ingesting(shared_club) as (ingester, outbox, workshop):
            for name in ("w", "x", "y", "z"):
                assert workshop.permits.take(name, lambda: False)
            await ingester.handle(*gateway.say(hello()))
            await outbox.until(StateLater)
            workshop.permits.give_back("w")
            talking = ingester._running[gateway.gateway_id]
            ingester.change_share(NOBODY)  # called, and gone before it came
            await asyncio.wait({talking})
            assert workshop.permits.take("v", lambda: False)

            ingester.change_share(ALONE)
            outbox.sent.clear()
            await ingester.handle(*gateway.say(hello()))
            await outbox.until(StateLater)
            talking = ingester._running[gateway.gateway_id]
            ingester.change_share(NOBODY)  # gone while it stood in line
            await asyncio.wait({talking})
            assert workshop.permits.waiting == 0

    talk()


def test_a_turn_is_not_lost_when_the_word_about_it_cannot_be_sent(shared_club: Club) -> None:
    gateway = SpeakingGateway.add(shared_club)
    with shared_club.database.session() as session:
        newest = desired_state.head(session, shared_club.site_id).revision

    @in_loop
    async def talk() -> None:
        async with ingesting(shared_club) as (ingester, outbox, workshop):

            async def hear(topic: str, letter: Letter) -> None:
                await ingester.handle(topic, letter)
                await letter.acked.wait()

            for name in ("w", "x", "y", "z"):
                assert workshop.permits.take(name, lambda: False)
            await hear(*gateway.beat(newest))
            outbox.refuses = StateLater
            await hear(*gateway.say(hello(newest, wants_snapshot=True)))
            workshop.permits.give_back("w")
            await hear(*gateway.beat(newest))
            assert any(isinstance(message, SnapshotChunk) for _, message in outbox.sent)
            assert workshop.permits.take("v", lambda: False)

    talk()
