"""A peripheral device's conversation with its access control unit: sequence, repetition, session.

A command with the sequence number of the one before it is a repetition: it is answered with the very
same bytes, and nothing is carried out twice.
"""

from collections.abc import Callable

from firmware_protocol.osdp import commands, events
from firmware_protocol.osdp.ciphers import is_equal
from firmware_protocol.osdp.codes import BROADCAST_ADDRESS, CommandCode, NakCode, SecurityBlockType
from firmware_protocol.osdp.commands import Command, parse_commands
from firmware_protocol.osdp.device_functions import DeviceFunctions
from firmware_protocol.osdp.device_settings import PeripheralSettings
from firmware_protocol.osdp.errors import PayloadError, SecurityError, SecurityFailure, UnknownCodeError
from firmware_protocol.osdp.events import Event
from firmware_protocol.osdp.frame import Frame, SecurityBlock
from firmware_protocol.osdp.link_states import DEVICE_TRANSITIONS, DeviceOutcome, DeviceState
from firmware_protocol.osdp.replies import Ack, ClientCryptogram, ComParameters, InitialMac, Nak, Reply
from firmware_protocol.osdp.secure_channel import (
    RANDOM_SIZE,
    SCBK_D,
    SecureSession,
    SessionKeys,
    client_cryptogram,
    derive_session_keys,
    initial_reply_mac,
    server_cryptogram,
)

_HANDSHAKE_CODES = frozenset({CommandCode.CHLNG, CommandCode.SCRYPT})
_DEFAULT_KEY, _OWN_KEY = b"\x00", b"\x01"
_PROVED, _NOT_PROVED = b"\x01", b"\x00"

_PLAIN_TEXT_ALLOWED = (commands.IdRequest, commands.CapabilitiesRequest)
"""What a device with a key answers outside the secure channel, besides the handshake."""


class DeviceLink:
    """The link of one device; ``answer`` gives the reply's bytes for each command frame."""

    def __init__(
        self,
        settings: PeripheralSettings,
        functions: DeviceFunctions,
        *,
        random_bytes: Callable[[int], bytes],
        emit: Callable[[Event], None],
    ) -> None:
        self.address = settings.address
        self._scbk = settings.scbk
        self._is_install_mode = settings.is_install_mode
        self._client_id = settings.identification.client_id
        self._functions = functions
        self._random_bytes = random_bytes
        self._emit = emit
        self._state = DeviceState.UNLINKED
        self._last_command = b""
        self._last_sequence: int | None = None
        self._last_reply = b""
        self._keys: SessionKeys | None = None
        self._acu_random = self._pd_random = b""
        self._selector = _OWN_KEY
        self._session: SecureSession | None = None

    @property
    def is_linked(self) -> bool:
        return self._state is not DeviceState.UNLINKED

    @property
    def is_secure(self) -> bool:
        return self._state is DeviceState.SECURE

    def abandon(self) -> None:
        """The access control unit has been silent for too long."""
        self._apply(DeviceOutcome.ABANDONED)
        self._last_sequence = None
        self._last_command = b""
        self._emit(events.HostLost(self.address))

    def is_addressed_by(self, frame: Frame, raw: bytes) -> bool:
        """True for a command to this device, and for a repetition of the one that moved its address."""
        return frame.address in {self.address, BROADCAST_ADDRESS} or raw == self._last_command

    def answer(self, frame: Frame, raw: bytes, now: float) -> bytes:
        """The bytes of the reply to a command frame, whose own bytes are ``raw``."""
        if self._is_repetition(frame, raw):
            return self._last_reply
        if not self._is_in_sequence(frame):
            return self._encode(frame, Nak(NakCode.UNEXPECTED_SEQUENCE), None)
        if frame.sequence == 0:
            if not self.is_linked:
                self._emit(events.HostOnline(self.address))
            self._apply(DeviceOutcome.RESTARTED)
        self._last_command, self._last_sequence = raw, frame.sequence
        self._last_reply = self._answer_new(frame, now)
        # A new address counts from the next command on: COM itself still comes from the old one.
        self.address = self._functions.address
        return self._last_reply

    def _is_repetition(self, frame: Frame, raw: bytes) -> bool:
        if frame.sequence == 0:
            return raw == self._last_command
        return frame.sequence == self._last_sequence

    def _is_in_sequence(self, frame: Frame) -> bool:
        if frame.sequence == 0:
            return True
        return self._last_sequence is not None and frame.sequence == self._last_sequence % 3 + 1

    def _answer_new(self, frame: Frame, now: float) -> bytes:
        try:
            payload = self._open(frame)
        except SecurityError:
            self._apply(DeviceOutcome.VIOLATED)
            return self._encode(frame, Nak(NakCode.SECURE_CHANNEL_REQUIRED), None)
        session = self._session
        security: SecurityBlock | None = None
        try:
            received = parse_commands(frame.code, payload)
        except UnknownCodeError:
            reply: Reply = Nak(NakCode.UNKNOWN_COMMAND)
        except PayloadError:
            reply = Nak(NakCode.COMMAND_LENGTH)
        else:
            reply, security = self._perform(received, frame, now)
        return self._encode(frame, reply, session, security)

    def _open(self, frame: Frame) -> bytes:
        """The command's data in clear; SecurityError when it should have been protected, or was not."""
        if frame.code in _HANDSHAKE_CODES and _is_handshake_block(frame.security):
            return frame.payload
        if self._session is not None:
            return self._session.open(frame)
        if frame.security is not None:
            raise SecurityError(SecurityFailure.WRONG_MAC)
        return frame.payload

    def _perform(self, received: tuple[Command, ...], frame: Frame, now: float) -> tuple[Reply, SecurityBlock | None]:
        command = received[0]
        match command:
            case commands.Challenge():
                return self._challenge(command, frame)
            case commands.ServerCryptogram():
                return self._verify(command)
            case _ if self._scbk is not None and not self.is_secure and not isinstance(command, _PLAIN_TEXT_ALLOWED):
                return Nak(NakCode.SECURE_CHANNEL_REQUIRED), None
            case commands.KeySet():
                return self._take_key(command), None
            case commands.ComSet():
                return self._take_parameters(command), None
        replies = [self._functions.perform(each, now) for each in received]
        return next((reply for reply in replies if isinstance(reply, Nak)), replies[-1]), None

    def _challenge(self, command: commands.Challenge, frame: Frame) -> tuple[Reply, SecurityBlock | None]:
        asked = frame.security.data if frame.security is not None else b""
        # Asked for the default key outside install mode, answer with our own: who has it may still prove it.
        selector = _DEFAULT_KEY if asked == _DEFAULT_KEY and self._is_install_mode else _OWN_KEY
        scbk = SCBK_D if selector == _DEFAULT_KEY else self._scbk
        if scbk is None or asked not in {_DEFAULT_KEY, _OWN_KEY}:
            return Nak(NakCode.SECURE_CHANNEL_UNSUPPORTED), None
        self._apply(DeviceOutcome.CHALLENGED)
        self._selector = selector
        self._acu_random, self._pd_random = command.random, self._random_bytes(RANDOM_SIZE)
        self._keys = derive_session_keys(scbk, self._acu_random)
        cryptogram = client_cryptogram(self._keys, self._acu_random, self._pd_random)
        reply = ClientCryptogram(self._client_id, self._pd_random, cryptogram)
        return reply, SecurityBlock(SecurityBlockType.SCS_12, selector)

    def _verify(self, command: commands.ServerCryptogram) -> tuple[Reply, SecurityBlock | None]:
        if self._state is not DeviceState.CHALLENGED or self._keys is None:
            return Nak(NakCode.SECURE_CHANNEL_REQUIRED), None
        expected = server_cryptogram(self._keys, self._acu_random, self._pd_random)
        if not is_equal(expected, command.cryptogram):
            self._apply(DeviceOutcome.VIOLATED)
            return InitialMac(bytes(16)), SecurityBlock(SecurityBlockType.SCS_14, _NOT_PROVED)
        initial_mac = initial_reply_mac(self._keys, command.cryptogram)
        self._apply(DeviceOutcome.PROVED)
        self._session = SecureSession(self._keys, initial_mac)
        self._emit(events.SecureChannelEstablished(self.address, self._selector == _DEFAULT_KEY))
        return InitialMac(initial_mac), SecurityBlock(SecurityBlockType.SCS_14, _PROVED)

    def _take_key(self, command: commands.KeySet) -> Reply:
        if not self.is_secure:
            return Nak(NakCode.SECURE_CHANNEL_REQUIRED)
        self._scbk = command.key
        self._is_install_mode = False
        self._apply(DeviceOutcome.REKEYED)
        self._emit(events.KeyChanged(self.address, command.key))
        return Ack()

    def _take_parameters(self, command: commands.ComSet) -> Reply:
        self._emit(events.CommunicationChanged(self.address, command.address, command.baud))
        self._functions.address = command.address
        return ComParameters(command.address, command.baud)

    def _encode(
        self, frame: Frame, reply: Reply, session: SecureSession | None, security: SecurityBlock | None = None
    ) -> bytes:
        answer = Frame(self.address, True, frame.sequence, reply.CODE, reply.encode(), security, has_crc=frame.has_crc)
        if session is not None and security is None:
            answer = session.seal(answer)
        return answer.encode_with_mark()

    def _apply(self, outcome: DeviceOutcome) -> None:
        self._state = DEVICE_TRANSITIONS[self._state][outcome]
        self._session = None


def _is_handshake_block(security: SecurityBlock | None) -> bool:
    return security is not None and security.type in {SecurityBlockType.SCS_11, SecurityBlockType.SCS_13}
