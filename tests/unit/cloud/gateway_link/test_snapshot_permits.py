"""A few are sent their whole state side by side; the others wait in line, and are answered meanwhile."""

from cloud.gateway_link.gateway_session import LATER_S
from cloud.gateway_link.snapshot_permits import SnapshotPermits
from sync_protocol.codec import encode_message
from sync_protocol.messages import CloudHeartbeat, Hello, OutboxRange, SnapshotChunk, StateLater, Welcome
from sync_protocol.topics import up_topic
from tests.club import Club
from tests.in_loop import in_loop
from tests.unit.cloud.gateway_link.test_ingester import Letter, beat, ingesting


def hello() -> bytes:
    return encode_message(Hello("boot", "1", "00112233445566ff", 0, b"", OutboxRange(0, 0), "synced", 0, nonce=b"n"))


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
    gateway_id = shared_club.add_gateway(shared_club.add_lane())

    @in_loop
    async def talk() -> None:
        async with ingesting(shared_club) as (ingester, outbox, workshop):
            for name in ("w", "x", "y", "z"):
                assert workshop.permits.take(name, lambda: False)
            await ingester.handle(up_topic(shared_club.site_id, gateway_id, "hello"), Letter(hello()))
            assert await outbox.until(StateLater) == StateLater(LATER_S)
            await outbox.until(Welcome)
            await ingester.handle(up_topic(shared_club.site_id, gateway_id, "heartbeat"), Letter(beat(0)))
            await outbox.until(CloudHeartbeat)
            assert not any(isinstance(message, SnapshotChunk) for _, message in outbox.sent)
            workshop.permits.give_back("y")
            await outbox.until(SnapshotChunk)
            assert sum(isinstance(message, StateLater) for _, message in outbox.sent) == 1
            for name in ("w", "x", "z"):
                workshop.permits.give_back(name)
            assert [workshop.permits.take(name, lambda: False) for name in "abcd"] == [True] * 4

    talk()
