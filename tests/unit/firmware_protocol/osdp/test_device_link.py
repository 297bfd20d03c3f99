from dataclasses import dataclass, field

import pytest

from firmware_protocol.osdp import commands, events, replies
from firmware_protocol.osdp.codes import NakCode, SecurityBlockType
from firmware_protocol.osdp.commands import Command
from firmware_protocol.osdp.device_functions import DeviceFunctions
from firmware_protocol.osdp.device_link import DeviceLink
from firmware_protocol.osdp.device_settings import PeripheralSettings
from firmware_protocol.osdp.errors import SecurityError
from firmware_protocol.osdp.events import Event
from firmware_protocol.osdp.frame import Frame, SecurityBlock, parse_frame
from firmware_protocol.osdp.handshake import Handshake
from firmware_protocol.osdp.replies import Reply, parse_reply
from firmware_protocol.osdp.secure_channel import (
    SCBK_D,
    SecureSession,
    SessionKeys,
    derive_session_keys,
    server_cryptogram,
)
from tests.unit.firmware_protocol.osdp.emulated_bus import KEY, seeded_bytes

POLL, OUT = commands.Poll(), commands.Output(0, commands.OutputControl.ON)


@dataclass
class Bench:
    """A device's link, driven frame by frame as an access control unit would, or would not."""

    settings: PeripheralSettings = field(default_factory=lambda: PeripheralSettings(7, scbk=KEY, output_count=1))
    events: list[Event] = field(default_factory=list)
    session: SecureSession | None = None
    sequence: int = 0

    def __post_init__(self) -> None:
        self.functions = DeviceFunctions(self.settings, self.events.append)
        self.link = DeviceLink(self.settings, self.functions, random_bytes=seeded_bytes(), emit=self.events.append)

    def frame(self, command: Command, security: SecurityBlock | None = None) -> Frame:
        frame = Frame(7, False, self.sequence, command.CODE, command.encode(), security)
        self.sequence = self.sequence % 3 + 1
        return frame

    def exchange(self, frame: Frame) -> Frame:
        return parse_frame(self.link.answer(frame, frame.encode(), 0.0)[1:])

    def ask(self, command: Command, security: SecurityBlock | None = None) -> Reply:
        """Send one command in the present session, if there is one, and read the reply."""
        frame = self.frame(command, security)
        if self.session is None:
            reply = self.exchange(frame)
            return parse_reply(reply.code, reply.payload)
        reply = self.exchange(self.session.seal(frame))
        return parse_reply(reply.code, self.session.open(reply))

    def restart(self) -> None:
        self.sequence, self.session = 0, None

    def establish(self, scbk: bytes | None = KEY) -> None:
        self.restart()
        handshake = Handshake(scbk, b"A" * 8)
        reply = self.exchange(self.frame(*handshake.challenge()))
        handshake.verify(replies.ClientCryptogram.parse(reply.payload), reply.security)
        reply = self.exchange(self.frame(*handshake.prove()))
        self.session = handshake.establish(replies.InitialMac.parse(reply.payload), reply.security)


def test_a_device_with_a_key_answers_outside_the_channel_who_it_is_and_nothing_else() -> None:
    bench = Bench()
    assert bench.ask(POLL) == replies.Nak(NakCode.SECURE_CHANNEL_REQUIRED)
    assert bench.ask(commands.IdRequest()) == bench.settings.identification
    assert bench.ask(commands.CapabilitiesRequest()) == bench.settings.report_capabilities()
    assert bench.ask(OUT) == replies.Nak(NakCode.SECURE_CHANNEL_REQUIRED)
    assert bench.events == [events.HostOnline(7)]


def test_both_proved_the_session_works() -> None:
    bench = Bench()
    bench.establish()
    assert bench.link.is_secure
    assert events.SecureChannelEstablished(7, is_default_key=False) in bench.events
    assert bench.ask(POLL) == replies.Ack()
    assert bench.ask(OUT) == replies.Ack()


def test_a_repeated_command_is_answered_with_the_same_bytes_and_not_carried_out_twice() -> None:
    bench = Bench()
    bench.establish()
    assert bench.session is not None
    frame = bench.session.seal(bench.frame(OUT))
    first = bench.link.answer(frame, frame.encode(), 0.0)
    bench.events.clear()
    assert bench.link.answer(frame, frame.encode(), 0.0) == first
    assert bench.events == []
    bench.session.open(parse_frame(first[1:]))
    assert bench.ask(POLL) == replies.OutputStatus((True,))


def test_a_repeated_first_command_is_answered_with_the_same_bytes() -> None:
    bench = Bench()
    frame = bench.frame(*Handshake(KEY, b"A" * 8).challenge())
    assert bench.link.answer(frame, frame.encode(), 0.0) == bench.link.answer(frame, frame.encode(), 0.0)


def test_another_sequence_number_than_the_next_is_refused() -> None:
    bench = Bench()
    bench.sequence = 2
    assert bench.ask(POLL) == replies.Nak(NakCode.UNEXPECTED_SEQUENCE)
    bench.restart()
    bench.ask(POLL)
    bench.sequence = 3
    assert bench.ask(POLL) == replies.Nak(NakCode.UNEXPECTED_SEQUENCE)


def test_sequence_number_0_restarts_everything() -> None:
    bench = Bench()
    bench.establish()
    bench.restart()
    assert bench.ask(POLL) == replies.Nak(NakCode.SECURE_CHANNEL_REQUIRED)
    assert not bench.link.is_secure


@pytest.mark.parametrize("security", [None, SecurityBlock(SecurityBlockType.SCS_13, b"\x01")])
def test_plain_text_in_a_session_ends_it_and_does_nothing(security: SecurityBlock | None) -> None:
    bench = Bench()
    bench.establish()
    bench.events.clear()
    reply = bench.exchange(bench.frame(OUT, security))
    assert parse_reply(reply.code, reply.payload) == replies.Nak(NakCode.SECURE_CHANNEL_REQUIRED)
    assert not bench.link.is_secure
    assert bench.events == []


def test_a_protected_frame_without_a_session_is_refused() -> None:
    bench = Bench()
    bench.ask(POLL)
    frame = SecureSession(derive(), bytes(16)).seal(bench.frame(OUT))
    reply = bench.exchange(frame)
    assert parse_reply(reply.code, reply.payload) == replies.Nak(NakCode.SECURE_CHANNEL_REQUIRED)


def derive() -> SessionKeys:

    return derive_session_keys(KEY, bytes(8))


def test_a_wrong_proof_is_not_accepted() -> None:
    bench = Bench()
    bench.exchange(bench.frame(*Handshake(KEY, b"A" * 8).challenge()))
    security = SecurityBlock(SecurityBlockType.SCS_13, b"\x01")
    reply = bench.exchange(bench.frame(commands.ServerCryptogram(bytes(16)), security))
    assert reply.security == SecurityBlock(SecurityBlockType.SCS_14, b"\x00")
    assert not bench.link.is_secure


def test_a_proof_without_a_challenge_is_refused() -> None:
    bench = Bench()
    security = SecurityBlock(SecurityBlockType.SCS_13, b"\x01")
    proof = commands.ServerCryptogram(bytes(16))
    assert bench.ask(proof, security) == replies.Nak(NakCode.SECURE_CHANNEL_REQUIRED)


@pytest.mark.parametrize("selector", [b"\x02", b""])
def test_an_unknown_kind_of_key_is_refused(selector: bytes) -> None:
    bench = Bench()
    security = SecurityBlock(SecurityBlockType.SCS_11, selector)
    assert bench.ask(commands.Challenge(bytes(8)), security) == replies.Nak(NakCode.SECURE_CHANNEL_UNSUPPORTED)


def test_asked_for_the_default_key_outside_install_mode_the_device_insists_on_its_own() -> None:
    bench = Bench()
    handshake = Handshake(None, b"A" * 8)
    reply = bench.exchange(bench.frame(*handshake.challenge()))
    assert reply.security == SecurityBlock(SecurityBlockType.SCS_12, b"\x01")
    with pytest.raises(SecurityError):
        handshake.verify(replies.ClientCryptogram.parse(reply.payload), reply.security)
    keys = derive_session_keys(SCBK_D, b"A" * 8)
    proof = commands.ServerCryptogram(server_cryptogram(keys, b"A" * 8, reply.payload[8:16]))
    reply = bench.exchange(bench.frame(proof, SecurityBlock(SecurityBlockType.SCS_13, b"\x00")))
    assert reply.security == SecurityBlock(SecurityBlockType.SCS_14, b"\x00")
    assert not bench.link.is_secure


def test_a_device_without_a_key_of_its_own_refuses_a_challenge_for_it() -> None:
    bench = Bench(PeripheralSettings(7, is_install_mode=True))
    challenge, security = Handshake(KEY, b"A" * 8).challenge()
    assert bench.ask(challenge, security) == replies.Nak(NakCode.SECURE_CHANNEL_UNSUPPORTED)


def test_a_challenge_without_a_security_block_is_refused() -> None:
    assert Bench().ask(commands.Challenge(bytes(8))) == replies.Nak(NakCode.SECURE_CHANNEL_UNSUPPORTED)


def test_install_mode_ends_with_the_first_key() -> None:
    bench = Bench(PeripheralSettings(7, is_install_mode=True))
    bench.establish(scbk=None)
    assert events.SecureChannelEstablished(7, is_default_key=True) in bench.events
    assert bench.ask(commands.KeySet(KEY)) == replies.Ack()
    assert events.KeyChanged(7, KEY) in bench.events
    bench.establish()
    assert bench.link.is_secure
    with pytest.raises(SecurityError):
        bench.establish(scbk=None)


def test_a_key_outside_the_channel_is_refused() -> None:
    bench = Bench(PeripheralSettings(7))
    assert bench.ask(commands.KeySet(KEY)) == replies.Nak(NakCode.SECURE_CHANNEL_REQUIRED)


def test_a_device_takes_a_new_address_after_telling_so_from_the_old_one() -> None:
    bench = Bench(PeripheralSettings(7))
    frame = bench.frame(commands.ComSet(9, 38400))
    reply = bench.exchange(frame)
    assert (reply.address, reply.payload) == (7, replies.ComParameters(9, 38400).encode())
    assert bench.link.address == 9
    assert bench.events[-1] == events.CommunicationChanged(7, 9, 38400)
    assert bench.link.is_addressed_by(frame, frame.encode())
    assert not bench.link.is_addressed_by(frame, b"another")


def test_unknown_and_malformed_commands_are_refused_by_name() -> None:
    bench = Bench(PeripheralSettings(7))
    reply = bench.exchange(Frame(7, False, 0, 0x42))
    assert parse_reply(reply.code, reply.payload) == replies.Nak(NakCode.UNKNOWN_COMMAND)
    reply = bench.exchange(Frame(7, False, 1, OUT.CODE, b"\x00"))
    assert parse_reply(reply.code, reply.payload) == replies.Nak(NakCode.COMMAND_LENGTH)


def test_of_several_records_a_refused_one_is_told() -> None:
    bench = Bench(PeripheralSettings(7, output_count=1))
    payload = commands.Output(5, commands.OutputControl.ON).encode() + OUT.encode()
    reply = bench.exchange(Frame(7, False, 0, OUT.CODE, payload))
    assert parse_reply(reply.code, reply.payload) == replies.Nak(NakCode.UNABLE_TO_PROCESS)
    assert events.OutputSet(7, 0, True) in bench.events


def test_a_command_with_a_checksum_is_answered_with_a_checksum() -> None:
    bench = Bench(PeripheralSettings(7))
    assert not bench.exchange(Frame(7, False, 0, POLL.CODE, has_crc=False)).has_crc


def test_an_abandoned_device_forgets_its_session_and_waits_for_sequence_number_0() -> None:
    bench = Bench()
    bench.establish()
    bench.link.abandon()
    assert not bench.link.is_linked
    assert bench.events[-1] == events.HostLost(7)
    bench.session = None
    assert bench.ask(POLL) == replies.Nak(NakCode.UNEXPECTED_SEQUENCE)
    assert not bench.link.is_linked
