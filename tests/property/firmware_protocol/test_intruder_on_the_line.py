"""Somebody with access to the two wires: what he may send, and what it may bring about.

He can always be a nuisance, for he can short the line. He must never make a card, an output or a key,
see one in clear, or bring our program down; and when he stops, the readers are back by themselves.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from firmware_protocol.osdp import commands, events, replies
from firmware_protocol.osdp.access_control_unit import AccessControlUnit, ReaderSettings
from firmware_protocol.osdp.checks import crc16
from firmware_protocol.osdp.codes import BROADCAST_ADDRESS, FRAME_SIZE_MAX, NakCode, ReplyCode, SecurityBlockType
from firmware_protocol.osdp.errors import SecurityFailure
from firmware_protocol.osdp.frame import Frame, SecurityBlock, parse_frame
from firmware_protocol.osdp.peripheral_device import PeripheralDevice, PeripheralSettings
from tests.unit.firmware_protocol.osdp.emulated_bus import KEY, EmulatedBus, seeded_bytes

CARD = b"\x12\x34\x56\x78"
PLAIN_CARD = replies.RawCard(0, replies.CardFormat.UNSPECIFIED, 32, CARD)


def device(address: int = 1, *, seed: int = 2, scbk: bytes | None = KEY) -> PeripheralDevice:
    settings = PeripheralSettings(address, scbk=scbk, output_count=1)
    return PeripheralDevice(settings, baud=115200, random_bytes=seeded_bytes(seed))


def bus_of(*devices: PeripheralDevice, readers: int = 1, seed: int = 1) -> EmulatedBus:
    settings = [ReaderSettings(address, scbk=KEY) for address in range(1, readers + 1)]
    acu = AccessControlUnit(settings, baud=115200, random_bytes=seeded_bytes(seed))
    return EmulatedBus(acu, devices)


def online_bus(*, readers: int = 1) -> EmulatedBus:
    bus = bus_of(*(device(address, seed=address + 1) for address in range(1, readers + 1)), readers=readers)
    assert bus.run_until(lambda: all(bus.acu.is_online(address) for address in range(1, readers + 1)))
    bus.run(0.1)
    bus.acu_events.clear()
    bus.device_events.clear()
    return bus


def happened(bus: EmulatedBus, kind: type[events.Event]) -> bool:
    return any(isinstance(event, kind) for event in (*bus.acu_events, *bus.device_events))


def recovers(bus: EmulatedBus) -> bool:
    """The reader, left in peace, is secure within two seconds, and its card is read."""
    if not bus.run_until(lambda: bus.acu.is_online(1), 2.0):
        return False
    bus.devices[0].present_card(CARD, 32, now=bus.now)
    return bus.run_until(lambda: happened(bus, events.CardRead), 0.3)


@dataclass
class Tape:
    """What was heard on a line: each command with its reply, in order."""

    pairs: list[tuple[bytes, bytes]] = field(default_factory=list)

    @classmethod
    def of(cls, bus: EmulatedBus) -> "Tape":
        return cls(list(zip(bus.transmissions[::2], bus.transmissions[1::2], strict=False)))


def recorded_session() -> Tape:
    """A session from its beginning, with a card and an output."""
    bus = bus_of(device())
    assert bus.run_until(lambda: bus.acu.is_online(1))
    bus.acu.send(1, commands.Output(0, commands.OutputControl.ON))
    bus.devices[0].present_card(CARD, 32, now=bus.now)
    bus.expect(events.CardRead)
    return Tape.of(bus)


def test_a_recorded_reader_is_not_believed_by_another_session() -> None:
    tape = recorded_session()
    unit = AccessControlUnit([ReaderSettings(1, scbk=KEY)], baud=115200, random_bytes=seeded_bytes(99))
    bus, now = EmulatedBus(unit), 0.0
    for _ in range(20):
        for _, reply in tape.pairs:
            now = max(now, unit.next_deadline() or 0.0)
            unit.handle_timer(now)
            unit.bytes_to_send()
            unit.receive_bytes(reply, now)
    bus.now = now
    bus.run(0.0)
    failures = [event.reason for event in bus.acu_events if isinstance(event, events.SecureChannelFailed)]
    assert failures == [SecurityFailure.WRONG_CRYPTOGRAM]
    assert not happened(bus, events.CardRead)
    assert not happened(bus, events.ReaderOnline)


@pytest.mark.parametrize("has_restarted", [False, True])
def test_a_recorded_unit_moves_nothing_in_a_later_session(has_restarted: bool) -> None:
    tape = recorded_session()
    bus = bus_of(device(seed=77))
    if not has_restarted:
        assert bus.run_until(lambda: bus.acu.is_online(1))
        bus.run(0.5)
    bus.device_events.clear()
    for command, _ in tape.pairs * 2:
        bus.devices[0].receive_bytes(command, bus.now)
        bus.run(0.0001)
    assert not happened(bus, events.OutputSet)
    assert recovers(bus)


def with_mac_of(size: int, frame: Frame) -> bytes:
    """The frame with only the first bytes of its MAC, or none, and the right length and CRC for that."""
    raw = bytearray(frame.encode()[:-6]) + frame.mac[:size]
    raw[2:4] = (len(raw) + 2).to_bytes(2, "little")
    return bytes(raw) + crc16(bytes(raw)).to_bytes(2, "little")


@pytest.mark.parametrize("size", range(4))
@pytest.mark.parametrize("talker", [0x01, 0x81])
def test_a_shortened_mac_is_no_mac(talker: int, size: int) -> None:
    bus = online_bus()
    bus.acu.send(1, commands.Output(0, commands.OutputControl.ON))

    def shorten(data: bytes) -> list[tuple[float, bytes]]:
        if data[2] != talker:
            return [(0.0, data)]
        bus.distort = None
        return [(0.0, with_mac_of(size, parse_frame(data[1:])))]

    bus.distort = shorten
    bus.expect(events.ReaderOffline)
    switched = sum(isinstance(event, events.OutputSet) for event in bus.device_events)
    assert switched == (talker == 0x81), "the device obeys before its reply is cut, but no command that was"
    assert recovers(bus)


@pytest.mark.parametrize("sequence", range(4))
@pytest.mark.parametrize("address", [1, BROADCAST_ADDRESS])
def test_an_unsolicited_card_is_no_card(address: int, sequence: int) -> None:
    bus = online_bus(readers=2)
    forged = Frame(address, True, sequence, PLAIN_CARD.CODE, PLAIN_CARD.encode()).encode_with_mark()
    for _ in range(50):
        bus.inject(forged)
        bus.run(0.0017)
    assert not happened(bus, events.CardRead)
    assert recovers(bus)


@pytest.mark.parametrize("code", [0, *NakCode])
def test_an_invented_refusal_neither_opens_the_channel_nor_ends_it_for_good(code: int) -> None:
    bus = online_bus()
    for sequence in range(4):
        bus.inject(Frame(1, True, sequence, ReplyCode.NAK, bytes((code,))).encode_with_mark())
        bus.run(0.01)
    assert recovers(bus)
    online = [event.is_secure for event in bus.acu_events if isinstance(event, events.ReaderOnline)]
    assert all(online)


@pytest.mark.parametrize("address", [1, BROADCAST_ADDRESS])
def test_a_reset_by_sequence_number_0_gets_nothing_out_of_the_reader(address: int) -> None:
    bus = online_bus()
    bus.transmissions.clear()
    bus.devices[0].present_card(CARD, 32, now=bus.now)
    for _ in range(20):
        bus.inject(Frame(address, False, 0, commands.Poll.CODE).encode_with_mark())
        bus.run(0.004)
    assert not any(CARD in sent for sent in bus.transmissions), "a card in clear"
    assert recovers(bus)


def test_commands_in_clear_do_nothing_in_any_state_of_the_reader() -> None:
    bus = online_bus()
    wanted: list[commands.Command] = [
        commands.Output(0, commands.OutputControl.ON),
        commands.KeySet(bytes(16)),
        commands.ComSet(9, 9600),
        commands.FilePart(1, 1, 0, b"x"),
        commands.Text(b"FREE ENTRY"),
    ]
    for command in wanted * 4:
        for sequence in range(4):
            bus.inject(Frame(1, False, sequence, command.CODE, command.encode()).encode_with_mark())
            bus.run(0.003)
    for kind in (events.OutputSet, events.KeyChanged, events.CommunicationChanged, events.FileReceived):
        assert not happened(bus, kind)
    assert not happened(bus, events.TextShown)
    assert recovers(bus)


def test_the_default_key_is_offered_in_vain_to_both_ends() -> None:
    bus = online_bus()
    challenge = commands.Challenge(b"intruder")
    asked = SecurityBlock(SecurityBlockType.SCS_11, b"\x00")
    offer = replies.ClientCryptogram(bytes(8), bytes(8), bytes(16))
    given = SecurityBlock(SecurityBlockType.SCS_12, b"\x00")
    for sequence in range(4):
        bus.inject(Frame(1, False, sequence, challenge.CODE, challenge.encode(), asked).encode_with_mark())
        bus.run(0.02)
        bus.inject(Frame(1, True, sequence, offer.CODE, offer.encode(), given).encode_with_mark())
        bus.run(0.02)
    taken = [parse_frame(sent[1:]).security for sent in bus.transmissions]
    assert SecurityBlock(SecurityBlockType.SCS_12, b"\x01") in taken, "the device insists on its own key"
    assert given not in taken
    assert SecurityBlock(SecurityBlockType.SCS_13, b"\x00") not in taken
    assert recovers(bus)


def test_two_readers_with_one_address_open_nothing_and_leave_the_neighbour_alone() -> None:
    bus = online_bus(readers=2)
    twin = device(1, seed=9)
    bus.devices.append(twin)
    bus.run(3.0)
    assert not bus.acu.is_online(1)
    assert bus.acu.is_online(2)
    bus.devices[1].present_card(CARD, 32, now=bus.now)
    assert bus.run_until(lambda: happened(bus, events.CardRead), 0.3)
    bus.devices.remove(twin)
    bus.acu_events.clear()
    assert recovers(bus)


@pytest.mark.parametrize(
    "header", ["53 81 a0 05 0e", "53 81 07 00", "53 01 a0 05 04", "53 53 53 05 0e", "53 81 a1 05 04"]
)
def test_lengths_that_lie_delay_replies_but_do_not_hide_them(header: str) -> None:
    bus = online_bus()
    for _ in range(200):
        bus.acu.receive_bytes(bytes.fromhex(header), bus.now)
        bus.run(0.015)
    assert not happened(bus, events.ReaderOffline)
    assert bus.acu.counters(1).silences == 0
    assert recovers(bus)


@pytest.mark.parametrize("size", [0, 1, 20, 127, FRAME_SIZE_MAX + 1, 0xFFFF])
def test_a_reader_that_lies_about_its_size_gets_frames_that_the_standard_allows(size: int) -> None:
    told = replies.Capabilities((replies.Capability(10, size & 0xFF, size >> 8), replies.Capability(12, 1, 0)))
    settings = PeripheralSettings(1, scbk=KEY, capabilities=told)
    bus = bus_of(PeripheralDevice(settings, baud=115200, random_bytes=seeded_bytes(2)))
    bus.expect(events.ReaderOnline)
    bus.acu.send(1, commands.Buzzer())
    bus.acu.send_message(1, commands.AuthenticationChallenge, bytes(1000))
    bus.acu.send_file(1, 3, bytes(5000))
    bus.expect(events.FileSent)
    assert max(map(len, bus.transmissions)) <= FRAME_SIZE_MAX + 1, "besides the mark"


def test_a_file_status_that_lies_about_the_size_brings_nobody_down() -> None:
    bus = bus_of(device(scbk=None), readers=0)
    bus.acu.add_reader(ReaderSettings(1))
    bus.expect(events.ReaderOnline)
    bus.acu.send_file(1, 3, bytes(5000))
    status = replies.FileTransferStatus(0, message_size_max=0xFFFF)

    def replace_status(data: bytes) -> list[tuple[float, bytes]]:
        frame = parse_frame(data[1:])
        if frame.code != ReplyCode.FTSTAT:
            return [(0.0, data)]
        return [(0.0, Frame(1, True, frame.sequence, status.CODE, status.encode()).encode_with_mark())]

    bus.distort = replace_status
    bus.run(1.0)
    assert bus.acu.is_online(1)


@pytest.mark.parametrize(("address", "baud"), [(2, 115200), (127, 115200), (255, 115200), (4, 0), (4, 1)])
def test_a_move_that_nobody_asked_for_is_not_followed(address: int, baud: int) -> None:
    bus = bus_of(device(scbk=None), device(2, scbk=None), readers=0)
    for reader in (1, 2):
        bus.acu.add_reader(ReaderSettings(reader))
    assert bus.run_until(lambda: bus.acu.is_online(1) and bus.acu.is_online(2))
    bus.distort = replace_code(ReplyCode.COM, bytes((address,)) + baud.to_bytes(4, "little"))
    bus.acu.send(1, commands.ComSet(4, 115200))
    failed = bus.expect(events.CommandFailed)
    assert isinstance(failed.command, commands.ComSet)
    assert bus.acu.is_online(2), "the neighbour that lives there"
    assert not any(isinstance(event, events.CommunicationChanged) for event in bus.acu_events)


def replace_code(code: int, payload: bytes) -> Callable[[bytes], list[tuple[float, bytes]]]:
    """Puts other data into the replies with this code."""

    def distort(data: bytes) -> list[tuple[float, bytes]]:
        frame = parse_frame(data[1:])
        if not frame.is_reply or frame.code != code:
            return [(0.0, data)]
        return [(0.0, Frame(frame.address, True, frame.sequence, code, payload).encode_with_mark())]

    return distort


@pytest.mark.parametrize("payload_size", [1424, 1429])
def test_frames_up_to_the_standards_largest_are_read(payload_size: int) -> None:
    bus = bus_of(device(scbk=None), readers=0)
    bus.acu.add_reader(ReaderSettings(1))
    bus.expect(events.ReaderOnline)
    bus.run(0.1)
    bus.devices[0].report(replies.ManufacturerReply(0x123456, bytes(payload_size)))
    received = bus.expect(events.ReplyReceived).reply
    assert isinstance(received, replies.ManufacturerReply)
    assert len(received.data) == payload_size


def test_a_cable_that_carries_one_way_only_ends_in_offline_and_one_effect() -> None:
    bus = online_bus()
    bus.acu.send(1, commands.Output(0, commands.OutputControl.ON))
    bus.distort = lambda data: [] if data[2] & 0x80 else [(0.0, data)]
    assert bus.expect(events.ReaderOffline).reason is events.OfflineReason.UNANSWERED
    assert isinstance(bus.expect(events.CommandFailed).command, commands.Output)
    assert sum(isinstance(event, events.OutputSet) for event in bus.device_events) == 1
    bus.distort = None
    assert recovers(bus)
