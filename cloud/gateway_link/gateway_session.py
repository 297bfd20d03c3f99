"""The conversation with one gateway: its messages one after the other, answers after the commit, state as it changes.

The database is worked with in threads; different gateways do so side by side up to the bound that `Workshop` sets.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeVar

from cloud.database import DATABASE_FAULTS, Database
from cloud.enrolment.authority import AuthorityUnusableError
from cloud.enrolment.hearing import HeardBeforeError, NotInForceError
from cloud.gateway_link import forgeries, reception
from cloud.gateway_link.admission import Admission
from cloud.gateway_link.event_batches import join_batches
from cloud.gateway_link.forgeries import Forgeries
from cloud.gateway_link.inbox import Arrival, Arrived, Inbox
from cloud.gateway_link.reception import Known
from cloud.gateway_link.snapshot_permits import SnapshotPermits
from cloud.gateway_link.snapshot_transfer import SnapshotTransfer
from cloud.gateway_link.sparing_log import SparingLog
from cloud.gateway_link.state_source import Position, StateSource, Way
from cloud.gateway_link.threads import in_link_thread
from cloud.gateway_link.voices import CertificateUnknownError, GatewayRetiredError, Voices, Word, hear
from cloud.kit.sealed_secrets import UnsealError
from mqtt_client.errors import LinkError, PublishRefusedError
from sync_protocol.codec import VERSION, parse_message
from sync_protocol.errors import SyncProtocolError
from sync_protocol.messages import (
    EventBatch,
    Heartbeat,
    Hello,
    Message,
    Refused,
    StateApplied,
    StateBuckets,
    StateLater,
)
from sync_protocol.topics import Topic

SILENT_AFTER_S: Final = 60.0
RESEND_AFTER_S: Final = 5.0
"""How long a gateway may take for what was sent to it before a heartbeat counts as proof that it was lost."""
LATER_S: Final = 60
"""When a gateway that stands in line for its whole state asks again, if it was forgotten."""
_REASON_CHARACTERS_MAX: Final = 200
_NOT_ANSWERED: Final = (
    *DATABASE_FAULTS,
    PublishRefusedError,
    SyncProtocolError,
    UnsealError,
    AuthorityUnusableError,
)
"""What may hinder an answer: database, broker, an answer that no message can hold, a wrong secret, a lost authority."""
_NOT_TAKEN: Final = (SyncProtocolError, GatewayRetiredError, NotInForceError, HeardBeforeError)

T = TypeVar("T")
_logger = logging.getLogger(__name__)


class Sender(Protocol):
    """Signs a message for one gateway and publishes it."""

    async def send(self, site_id: str, gateway_id: str, message: Message) -> None: ...


async def _leave_connected(_gateway_id: str) -> None:
    """Where there is no authority to cut a connection with."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """What all sessions of a link share. `slots` bounds how many work on the database, `voices` knows whose word it is,
    `permits` who is sent much, `admission` who may say Hello.

    `expel` ends the connection of a gateway that is out of service.
    """

    database: Database
    states: StateSource
    sender: Sender
    slots: asyncio.Semaphore
    voices: Voices
    expel: Callable[[str], Awaitable[None]] = _leave_connected
    permits: SnapshotPermits = field(default_factory=SnapshotPermits)
    admission: Admission = field(default_factory=Admission)

    async def run(self, work: Callable[[], T]) -> T:
        """Run blocking work in a thread, when there is a slot for it."""
        async with self.slots:
            return await in_link_thread(work)


class GatewaySession:
    """One gateway, while this link is up. `sent_revision` is the newest that it has or that is on its way.

    `keys_serial` is of the newest signing keys that it was told, as far as is known.
    """

    def __init__(self, workshop: Workshop, known: Known) -> None:
        self._workshop = workshop
        self._known = known
        self._inbox = Inbox()
        self._log = SparingLog(_logger)
        self._forgeries = Forgeries()
        self._is_push_queued = False
        self._put_off: Position | None = None
        self._transfer: SnapshotTransfer | None = None
        self._told_later_at = 0.0
        self._sent_at = 0.0
        self._heard_at = _now_s()
        self.sent_revision = known.applied_revision
        self.site_id = known.site_id
        self.gateway_id = known.gateway_id
        self.keys_serial = 0

    def offer(self, topic: Topic, message: Arrived) -> None:
        """Queue a message. One too many is dropped: a gateway repeats whatever is not answered."""
        self._heard_at = _now_s()
        if self._inbox.is_full:
            self._log.warn("gateway %s talks faster than it is answered; a message is dropped", topic.gateway_id)
            message.ack()
        else:
            self._inbox.put(Arrival(topic, message))

    def push(self) -> None:
        """Send what is newer than `sent_revision` as soon as its turn comes, and not amid a snapshot."""
        if not self._is_push_queued and not self._inbox.is_full and self._put_off is None and self._may_push():
            self._is_push_queued = True
            self._inbox.put(None)

    def _may_push(self) -> bool:
        return self._transfer is None or self._transfer.is_sent

    @property
    def is_listening(self) -> bool:
        """Whether the gateway was heard lately, so that sending to it makes sense."""
        return _now_s() - self._heard_at < SILENT_AFTER_S

    async def run(self) -> None:
        """Converse until cancelled. Whatever goes wrong over one message leaves the others, and other gateways, alone.

        Raises:
            LinkError: the link is lost.
        """
        try:
            while True:
                await self._take_next()
        finally:
            self._leave_line()  # nobody else could give back a turn that has been given to it

    async def _take_next(self) -> None:
        arrivals = await self._inbox.take()
        try:
            await self._attend(arrivals)
        except _NOT_ANSWERED as error:
            self._log.warn("gateway %s is not answered, it will ask again: %s", self._known.gateway_id, error)
        except LinkError:
            raise
        except Exception:  # a fault of the program must not end the link of all gateways
            _logger.exception("gateway %s is not answered", self._known.gateway_id)
        for arrival in arrivals:
            arrival.message.ack()

    async def _attend(self, arrivals: Sequence[Arrival]) -> None:
        if not arrivals:
            self._is_push_queued = False
            if self._put_off is not None or self._may_push():
                await self._bring_to_head(self._put_off or Position(self.sent_revision))
        elif len(arrivals) == 1 or not await self._handle_together(arrivals):
            for arrival in arrivals:
                await self._handle(arrival)

    async def _handle_together(self, arrivals: Sequence[Arrival]) -> bool:
        """Take batches of events over in one transaction; False if one of them hinders that, and nothing was done."""
        try:
            words = [await self._open(arrival) for arrival in arrivals]
            joined = join_batches(words)
            if joined is None:
                return False
            answers = await self._workshop.run(lambda: self._receive(words[-1], joined))
        except _NOT_TAKEN:
            return False
        for answer in answers:
            await self._send(answer)
        return True

    async def _open(self, arrival: Arrival) -> Word:
        return await self._workshop.voices.open(arrival.topic, arrival.message.payload, self._workshop.run)

    async def _handle(self, arrival: Arrival) -> None:
        topic = arrival.topic
        try:
            word = await self._open(arrival)
        except SyncProtocolError as error:
            await self._disbelieve(topic, error)
            return
        try:
            message = parse_message(word.payload, topic.direction, topic.kind)
            if isinstance(message, Hello) and await self._is_put_off():
                return
            answers = await self._workshop.run(lambda: self._receive(word, message))
        except _NOT_TAKEN as error:
            await self._refuse(topic, error)
            return
        for answer in answers:
            await self._send(answer)
        await self._follow_up(message)

    async def _disbelieve(self, topic: Topic, error: SyncProtocolError) -> None:
        """Nothing is taken from a message that its gateway has not signed; one that comes often costs little."""
        why, is_unknown = str(error), isinstance(error, CertificateUnknownError)
        number = self._forgeries.count(_now_s(), is_certificate_unknown=is_unknown)
        if self._log.warn("a message in the name of gateway %s was not signed by it: %s", topic.gateway_id, why):
            await self._send(Refused(topic.kind, why[:_REASON_CHARACTERS_MAX], VERSION))
        if number:
            await self._workshop.run(lambda: self._tell_of_forgeries(number, why))

    def _tell_of_forgeries(self, number: int, why: str) -> None:
        with self._workshop.database.transaction() as session:
            forgeries.tell(session, self.gateway_id, number, why)

    async def _refuse(self, topic: Topic, error: Exception) -> None:
        heard_number = error.heard_number if isinstance(error, HeardBeforeError) else None
        self._log.warn("a message of gateway %s is refused: %s", topic.gateway_id, error)
        reason = str(error)[:_REASON_CHARACTERS_MAX]
        await self._send(Refused(topic.kind, reason, VERSION, heard_number=heard_number))
        if isinstance(error, GatewayRetiredError):
            await self._workshop.expel(topic.gateway_id)

    async def _is_put_off(self) -> bool:
        """Whether too many say Hello at once; then this gateway is told when to come back."""
        wait_s = self._workshop.admission.ask(self._known.gateway_id, _now_s())
        if wait_s:
            await self._send(Refused("hello", "too many gateways at once", VERSION, retry_after_s=wait_s))
        return wait_s > 0

    def _receive(self, word: Word, message: Message) -> list[Message]:
        is_durable = isinstance(message, EventBatch)  # the gateway forgets what it hears to be committed
        with self._workshop.database.transaction(is_durable=is_durable) as session:
            return reception.receive(session, hear(session, self.gateway_id, word), message, word.serial)

    async def _follow_up(self, message: Message) -> None:
        match message:
            case Hello():
                self.keys_serial, self._transfer = message.keys_serial, None
                position = Position(message.applied_revision, message.wants_snapshot, message.staged)
                await self._bring_to_head(position)
            case StateBuckets():
                await self._bring_to_head(Position(message.revision, buckets=message.buckets))
            case StateApplied():
                self._note_applied(message.revision)
            case Heartbeat():
                await self._follow_beat(message)

    async def _follow_beat(self, beat: Heartbeat) -> None:
        """Send more of a snapshot when there is room for it, and again what was lost."""
        if self._transfer is not None and self._transfer.is_over(beat):
            self._note_applied(beat.applied_revision)
        if self._transfer is not None:
            position = self._transfer.follow(beat, _now_s())
            if position is not None:
                await self._bring_to_head(position)
        elif beat.applied_revision != self.sent_revision and _now_s() - self._sent_at > RESEND_AFTER_S:
            await self._bring_to_head(self._put_off or Position(beat.applied_revision, staged=beat.staged))

    def _note_applied(self, revision: int) -> None:
        self.sent_revision = max(self.sent_revision, revision)
        if self._transfer is not None and revision >= self._transfer.revision:
            self._transfer = None
            self.push()

    async def _bring_to_head(self, position: Position) -> None:
        try:
            way = await self._workshop.run(lambda: self._find_way(position, may_be_long=False))
        except Exception:
            self._leave_line()
            raise
        if way.is_long:
            await self._send_long_way(position)
        else:
            self._leave_line()
            await self._send_way(way, position)

    async def _send_long_way(self, position: Position) -> None:
        """Send the whole state when it is this gateway's turn; until then it is told to wait, and is answered."""
        permits, gateway_id = self._workshop.permits, self._known.gateway_id
        if not permits.take(gateway_id, self._take_turn):
            is_told = self._put_off is not None and _now_s() < self._told_later_at + LATER_S
            self._put_off = position
            if not is_told:
                self._told_later_at = _now_s()
                await self._send(StateLater(LATER_S))
            return
        self._put_off = None
        try:
            way = await self._workshop.run(lambda: self._find_way(position, may_be_long=True))
            await self._send_way(way, position)
        finally:
            permits.give_back(gateway_id)

    def _take_turn(self) -> bool:
        if not self.is_listening or self._inbox.is_full:
            self._put_off = None
            return False
        self._inbox.put(None)
        return True

    def _leave_line(self) -> None:
        self._put_off = None
        self._workshop.permits.leave(self._known.gateway_id)

    async def _send_way(self, way: Way, position: Position) -> None:
        for message in way.messages:
            await self._send(message)
        if self._transfer is None or not (self._transfer.goes_on(way) or self._transfer.comes_before(position)):
            self._transfer = None if way.staged is None else SnapshotTransfer(way, position, _now_s())
        self.sent_revision = way.revision
        if way.messages:
            self._sent_at = _now_s()

    def _find_way(self, position: Position, *, may_be_long: bool) -> Way:
        with self._workshop.database.session() as session:
            known = reception.find_known(session, self._known.gateway_id)
        if known is None or known.is_retired:
            return Way(position.revision)
        return self._workshop.states.way_to_head(self.site_id, position, may_be_long=may_be_long)

    async def _send(self, message: Message) -> None:
        await self._workshop.sender.send(self.site_id, self._known.gateway_id, message)


def _now_s() -> float:
    """Monotonic seconds, by the clock that the loop's timers go by."""
    return asyncio.get_running_loop().time()
