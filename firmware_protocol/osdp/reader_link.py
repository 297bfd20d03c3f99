"""The access control unit's conversation with one reader: sequence, retries, session, command queue.

The bus asks ``next_bytes`` when it is this reader's turn, and then calls ``handle_frame`` or
``handle_silence``. Which state follows is decided by link_states alone.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from firmware_protocol.osdp import commands, replies
from firmware_protocol.osdp.codes import CapabilityFunction, NakCode, ReplyCode
from firmware_protocol.osdp.commands import Command
from firmware_protocol.osdp.errors import (
    CommandNotAllowedError,
    CommandRefusedError,
    PayloadError,
    QueueFullError,
    ReaderOfflineError,
    RemoteProtocolError,
    SecurityError,
    SecurityFailure,
    UnexpectedReplyError,
    UnknownCodeError,
)
from firmware_protocol.osdp.events import (
    CommandCompleted,
    CommandFailed,
    Event,
    OfflineReason,
    ReaderOffline,
    ReaderOnline,
    SecureChannelFailed,
)
from firmware_protocol.osdp.frame import Frame, SecurityBlock
from firmware_protocol.osdp.handshake import Handshake
from firmware_protocol.osdp.link_states import LINK_TRANSITIONS, LinkState, Outcome
from firmware_protocol.osdp.reader_settings import ReaderSettings
from firmware_protocol.osdp.reader_status import ReaderStatus
from firmware_protocol.osdp.replies import Capabilities, Identification, Reply, parse_reply
from firmware_protocol.osdp.secure_channel import RANDOM_SIZE, SecureSession

COMMAND_QUEUE_MAX = 16
SILENCES_MAX = 6
"""Unanswered transmissions until a reader counts as offline: about one second."""
BUSY_MAX = 160
"""BUSY replies in a row, 50 ms apart, until a reader counts as offline: 8 s."""

_BACKOFF_FIRST, _BACKOFF_MAX = 0.050, 0.800

_SECURITY_NAKS = {NakCode.SECURE_CHANNEL_UNSUPPORTED, NakCode.SECURE_CHANNEL_REQUIRED}

_OFFLINE_REASONS = {
    Outcome.UNANSWERED: OfflineReason.UNANSWERED,
    Outcome.SESSION_LOST: OfflineReason.SESSION_LOST,
    Outcome.VIOLATED: OfflineReason.SECURITY_VIOLATED,
    Outcome.REKEYED: OfflineReason.REKEYED,
    Outcome.DISABLED: OfflineReason.DISABLED,
}


@dataclass(frozen=True, slots=True)
class Exchange:
    """One command under way, with the exact bytes to repeat if no reply comes."""

    command: Command
    frame: Frame
    is_ours: bool
    """True for the link's own commands, which our caller hears nothing about."""


def backoff(attempt: int) -> float:
    """Seconds to wait before transmission ``attempt`` + 1: at once, then 50 ms doubling to 800 ms."""
    return 0.0 if attempt <= 1 else min(_BACKOFF_MAX, _BACKOFF_FIRST * 2 ** min(attempt - 2, 8))


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
    return reply


class ReaderLink:
    """One reader of the bus, from the access control unit's side."""

    def __init__(
        self, settings: ReaderSettings, *, random_bytes: Callable[[int], bytes], emit: Callable[[Event], None]
    ) -> None:
        self.address = settings.address
        self.state = LinkState.PROBING
        self.due_at = 0.0
        self.polled_at = 0.0
        self.active_at = float("-inf")
        self._scbk = settings.scbk
        self._is_keyed = settings.scbk is not None or settings.is_pairing
        self._random_bytes = random_bytes
        self._emit = emit
        self._status = ReaderStatus(settings.address, emit)
        self._own_commands: deque[Command] = deque()
        self._queue: deque[Command] = deque()
        self._exchange: Exchange | None = None
        self._next_sequence = 0
        self._handshake: Handshake | None = None
        self._session: SecureSession | None = None
        self._identification = Identification()
        self._capabilities = Capabilities()
        self._has_claimed_security = False
        self._silences = 0
        self._setbacks = 0
        self._busy_replies = 0
        self._last_failure: SecurityFailure | None = None

    @property
    def is_online(self) -> bool:
        return self.state is LinkState.ONLINE

    @property
    def is_silent(self) -> bool:
        """True while the reader has not answered what was last sent to it, or never answered."""
        return self._silences > 0

    @property
    def has_commands(self) -> bool:
        """True when a command of our caller is waiting."""
        return self.is_online and bool(self._queue)

    def send(self, command: Command) -> None:
        """Queue a command; fails by event when the reader is offline.

        Raises QueueFullError when it is behind, CommandNotAllowedError for the handshake's commands
        and for a key that would travel in plain text.
        """
        if isinstance(command, commands.Challenge | commands.ServerCryptogram):
            raise CommandNotAllowedError("the link itself sends the commands of the handshake")
        if isinstance(command, commands.KeySet) and not self._is_keyed:
            raise CommandNotAllowedError("a key travels inside a secure channel only")
        if not self.is_online:
            self._emit(CommandFailed(self.address, command, ReaderOfflineError("the reader is offline")))
        elif len(self._queue) >= COMMAND_QUEUE_MAX:
            raise QueueFullError(f"{COMMAND_QUEUE_MAX} commands are waiting for reader {self.address}")
        else:
            self._queue.append(command)

    def next_bytes(self, now: float) -> bytes:
        """What to transmit: the next command, or the last one again with the same sequence number."""
        if self._exchange is None:
            self._exchange = self._begin()
        self.polled_at = now
        return self._exchange.frame.encode_with_mark()

    def handle_silence(self, now: float) -> None:
        """No reply came in time."""
        self._silences += 1
        self.due_at = now + backoff(max(self._silences, self._setbacks))
        if self._silences >= SILENCES_MAX:
            self._apply(Outcome.UNANSWERED)

    def handle_frame(self, frame: Frame, now: float) -> bool:
        """True when the frame answers what was last sent; a late answer counts as well."""
        exchange = self._exchange
        if exchange is None:
            return False
        if frame.code == ReplyCode.BUSY and frame.security is None:
            self._handle_busy(now)
            return True
        nak_code = _plain_nak_code(frame)
        if frame.sequence != exchange.frame.sequence and nak_code != NakCode.UNEXPECTED_SEQUENCE:
            return False
        if nak_code == NakCode.MESSAGE_CHECK:
            # The line garbled our command: the same as silence, only sooner known.
            self.handle_silence(now)
            return True
        self._silences = self._busy_replies = 0
        self.due_at = now
        try:
            self._handle_reply(exchange, frame, now)
        except SecurityError as error:
            self._fail_security(error.failure, now)
        return True

    def _begin(self) -> Exchange:
        security: SecurityBlock | None = None
        command: Command
        is_ours = True
        match self.state:
            case LinkState.PROBING:
                self._next_sequence = 0
                command = commands.Poll()
            case LinkState.CHALLENGING:
                self._handshake = Handshake(self._scbk, self._random_bytes(RANDOM_SIZE))
                command, security = self._handshake.challenge()
            case LinkState.AUTHENTICATING:
                assert self._handshake is not None
                command, security = self._handshake.prove()
            case LinkState.IDENTIFYING:
                command = commands.IdRequest()
            case LinkState.READING_CAPABILITIES:
                command = commands.CapabilitiesRequest()
            case _:
                command, is_ours = self._next_command()
        sequence = self._next_sequence
        self._next_sequence = sequence % 3 + 1
        frame = Frame(self.address, False, sequence, command.CODE, command.encode(), security)
        if self._session is not None:
            frame = self._session.seal(frame)
        return Exchange(command, frame, is_ours)

    def _next_command(self) -> tuple[Command, bool]:
        if self._queue:
            return self._queue.popleft(), False
        return (self._own_commands.popleft() if self._own_commands else commands.Poll()), True

    def _handle_busy(self, now: float) -> None:
        self._silences = 0
        self._busy_replies += 1
        self.due_at = now + _BACKOFF_FIRST
        if self._busy_replies >= BUSY_MAX:
            self._apply(Outcome.UNANSWERED)

    def _handle_reply(self, exchange: Exchange, frame: Frame, now: float) -> None:
        if self.state is LinkState.PROBING:
            self._apply(Outcome.ACCEPTED if self._is_keyed else Outcome.ACCEPTED_PLAIN)
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
            self._accept(exchange, reply, frame, now)

    def _open(self, frame: Frame) -> bytes:
        if self._session is not None:
            return self._session.open(frame)
        if frame.security is not None and frame.security.has_mac:
            raise SecurityError(SecurityFailure.WRONG_MAC)
        return frame.payload

    def _refuse(self, exchange: Exchange, error: RemoteProtocolError, now: float) -> None:
        self._exchange = None
        if not self.is_online:
            self._set_back(now)
        elif not exchange.is_ours:
            self._emit(CommandFailed(self.address, exchange.command, error))
        self._apply(Outcome.REFUSED)

    def _accept(self, exchange: Exchange, reply: Reply, frame: Frame, now: float) -> None:
        self._exchange = None
        match reply:
            case replies.ClientCryptogram() if self._handshake is not None:
                self._handshake.verify(reply, frame.security)
            case replies.InitialMac() if self._handshake is not None:
                self._session = self._handshake.establish(reply, frame.security)
            case Identification():
                self._identification = reply
            case Capabilities():
                self._take_capabilities(reply)
            case _:
                self._complete(exchange, reply, now)
                return
        if not self.is_online:
            self._apply(Outcome.ACCEPTED)
        elif not exchange.is_ours:
            self._emit(CommandCompleted(self.address, exchange.command, reply))

    def _complete(self, exchange: Exchange, reply: Reply, now: float) -> None:
        self._setbacks = 0
        self._status.report(reply)
        if reply.CODE in {ReplyCode.RAW, ReplyCode.FMT, ReplyCode.KEYPAD} or not exchange.is_ours:
            self.active_at = now
        if not exchange.is_ours:
            self._emit(CommandCompleted(self.address, exchange.command, reply))
        if isinstance(exchange.command, commands.KeySet):
            self._scbk = exchange.command.key
            self._is_keyed = True
            self._apply(Outcome.REKEYED)

    def _take_capabilities(self, capabilities: Capabilities) -> None:
        if self._session is not None and self._has_claimed_security and not capabilities.has_secure_channel:
            raise SecurityError(SecurityFailure.CAPABILITIES_DOWNGRADED)
        self._has_claimed_security |= capabilities.has_secure_channel
        self._capabilities = capabilities

    def _set_back(self, now: float) -> None:
        self._setbacks += 1
        self.due_at = now + backoff(self._setbacks)

    def _fail_security(self, failure: SecurityFailure, now: float) -> None:
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
            self._go_offline(_OFFLINE_REASONS[outcome])
        if self.state in {LinkState.PROBING, LinkState.DISABLED}:
            self._session = self._handshake = None
        self._exchange = None
        if self.state is LinkState.ONLINE:
            self._go_online()

    def _go_online(self) -> None:
        self._last_failure = None
        is_secure = self._session is not None and self._scbk is not None
        self._emit(ReaderOnline(self.address, self._identification, self._capabilities, is_secure))
        self._own_commands = deque((commands.LocalStatusRequest(),))
        if self._capabilities.item_count(CapabilityFunction.CONTACT_STATUS_MONITORING):
            self._own_commands.append(commands.InputStatusRequest())
        if self._capabilities.item_count(CapabilityFunction.OUTPUT_CONTROL):
            self._own_commands.append(commands.OutputStatusRequest())

    def _go_offline(self, reason: OfflineReason) -> None:
        lost = [] if self._exchange is None or self._exchange.is_ours else [self._exchange.command]
        lost += self._queue
        self._queue.clear()
        self._emit(ReaderOffline(self.address, reason))
        for command in lost:
            self._emit(CommandFailed(self.address, command, ReaderOfflineError("the reader went offline")))
