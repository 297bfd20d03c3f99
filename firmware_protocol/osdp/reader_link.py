"""The access control unit's conversation with one reader: sequence, retries, secure channel.

The bus asks ``next_bytes`` when it is this reader's turn, and then calls ``handle_frame`` or
``handle_silence``. Which state follows is decided by link_states alone; what happens in the state
ONLINE is online_reader's.
"""

from collections.abc import Callable
from dataclasses import dataclass

from firmware_protocol.osdp import commands, replies, timing
from firmware_protocol.osdp.codes import NakCode, ReplyCode
from firmware_protocol.osdp.command_queue import Origin
from firmware_protocol.osdp.commands import Command
from firmware_protocol.osdp.errors import (
    CommandRefusedError,
    PayloadError,
    RemoteProtocolError,
    SecurityError,
    SecurityFailure,
    UnexpectedReplyError,
    UnknownCodeError,
)
from firmware_protocol.osdp.events import Event, OfflineReason, SecureChannelFailed
from firmware_protocol.osdp.frame import Frame, SecurityBlock
from firmware_protocol.osdp.handshake import Handshake
from firmware_protocol.osdp.link_states import LINK_TRANSITIONS, LinkState, Outcome
from firmware_protocol.osdp.online_reader import OnlineReader
from firmware_protocol.osdp.reader_counters import ReaderCounters
from firmware_protocol.osdp.reader_settings import ReaderSettings
from firmware_protocol.osdp.replies import Capabilities, Identification, Reply, parse_reply
from firmware_protocol.osdp.secure_channel import RANDOM_SIZE, SecureSession

SILENCES_MIN, SILENT_SECONDS = 3, 0.8
"""So many unanswered transmissions, over so many seconds, until a reader counts as offline."""
BUSY_MAX = 160
"""BUSY replies in a row, 50 ms apart, until a reader counts as offline: 8 s."""

BABBLE_PAUSE_FIRST, BABBLE_PAUSE_MAX = 1.0, 8.0
"""The longest pause in seconds after a reader held the line with noise, first and, doubling, at last."""

_REPLY_DELAY_MIN = 0.030
_SLOWNESS_KEPT = 0.98
"""How much of the slowest reply counts after one more reply: half after 34, one in fifty after 200."""
_BACKOFF_FIRST, _BACKOFF_ONLINE_MAX, _BACKOFF_MAX = 0.050, 0.100, 0.400
_SECURITY_NAKS = frozenset({NakCode.SECURE_CHANNEL_UNSUPPORTED, NakCode.SECURE_CHANNEL_REQUIRED})

_OFFLINE_REASONS = {
    Outcome.UNANSWERED: OfflineReason.UNANSWERED,
    Outcome.SESSION_LOST: OfflineReason.SESSION_LOST,
    Outcome.VIOLATED: OfflineReason.SECURITY_VIOLATED,
    Outcome.REKEYED: OfflineReason.REKEYED,
    Outcome.RECONFIGURED: OfflineReason.RECONFIGURED,
    Outcome.DISABLED: OfflineReason.DISABLED,
}


@dataclass(frozen=True, slots=True)
class Exchange:
    """One command under way, with the exact frame to repeat if no reply comes."""

    command: Command
    frame: Frame
    origin: Origin


def backoff(attempt: int) -> float:
    """Seconds to wait before transmission ``attempt`` + 1: at once, then 50 ms doubling to 400 ms.

    Not to the 1 s that would be usual: a reader plugged in again has to be secure within 1 s, and of that a probe that
    it just missed takes 0.2 s, and the handshake 0.3 s at 9600 baud. The next step, 800 ms, is too long.
    """
    return 0.0 if attempt <= 1 else min(_BACKOFF_MAX, _BACKOFF_FIRST * 2 ** min(attempt - 2, 8))


class ReaderLink:
    """One reader of the bus, from the access control unit's side."""

    def __init__(
        self, settings: ReaderSettings, *, random_bytes: Callable[[int], bytes], emit: Callable[[Event], None]
    ) -> None:
        self.address = settings.address
        self.state = LinkState.PROBING
        self.due_at = 0.0
        self.polled_at = 0.0
        self.sent_at = 0.0
        """When the last byte of what was transmitted last is on the wire."""
        self.online = OnlineReader(settings.address, emit)
        self.counters = ReaderCounters()
        self._settings = settings
        self._scbk = settings.scbk
        self._random_bytes = random_bytes
        self._emit = emit
        self._exchange: Exchange | None = None
        self._transmissions = 0
        self._next_sequence = 0
        self._handshake: Handshake | None = None
        self._session: SecureSession | None = None
        self._identification = Identification()
        self._has_claimed_security = False
        self._silences = 0
        self._silent_since = 0.0
        self._setbacks = 0
        self._babbles = 0
        self._busy_replies = 0
        self._slowest_reply = 0.0
        self._last_failure: SecurityFailure | None = None

    @property
    def is_online(self) -> bool:
        return self.state is LinkState.ONLINE

    @property
    def is_silent(self) -> bool:
        """True while the reader has not answered what was last sent to it, or never answered."""
        return self._silences > 0

    @property
    def is_mute(self) -> bool:
        """True while more than one transmission in a row was not answered."""
        return self._silences > 1

    @property
    def is_probed(self) -> bool:
        """True while the reader is not known to be there."""
        return self.state is LinkState.PROBING

    @property
    def reply_delay(self) -> float:
        """How many seconds the reader has to begin its reply to what was transmitted last.

        To a poll, three times as long as the slowest reply of late: a lost frame is soon noticed. A late
        reply still counts. To anything else, what the standard allows.
        """
        if self._exchange is None or not isinstance(self._exchange.command, commands.Poll):
            return timing.REPLY_DELAY_MAX
        return min(max(_REPLY_DELAY_MIN, 3 * self._slowest_reply), timing.REPLY_DELAY_MAX)

    @property
    def has_commands(self) -> bool:
        """True when a command of our caller is waiting."""
        return self.is_online and self.online.queue.has_callers

    @property
    def is_keyed(self) -> bool:
        """True when this reader may speak in a secure channel only."""
        return self._settings.is_pairing or self._scbk is not None

    def enable(self) -> None:
        """Take a disabled reader up again."""
        if self.state is LinkState.DISABLED:
            self._apply(Outcome.ENABLED)

    def disable(self) -> None:
        """Leave the reader alone until it is enabled again."""
        if self.state is not LinkState.DISABLED:
            self._apply(Outcome.DISABLED)

    def next_bytes(self, now: float) -> bytes:
        """What to transmit: the next command, or the last one again with the same sequence number."""
        self.counters.transmissions += 1
        if self._exchange is None:
            self._exchange = self._begin(now)
        else:
            self.counters.retries += 1
        self.polled_at = self.sent_at = now
        return self._exchange.frame.encode_with_mark()

    def handle_silence(self, now: float) -> None:
        """No reply came in time."""
        self.counters.silences += 1
        self._silences += 1
        if self._silences == 1:
            self._silent_since = now
        delay_max = _BACKOFF_ONLINE_MAX if self.is_online else _BACKOFF_MAX
        self.due_at = now + min(backoff(max(self._silences, self._setbacks)), delay_max)
        if self._silences >= SILENCES_MIN and now >= self._silent_since + SILENT_SECONDS:
            self._apply(Outcome.UNANSWERED)

    def handle_babble(self, pause: float, now: float) -> None:
        """The reader held the line with noise: leave it alone for ``pause`` seconds, within bounds."""
        pause_max = min(BABBLE_PAUSE_FIRST * 2**self._babbles, BABBLE_PAUSE_MAX)
        self._babbles = min(self._babbles + 1, 8)
        self.due_at = max(self.due_at, now + min(pause, pause_max))

    def handle_frame(self, frame: Frame, now: float, *, wire_time: float = 0.0) -> bool:
        """True when the frame, which was ``wire_time`` seconds on the wire, answers what was last sent; a late
        answer counts as well.
        """
        exchange = self._exchange
        if exchange is None:
            return False
        if frame.code == ReplyCode.BUSY and frame.security is None:
            self._handle_busy(now)
            return True
        nak_code = _plain_nak_code(frame)
        if frame.sequence != exchange.frame.sequence and nak_code != NakCode.UNEXPECTED_SEQUENCE:
            return False
        self.counters.replies += 1
        if nak_code == NakCode.MESSAGE_CHECK:
            # The line garbled our command: the same as silence, only sooner known.
            self.handle_silence(now)
            return True
        self.counters.latencies.add(now - self.polled_at)
        reply_delay = now - wire_time - self.sent_at
        self._slowest_reply = max(reply_delay, self._slowest_reply * _SLOWNESS_KEPT)
        self._silences = self._busy_replies = self._babbles = 0
        self.due_at = now
        try:
            self._handle_reply(exchange, frame, now)
        except SecurityError as error:
            self._fail_security(error.failure, now)
        return True

    def _begin(self, now: float) -> Exchange:
        command, security, origin = self._next_command(now)
        sequence = self._next_sequence
        self._next_sequence = sequence % 3 + 1
        frame = Frame(
            address=self.address,
            is_reply=False,
            sequence=sequence,
            code=command.CODE,
            payload=command.encode(),
            security=security,
            has_crc=self._settings.has_crc,
        )
        if self._session is not None:
            frame = self._session.seal(frame)
        return Exchange(command, frame, origin)

    def _next_command(self, now: float) -> tuple[Command, SecurityBlock | None, Origin]:
        match self.state:
            case LinkState.PROBING:
                self._next_sequence = 0
                return commands.Poll(), None, Origin.LINK
            case LinkState.CHALLENGING:
                self._handshake = Handshake(self._scbk, self._random_bytes(RANDOM_SIZE))
                return *self._handshake.challenge(), Origin.LINK
            case LinkState.AUTHENTICATING:
                assert self._handshake is not None
                return *self._handshake.prove(), Origin.LINK
            case LinkState.IDENTIFYING:
                return commands.IdRequest(), None, Origin.LINK
            case LinkState.READING_CAPABILITIES:
                return commands.CapabilitiesRequest(), None, Origin.LINK
        assert self.is_online
        command, origin = self.online.queue.next_command(now)
        return command, None, origin

    def _handle_busy(self, now: float) -> None:
        self.counters.busy_replies += 1
        self._silences = 0
        self._busy_replies += 1
        self.due_at = now + _BACKOFF_FIRST
        if self._busy_replies >= BUSY_MAX:
            self._apply(Outcome.UNANSWERED)

    def _handle_reply(self, exchange: Exchange, frame: Frame, now: float) -> None:
        if self.state is LinkState.PROBING:
            self._apply(Outcome.ACCEPTED if self.is_keyed else Outcome.ACCEPTED_PLAIN)
            return
        nak_code = _plain_nak_code(frame)
        if nak_code == NakCode.UNEXPECTED_SEQUENCE or (nak_code and self._session is not None):
            self._set_back(now)
            self._apply(Outcome.SESSION_LOST)
            return
        if nak_code in _SECURITY_NAKS and not self.is_online:
            raise SecurityError(SecurityFailure.REFUSED)
        payload = self._open(frame)
        try:
            reply = _parse_answer(exchange.command, frame.code, payload)
        except (PayloadError, UnknownCodeError, CommandRefusedError, UnexpectedReplyError) as error:
            self._refuse(exchange, error, now)
        else:
            self._accept(exchange, reply, frame.security, now)

    def _open(self, frame: Frame) -> bytes:
        if self._session is not None:
            return self._session.open(frame)
        if frame.security is not None and frame.security.has_mac:
            raise SecurityError(SecurityFailure.WRONG_MAC)
        return frame.payload

    def _refuse(self, exchange: Exchange, error: RemoteProtocolError, now: float) -> None:
        self.counters.naks += isinstance(error, CommandRefusedError)
        self._exchange = None
        if self.is_online:
            self.online.refuse(exchange.command, exchange.origin, error)
        else:
            self._set_back(now)
        self._apply(Outcome.REFUSED)

    def _accept(self, exchange: Exchange, reply: Reply, security: SecurityBlock | None, now: float) -> None:
        self._exchange = None
        if not self.is_online:
            self._take_handshake(reply, security)
            self._apply(Outcome.ACCEPTED)
            return
        self._setbacks = 0
        self.online.accept(exchange.command, exchange.origin, reply, now)
        self.due_at = max(now, self.online.queue.quiet_until())
        match exchange.command:
            case commands.KeySet() as keyset:
                self._scbk = keyset.key
                self._apply(Outcome.REKEYED)
            case commands.ComSet() if isinstance(reply, replies.ComParameters):
                self._apply(Outcome.RECONFIGURED)
                self.address = self.online.move(reply)

    def _take_handshake(self, reply: Reply, security: SecurityBlock | None) -> None:
        match reply:
            case replies.ClientCryptogram() if self._handshake is not None:
                self._handshake.verify(reply, security)
            case replies.InitialMac() if self._handshake is not None:
                self._session = self._handshake.establish(reply, security)
            case Identification():
                self._identification = reply
            case _:
                assert isinstance(reply, Capabilities)
                if self._session is not None and self._has_claimed_security and not reply.has_secure_channel:
                    raise SecurityError(SecurityFailure.CAPABILITIES_DOWNGRADED)
                self._has_claimed_security |= reply.has_secure_channel
                self.online.capabilities = reply

    def _set_back(self, now: float) -> None:
        self._setbacks += 1
        self.due_at = now + backoff(self._setbacks)

    def _fail_security(self, failure: SecurityFailure, now: float) -> None:
        self.counters.security_failures += 1
        self._set_back(now)
        if failure is not self._last_failure:
            self._last_failure = failure
            self._emit(SecureChannelFailed(self.address, failure))
        self._apply(Outcome.VIOLATED)

    def _apply(self, outcome: Outcome) -> None:
        before, self.state = self.state, LINK_TRANSITIONS[self.state][outcome]
        if self.state is before is LinkState.ONLINE:
            return
        if before is LinkState.ONLINE:
            lost = None
            if self._exchange is not None and self._exchange.origin is Origin.CALLER:
                lost = self._exchange.command
            self.online.leave(_OFFLINE_REASONS[outcome], lost)
        if self.state in {LinkState.PROBING, LinkState.DISABLED}:
            self._session = self._handshake = None
        self._exchange = None
        if self.state is LinkState.ONLINE:
            self._last_failure = None
            self.online.enter(self._identification, self._session, has_own_key=self._scbk is not None)


def _plain_nak_code(frame: Frame) -> int | None:
    """The reason of a NAK outside the secure channel; None for any other frame."""
    if frame.code != ReplyCode.NAK or frame.security is not None or not frame.payload:
        return None
    return frame.payload[0]


def _parse_answer(command: Command, code: int, payload: bytes) -> Reply:
    """The reply to ``command``; an error when it is a NAK, malformed, or no answer to that command."""
    reply = parse_reply(code, payload)
    if isinstance(reply, replies.Nak):
        raise CommandRefusedError(reply.code)
    if reply.CODE not in command.REPLIES:
        raise UnexpectedReplyError(f"{reply.CODE.name} in answer to {command.CODE.name}")
    if isinstance(command, commands.ComSet) and isinstance(reply, replies.ComParameters):
        _check_move(command, reply)
    return reply


def _check_move(command: commands.ComSet, reply: replies.ComParameters) -> None:
    """A reader may keep its baud rate, but not move where nobody sent it: a neighbour may live there."""
    if reply.address != command.address:
        raise UnexpectedReplyError(f"a move to address {reply.address}, not to {command.address}")
