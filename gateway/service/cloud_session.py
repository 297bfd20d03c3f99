"""One conversation with the cloud: Hello, heartbeats, who gets which message, and when silence means a dead link."""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from gateway.service.clock_keeping import ClockKeeping
from gateway.service.event_upload import EventUpload
from gateway.service.ports import CloudLink, LinkDownError, SettableClock, StateStore, SyncJournal
from gateway.service.state_sync import StateSync
from sync_protocol import messages as m
from sync_protocol.self_test import SelfTestReport, fit_for_wire, fit_text

logger = logging.getLogger(__name__)

HEARTBEAT_EVERY_S = 15.0
SILENCE_MAX_S = 24.0
HELLO_EVERY_S = 1.0
UNANSWERED_HELLO_S = 4.0  # beyond HELLO_EVERY_S: the cloud was not there yet, or is not yet again
SLOW_ANSWER_S = 4.0  # says what time it is no better than half of this; beyond, the time is asked for again
RETRY_AFTER_MAX_S = 60.0  # for however long the cloud asks us to stay away
TICK_S = 1.0
NONCE_BYTES = 8
HELLOS_OPEN_MAX = 32
ANSWERED_AGAIN_EVERY_S = 10.0
ASKED_AGAIN_EVERY_S = 60.0  # at most, for what anybody can bring about who owns the broker


class CommandTaker(Protocol):
    """Takes commands. Without a `run_id` the cloud sends none."""

    @property
    def run_id(self) -> str: ...

    async def handle(self, command: m.Command) -> None: ...

    async def answer_again(self) -> None:
        """The cloud is there again: some answers may have been lost."""
        ...


class KeyTaker(Protocol):
    """Keeps the keys whose signatures are believed."""

    @property
    def serial(self) -> int: ...

    async def handle(self, announced: m.SigningKeys) -> None: ...


class FixedKeys:
    """Implements `KeyTaker` where the keys stay what they are."""

    serial = 0

    async def handle(self, announced: m.SigningKeys) -> None:
        logger.warning("this gateway keeps no new signing keys; those of serial %d are ignored", announced.serial)


class NoCommands:
    """Implements `CommandTaker` where none are taken."""

    run_id = ""

    async def handle(self, command: m.Command) -> None:
        logger.warning("this gateway takes no commands; %s is ignored", command.command_id)

    async def answer_again(self) -> None:
        """There is nothing to be answered."""


@dataclass(frozen=True, slots=True)
class SessionPorts:
    """The ports of the session.

    `readers` tells how each reader is, `self_test` what the newest self-test found, None as long as there was none.
    `lanes` has those that are not as ever, `policy_fault` says why the newest rules of the site are not in force.
    """

    link: CloudLink
    journal: SyncJournal
    state: StateStore
    clock: SettableClock
    readers: Callable[[], tuple[m.ReaderHealth, ...]]
    self_test: Callable[[], SelfTestReport | None] = lambda: None
    lanes: Callable[[], tuple[m.LaneHealth, ...]] = tuple
    policy_fault: Callable[[], str] = str
    commands: CommandTaker = field(default_factory=NoCommands)
    keys: KeyTaker = field(default_factory=FixedKeys)


class CloudSession:
    """Implements the port `CloudListener`; `run` beats the heart, `upload.run` beside it sends the events."""

    def __init__(
        self, ports: SessionPorts, clock_keeping: ClockKeeping, *, version: str, told: Callable[[int], None]
    ) -> None:
        self._ports = ports
        self._clock_keeping = clock_keeping
        self._software_version = version
        self.upload = EventUpload(ports.link, ports.journal, ports.clock)
        self.state_sync = StateSync(
            ports.link,
            ports.state,
            ports.clock,
            ask_again=self._ask_again,
            show_progress=self._beat_soon,
            told=told,
        )
        self.is_welcome = False
        self._beat = 0
        self._is_hello_due = False
        self._is_asked = asyncio.Event()
        self._hello_not_before = float("-inf")
        self._time_asked_again_at = float("inf")
        self._next_beat_at = float("-inf")
        self._heard_at = float("-inf")
        self._asked_at: dict[bytes, float] = {}
        self._welcomed_nonce = b""
        self._asked_sparingly_at = float("-inf")
        self._answered_again_at = float("-inf")
        self._told_self_test: SelfTestReport | None = None

    async def handle_connected(self) -> None:
        now = self._ports.clock.monotonic()
        self._heard_at = now
        self._told_self_test = None
        self._next_beat_at = now + HEARTBEAT_EVERY_S
        self._ask_again()
        await self.tick()

    def handle_disconnected(self) -> None:
        self.is_welcome = False
        self._asked_at.clear()
        self.upload.close()

    async def handle_message(self, message: m.Message) -> None:
        if not isinstance(message, m.Refused) or message.retry_after_s is not None:
            self._heard_at = self._ports.clock.monotonic()  # one that refuses everything is as good as silent
        match message:
            case m.Welcome():
                await self._handle_welcome(message)
            case m.CloudHeartbeat():
                if not await self._clock_keeping.handle_signed_time(message.cloud_time_ms):
                    self._ask_again()
                await self.state_sync.handle_head(message.head_revision, message.digest_root)
            case m.Delta() | m.SnapshotChunk() | m.BucketRepair() | m.StateLater():
                await self.state_sync.handle(message)
            case m.EventsAcked():
                await self._handle_acked(message)
            case m.EventRefused():
                await self.upload.handle_refused(message)
            case m.Refused():
                await self._handle_refused(message)
            case m.SigningKeys():
                await self._ports.keys.handle(message)
            case m.Command():
                await self._ports.commands.handle(message)
            case _:
                raise AssertionError(f"not a message of the cloud: {message!r}")

    async def run(self) -> None:
        """Hello when it is due, a heartbeat every 15 s, and an end to links on which nobody answers."""
        while True:
            self._is_asked.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TICK_S):
                    await self._is_asked.wait()
            await self.tick()

    async def tick(self) -> None:
        """Do whatever is due now."""
        if not self._ports.link.is_connected:
            return
        now = self._ports.clock.monotonic()
        if now - self._heard_at > SILENCE_MAX_S:
            self._heard_at = now
            self._ports.link.reconnect(f"the cloud has not said anything for {SILENCE_MAX_S:g} s")
            return
        try:
            is_unanswered = not self.is_welcome and now >= self._hello_not_before + UNANSWERED_HELLO_S
            is_time_doubtful = now >= self._time_asked_again_at
            if now >= self._hello_not_before and (self._is_hello_due or is_unanswered or is_time_doubtful):
                self._is_hello_due, self._time_asked_again_at = False, float("inf")
                self._hello_not_before = now + HELLO_EVERY_S
                await self._ports.link.publish(self._hello())
            if now >= self._next_beat_at or (self.is_welcome and self._has_untold_self_test()):
                self._next_beat_at = now + HEARTBEAT_EVERY_S
                self._beat += 1
                await self._ports.link.publish(self._heartbeat())
        except LinkDownError:
            logger.debug("the link broke while greeting; the next connection begins with Hello")

    async def _handle_welcome(self, welcome: m.Welcome) -> None:
        """Believe it only as the answer to a Hello of a moment ago, and once: who owns the wire can repeat old ones."""
        asked_at = self._asked_at.get(welcome.nonce, float("-inf"))
        round_trip_s = self._ports.clock.monotonic() - asked_at
        if round_trip_s > SILENCE_MAX_S:
            logger.warning("a welcome that answers no hello of ours is ignored")
            return
        self._welcomed_nonce = welcome.nonce
        self._asked_at = {nonce: at for nonce, at in self._asked_at.items() if at > asked_at}
        await self._clock_keeping.handle_answered_time(welcome.cloud_time_ms, round_trip_s)
        is_slow = round_trip_s > SLOW_ANSWER_S
        self._time_asked_again_at = self._ports.clock.monotonic() + HEARTBEAT_EVERY_S if is_slow else float("inf")
        self.is_welcome = await self.upload.handle_welcome(welcome)
        if not self.is_welcome:
            self._ask_again()
        await self.state_sync.handle_head(welcome.head_revision, welcome.digest_root)
        await self._ports.commands.answer_again()

    def _ask_again(self) -> None:
        self._is_hello_due = True
        self._is_asked.set()

    def _beat_soon(self) -> None:
        self._next_beat_at = float("-inf")
        self._is_asked.set()

    async def _handle_acked(self, acked: m.EventsAcked) -> None:
        """Believe it only of a cloud that has heard our newest Hello.

        An older word may come late, or once more; what it confirms is lost if the cloud was restored since.
        """
        if acked.nonce != self._welcomed_nonce and acked.nonce not in self._asked_at:
            self._ask_sparingly()
        elif not await self.upload.handle_acked(acked):
            self.is_welcome = False
            self._ask_again()

    def _ask_sparingly(self) -> None:
        now = self._ports.clock.monotonic()
        if now - self._asked_sparingly_at >= ASKED_AGAIN_EVERY_S:
            self._asked_sparingly_at = now
            self._ask_again()

    async def _handle_refused(self, refused: m.Refused) -> None:
        if refused.heard_number is not None:
            await self._handle_heard_before()
            return
        if refused.retry_after_s is None:
            known = f"it speaks version {refused.known_version}"
            logger.error("the cloud refuses our %s: %s (%s)", refused.kind, refused.reason, known)
            self._ask_sparingly()  # a cloud that was restored learns our certificate from our Hello
            return
        wait_s = min(max(refused.retry_after_s, HELLO_EVERY_S), RETRY_AFTER_MAX_S)
        logger.info("the cloud asks us to come back in %.0f s: %s", wait_s, refused.reason)
        self._hello_not_before = self._ports.clock.monotonic() + wait_s
        self._ask_again()

    async def _handle_heard_before(self) -> None:
        """Our clock was set back, a word of ours was overtaken by a later one, or somebody repeats old ones."""
        if not self.is_welcome:
            self._ask_again()
            return
        await self.upload.handle_overtaken()
        now = self._ports.clock.monotonic()
        if now - self._answered_again_at >= ANSWERED_AGAIN_EVERY_S:
            self._answered_again_at = now
            await self._ports.commands.answer_again()

    def _hello(self) -> m.Hello:
        clock, journal, state = self._ports.clock, self._ports.journal, self._ports.state
        nonce = secrets.token_bytes(NONCE_BYTES)
        while len(self._asked_at) >= HELLOS_OPEN_MAX:
            del self._asked_at[next(iter(self._asked_at))]
        self._asked_at[nonce] = clock.monotonic()
        return m.Hello(
            boot_id=clock.boot_id,
            software_version=self._software_version,
            journal_epoch=journal.epoch,
            applied_revision=state.applied_revision,
            digest_root=state.digest_root,
            outbox=journal.outbox,
            clock=clock.trust,
            wall_ms=clock.wall_ms(),
            staged=state.staged,
            wants_snapshot=self.state_sync.wants_snapshot,
            nonce=nonce,
            run_id=self._ports.commands.run_id,
            keys_serial=self._ports.keys.serial,
        )

    def _heartbeat(self) -> m.Heartbeat:
        clock, journal, state = self._ports.clock, self._ports.journal, self._ports.state
        return m.Heartbeat(
            boot_id=clock.boot_id,
            beat=self._beat,
            applied_revision=state.applied_revision,
            digest_root=state.digest_root,
            outbox=journal.outbox,
            clock=clock.trust,
            wall_ms=clock.wall_ms(),
            readers=self._ports.readers(),
            disk_fault=None if journal.fault is None else fit_text(journal.fault),
            self_test=self._untold_self_test(),
            policy_fault=fit_text(self._ports.policy_fault()) or None,
            lanes=self._ports.lanes(),
            staged=state.staged,
        )

    def _untold_self_test(self) -> SelfTestReport | None:
        """The newest self-test, once a connection: the cloud keeps it."""
        newest = self._ports.self_test()
        if newest is None or not self._has_untold_self_test():
            return None
        self._told_self_test = newest
        return fit_for_wire(newest)

    def _has_untold_self_test(self) -> bool:
        newest = self._ports.self_test()
        return newest is not None and newest != self._told_self_test
