"""Passages shared among the gateways of a site, so that anti-passback, occupancy and the muster roll count all lanes.

Each gateway tells its siblings each passage as soon as it is durable, over every link that is up, and twice a minute
how far it has come. Whoever finds that it has missed something asks for it. Nothing here waits for the cloud, and no
tap waits for anything here; what a broker loses, repeats or delays is put right by the numbers.
"""

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from access_policy.site_policy import SitePolicy
from gateway.domain.passage_ledger import LedgerEntry
from gateway.service.ports import Clock, LinkDownError
from gateway.service.shared_entries import Beliefs, entries_of
from gateway.service.sibling_ports import (
    KnownMembers,
    SealUnusableError,
    SiblingMark,
    SiblingSeal,
    SiblingStore,
    SideLink,
)
from sync_protocol.errors import SyncProtocolError, TopicError
from sync_protocol.sibling_messages import (
    ANY_EPOCH,
    PASSAGES_MAX,
    PassagesWanted,
    SharedPassage,
    SharedPassages,
    SiblingMessage,
    encode_sibling_message,
    parse_sibling_message,
)
from sync_protocol.topics import SideTopic, parse_side_topic

logger = logging.getLogger(__name__)

BEAT_EVERY_S: Final = 30.0
ASK_EVERY_S: Final = 2.0
COMPLAIN_EVERY_S: Final = 60.0
SIBLINGS_MAX: Final = 64
"""A site with more gateways shares with the first ones by id."""


class ForeignPassageError(Exception):
    """A sibling tells of a passage that it cannot have seen."""


@dataclass(frozen=True, slots=True)
class SharingPorts:
    """What sharing works with; `links` are all ways to the siblings, `own_lanes` those that this gateway drives."""

    store: SiblingStore
    seal: SiblingSeal
    clock: Clock
    links: Sequence[SideLink]
    members: KnownMembers
    own_lanes: frozenset[str] = frozenset()


class PassageSharing:
    """Implements `SideListener`; `run` sends whatever is due, `watch` notices own passages."""

    def __init__(self, site_id: str, gateway_id: str, ports: SharingPorts) -> None:
        self._site_id = site_id
        self._gateway_id = gateway_id
        self._ports = ports
        self._site: SitePolicy | None = None
        self._siblings: tuple[str, ...] = ()
        self._told_epoch, self._told_seq = ports.store.epoch, ports.store.newest_seq
        self._wanted: dict[str, PassagesWanted] = {}
        self._missing: dict[str, str] = {}
        self._asked_at: dict[str, float] = {}
        self._complained_at: dict[str, float] = {}
        self._heard_at: dict[str, float] = {}
        self._refused: dict[str, int] = {}
        self._next_beat_at = float("-inf")
        self._has_to_greet = False
        self._due = asyncio.Event()

    def learn_site(self, site: SitePolicy | None) -> None:
        """Share with the gateways that the site's state in force names, and believe no others."""
        self._site = site
        named = {place.gateway_id for place in site.lanes.values()} if site else set()
        siblings = tuple(sorted(named - {"", self._gateway_id}))[:SIBLINGS_MAX]
        if siblings != self._siblings:
            self._siblings = siblings
            for kept in (self._wanted, self._missing, self._asked_at, self._heard_at, self._refused):
                for gone in kept.keys() - set(siblings):
                    del kept[gone]
            self._greet()

    def heard_ago_s(self) -> dict[str, float | None]:
        """Each sibling, and how many seconds ago it was heard; None: not since the start."""
        now = self._ports.clock.monotonic()
        heard = {sibling: self._heard_at.get(sibling) for sibling in self._siblings}
        return {sibling: None if at is None else now - at for sibling, at in heard.items()}

    def handle_side_connected(self) -> None:
        self._greet()

    def handle_side_message(self, topic: str, data: bytes) -> None:
        try:
            sender, message = self._open(topic, data)
        except SyncProtocolError as error:
            self._complain(topic, error)
            return
        if sender not in self._heard_at:
            logger.info("passages are shared with %s", sender)
        self._heard_at[sender] = self._ports.clock.monotonic()
        if isinstance(message, PassagesWanted):
            self._wanted[sender] = message
            self._due.set()
        else:
            self._take(sender, message)

    async def run(self) -> None:
        """Send what is due, for ever."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(ASK_EVERY_S):
                    await self._due.wait()
            self._due.clear()
            await self.tick()

    async def watch(self) -> None:
        """Notice what this gateway has to tell, for ever."""
        store = self._ports.store
        seen_seq = store.newest_seq
        while True:
            await store.wait_for_passage(seen_seq)
            seen_seq = store.newest_seq
            self._due.set()

    async def tick(self) -> None:
        """Send whatever is due now."""
        if not any(link.is_connected for link in self._ports.links):
            return
        try:
            await self._answer()
            await self._tell_news()
            await self._beat()
            await self._ask()
        except SealUnusableError as error:
            self._complain("own", error)

    def _open(self, topic: str, data: bytes) -> tuple[str, SiblingMessage]:
        """The sender and what it says, if it is a sibling and says it to us."""
        side = parse_side_topic(topic)
        if (side.site_id, side.receiver_id) != (self._site_id, self._gateway_id):
            raise TopicError(f"not for this gateway: {topic[:120]!r}")
        if side.sender_id not in self._siblings:
            raise TopicError(f"{side.sender_id} is no gateway in service at this site, as far as is known here")
        return side.sender_id, parse_sibling_message(self._ports.seal.open(side, data))

    def _take(self, sender: str, told: SharedPassages) -> None:
        store, clock = self._ports.store, self._ports.clock
        known_seq = store.known_seq(sender, told.epoch)
        if told.after_seq > known_seq:
            self._miss(sender, told.epoch)
            return
        if told.upto_seq > known_seq:
            fresh = [passage for passage in told.passages if passage.seq > known_seq]
            entries = self._believed(sender, told, fresh)
            store.take(SiblingMark(sender, told.epoch, told.upto_seq, clock.wall_ms() // 1000), entries)
            self._asked_at.pop(sender, None)  # an answer: what is still missing may be asked for at once
        if told.newest_seq > max(known_seq, told.upto_seq):
            self._miss(sender, told.epoch)
        elif self._missing.get(sender) == told.epoch:
            del self._missing[sender]

    def _believed(self, sender: str, told: SharedPassages, fresh: Sequence[SharedPassage]) -> list[LedgerEntry]:
        assert self._site is not None, "a site without a state has no siblings"
        ports = self._ports
        beliefs = Beliefs(self._site, ports.own_lanes, ports.members.role_of)
        heard = entries_of(sender, told, fresh, clock=ports.clock, beliefs=beliefs)
        if heard.refused:
            self._refused[sender] = self._refused.get(sender, 0) + heard.refused
            count = self._refused[sender]
            told_of = f"{sender} tells of lanes or zones that are not its own; {count} passages were not believed"
            self._complain(sender, ForeignPassageError(told_of))
        return heard.entries

    def _miss(self, sender: str, epoch: str) -> None:
        self._missing[sender] = epoch
        self._due.set()

    async def _answer(self) -> None:
        while self._wanted:
            sibling, wanted = self._wanted.popitem()
            after_seq = wanted.after_seq if wanted.epoch == self._ports.store.epoch else self._ports.store.newest_seq
            await self._send(sibling, self._told_behind(min(after_seq, self._ports.store.newest_seq)))

    async def _tell_news(self) -> None:
        store = self._ports.store
        if store.epoch != self._told_epoch:
            self._told_epoch, self._told_seq = store.epoch, store.newest_seq
            self._next_beat_at = float("-inf")
        while self._told_seq < store.newest_seq:
            news = self._told_behind(self._told_seq)
            self._told_seq = news.upto_seq
            for sibling in self._siblings:
                await self._send(sibling, news)

    async def _beat(self) -> None:
        now = self._ports.clock.monotonic()
        if now >= self._next_beat_at:
            self._next_beat_at = now + BEAT_EVERY_S
            for sibling in self._siblings:
                await self._send(sibling, self._told_behind(self._ports.store.newest_seq))

    async def _ask(self) -> None:
        now = self._ports.clock.monotonic()
        if self._has_to_greet:
            self._has_to_greet = False
            for sibling in self._siblings:
                await self._send(sibling, PassagesWanted(ANY_EPOCH, -1))
        for sibling, epoch in list(self._missing.items()):
            if now - self._asked_at.get(sibling, float("-inf")) >= ASK_EVERY_S:
                self._asked_at[sibling] = now
                await self._send(sibling, PassagesWanted(epoch, self._ports.store.known_seq(sibling, epoch)))

    def _told_behind(self, after_seq: int) -> SharedPassages:
        store, clock = self._ports.store, self._ports.clock
        passages = tuple(store.passages_behind(after_seq, PASSAGES_MAX))
        newest_seq = max(store.newest_seq, after_seq)
        upto_seq = passages[-1].seq if len(passages) == PASSAGES_MAX else newest_seq
        sent_ms = int(clock.monotonic() * 1000)
        return SharedPassages(store.epoch, after_seq, upto_seq, newest_seq, clock.boot_id, sent_ms, passages)

    async def _send(self, sibling: str, message: SiblingMessage) -> None:
        topic = SideTopic(self._site_id, sibling, self._gateway_id)
        data = await self._ports.seal.seal(topic, encode_sibling_message(message))
        for link in self._ports.links:
            if link.is_connected:
                with contextlib.suppress(LinkDownError):
                    await link.publish_side(topic, data)

    def _greet(self) -> None:
        """Somebody may be heard who was not before: tell everybody how far this gateway is, and ask the same."""
        self._has_to_greet = True
        self._next_beat_at = float("-inf")
        self._due.set()

    def _complain(self, about: str, error: Exception) -> None:
        """A line in the log, once a minute for each topic: who can write to the broker must not fill the disk."""
        now = self._ports.clock.monotonic()
        if now - self._complained_at.get(about, float("-inf")) < COMPLAIN_EVERY_S:
            return
        while len(self._complained_at) >= SIBLINGS_MAX:
            del self._complained_at[next(iter(self._complained_at))]
        self._complained_at[about] = now
        logger.warning("sharing passages: %s", error)
