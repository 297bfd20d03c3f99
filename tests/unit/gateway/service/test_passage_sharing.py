"""Siblings tell each other who went through, notice what they missed, and believe nobody else."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import pytest

from gateway.service.passage_sharing import ASK_EVERY_S, BEAT_EVERY_S
from sync_protocol.journal_events import AnonymousPassage
from sync_protocol.sibling_messages import PASSAGES_MAX, PassagesWanted, SharedPassages, encode_sibling_message
from sync_protocol.topics import SideTopic
from tests.sibling_fakes import SharingGateway, Wire, come, go


class Site:
    """Two gateways and what is on the wire between them."""

    def __init__(self) -> None:
        self.wire = Wire()
        self.first = SharingGateway("a", self.wire, "a", "b")
        self.second = SharingGateway("b", self.wire, "a", "b")

    async def settle(self, *, loses: Callable[[SideTopic], bool] = lambda topic: False) -> None:
        """Let both speak until neither has anything more to say."""
        for _ in range(50):
            for gateway in (self.first, self.second):
                await gateway.sharing.tick()
            if not self.wire.sent:
                return
            sent, self.wire.sent = self.wire.sent, []
            for topic, data in sent:
                if not loses(topic):
                    for gateway in (self.first, self.second):
                        if gateway.gateway_id == topic.receiver_id:
                            gateway.sharing.handle_side_message(str(topic), data)
        raise AssertionError("they never come to rest")

    def advance(self, seconds: float) -> None:
        for gateway in (self.first, self.second):
            gateway.clock.advance(seconds)


def run(test: Callable[[Site], Awaitable[None]]) -> None:
    async def story() -> None:
        await test(Site())

    asyncio.run(story())


def test_who_went_in_at_one_gateway_is_inside_at_the_other() -> None:
    async def story(site: Site) -> None:
        site.first.see(come("anna"))
        site.second.see(come("boris", "b"))
        site.second.see(AnonymousPassage("lan_b", "in", "remote_opened"))
        await site.settle()
        for gateway in (site.first, site.second):
            assert (gateway.inside(), gateway.occupancy()) == (["anna", "boris"], 3)

    run(story)


def test_the_same_message_again_changes_nothing() -> None:
    async def story(site: Site) -> None:
        site.first.see(AnonymousPassage("lan_a", "in", "exit_request"))
        await site.first.sharing.tick()
        sent = list(site.wire.sent)
        for topic, data in sent * 3:
            site.second.sharing.handle_side_message(str(topic), data)
        assert site.second.occupancy() == 1

    run(story)


def test_what_was_lost_on_the_wire_is_asked_for_after_the_next_beat() -> None:
    async def story(site: Site) -> None:
        await site.settle()
        for number in range(PASSAGES_MAX * 2 + 5):
            site.first.see(come(f"member{number}"))
        await site.settle(loses=lambda topic: True)
        assert site.second.occupancy() == 0
        site.advance(BEAT_EVERY_S)
        await site.settle()
        assert site.second.occupancy() == PASSAGES_MAX * 2 + 5

    run(story)


def test_a_question_that_gets_no_answer_is_asked_again_but_not_at_once() -> None:
    async def story(site: Site) -> None:
        await site.settle()
        site.first.see(come("anna"))
        site.first.see(come("boris"))
        news = site.first.store.own[-1]
        told = SharedPassages("epoch", news.seq - 1, news.seq, news.seq, "boot-a", 1, (news,))
        topic = SideTopic("sit_a", "gwy_b", "gwy_a")
        site.second.sharing.handle_side_message(str(topic), b"gwy_a|" + encode_sibling_message(told))
        await site.second.sharing.tick()
        await site.second.sharing.tick()
        assert len(site.wire.sent) == 1
        site.advance(ASK_EVERY_S)
        await site.second.sharing.tick()
        assert len(site.wire.sent) == 2
        assert site.second.occupancy() == 0

    run(story)


def test_of_a_new_epoch_everything_that_is_kept_is_told() -> None:
    async def story(site: Site) -> None:
        site.first.see(come("anna"))
        await site.settle()
        site.first.store.epoch, site.first.store.own = "another", []
        site.first.see(go("anna"))
        await site.settle()
        site.advance(BEAT_EVERY_S)
        await site.settle()
        assert site.second.inside() == []

    run(story)


@pytest.mark.parametrize(
    ("topic", "sealed_by"),
    [
        ("tornello/1/sit_a/gwy_b/side/gwy_stranger", "gwy_stranger"),
        ("tornello/1/sit_a/gwy_b/side/gwy_a", "gwy_stranger"),
        ("tornello/1/sit_other/gwy_b/side/gwy_a", "gwy_a"),
        ("tornello/1/sit_a/gwy_c/side/gwy_a", "gwy_a"),
        ("tornello/1/sit_a/gwy_b/down/gwy_a", "gwy_a"),
    ],
)
def test_whoever_is_no_sibling_or_speaks_for_another_is_not_believed(
    topic: str, sealed_by: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(site: Site) -> None:
        site.first.see(come("anna"))
        passage = site.first.store.own[-1]
        told = encode_sibling_message(SharedPassages("epoch", -1, 1, 1, "boot-a", 1, (passage,)))
        for _ in range(100):
            site.second.sharing.handle_side_message(topic, sealed_by.encode() + b"|" + told)
        assert site.second.inside() == []

    with caplog.at_level(logging.WARNING):
        run(story)
    assert len(caplog.records) == 1


def test_nobody_tells_of_a_lane_of_which_another_gateway_is_in_charge() -> None:
    async def story(site: Site) -> None:
        site.first.see(come("anna", "b"))
        await site.settle()
        assert site.second.inside() == []

    run(story)


def test_a_gateway_that_the_state_names_no_more_is_neither_told_nor_believed() -> None:
    async def story(site: Site) -> None:
        await site.settle()
        alone = SharingGateway("b", site.wire, "b").site
        site.second.sharing.learn_site(alone)
        site.first.see(come("anna"))
        site.second.see(come("boris", "b"))
        await site.settle()
        assert (site.first.inside(), site.second.inside()) == (["anna"], ["boris"])
        assert site.second.sharing.heard_ago_s() == {}

    run(story)


def test_a_sibling_says_how_long_ago_it_was_heard() -> None:
    async def story(site: Site) -> None:
        assert site.second.sharing.heard_ago_s() == {"gwy_a": None}
        await site.settle()
        site.advance(12)
        assert site.second.sharing.heard_ago_s() == {"gwy_a": 12}

    run(story)


def test_a_question_is_answered_with_what_is_behind_it() -> None:
    async def story(site: Site) -> None:
        await site.settle()
        for name in ("anna", "boris"):
            site.first.see(come(name))
        first, second = site.first.store.own
        topic = SideTopic("sit_a", "gwy_a", "gwy_b")
        wanted = encode_sibling_message(PassagesWanted("epoch", first.seq))
        site.first.sharing.handle_side_message(str(topic), b"gwy_b|" + wanted)
        await site.first.sharing.tick()
        answer = SharedPassages("epoch", first.seq, second.seq, second.seq, "boot-a", 1_000_000, (second,))
        assert site.wire.sent[0][1] == b"gwy_a|" + encode_sibling_message(answer)

    run(story)
