"""Any bytes, in any chunks, at any time: events or typed errors, bounded memory, nothing else."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_protocol.canonical_uid import UidError, UidForm, canonical_uid
from firmware_protocol.osdp.access_control_unit import AccessControlUnit, ReaderSettings
from firmware_protocol.osdp.checks import crc16
from firmware_protocol.osdp.codes import FRAME_SIZE_MAX, CommandCode, ReplyCode, SecurityBlockType
from firmware_protocol.osdp.commands import COMMANDS, parse_commands
from firmware_protocol.osdp.errors import FrameError, PayloadError, SecurityError, UnknownCodeError
from firmware_protocol.osdp.frame import Frame, SecurityBlock, parse_frame
from firmware_protocol.osdp.frame_reader import FrameReader
from firmware_protocol.osdp.osdpcap import TraceError, encode_trace_entry, parse_trace_entry
from firmware_protocol.osdp.peripheral_device import PeripheralDevice, PeripheralSettings
from firmware_protocol.osdp.replies import REPLIES, parse_reply
from firmware_protocol.osdp.secure_channel import SecureSession, derive_session_keys
from firmware_protocol.serial_scanner import SerialScanner
from firmware_protocol.wiegand import FORMATS, CardNumber, decode_wiegand, encode_wiegand, parse_card_bits
from tests.unit.firmware_protocol.osdp.emulated_bus import KEY, seeded_bytes

BYTES = st.binary(max_size=300)
CHUNKS = st.lists(st.binary(max_size=50), max_size=40)
KEYS = derive_session_keys(KEY, bytes(8))

security_blocks = st.none() | st.builds(SecurityBlock, st.sampled_from(SecurityBlockType), st.binary(max_size=3))


@st.composite
def frames(draw: st.DrawFn) -> Frame:
    security = draw(security_blocks)
    has_mac = security is not None and security.has_mac
    return Frame(
        address=draw(st.integers(0, 127)),
        is_reply=draw(st.booleans()),
        sequence=draw(st.integers(0, 3)),
        code=draw(st.integers(0, 255)),
        payload=draw(BYTES),
        security=security,
        mac=draw(st.binary(min_size=4, max_size=4)) if has_mac else b"",
        has_crc=draw(st.booleans()),
        reserved=draw(st.integers(0, 15)) << 4,
    )


@given(frames())
def test_every_frame_is_read_back_as_it_was_written(frame: Frame) -> None:
    assert parse_frame(frame.encode()) == frame


@given(BYTES)
def test_any_bytes_are_a_frame_or_no_frame(data: bytes) -> None:
    try:
        frame = parse_frame(data)
    except FrameError:
        return
    if frame.mac or frame.security is None or not frame.security.has_mac:
        assert frame.encode() == data


@given(CHUNKS, frames())
def test_a_frame_after_any_garbage_is_found_once_the_line_is_silent(chunks: list[bytes], frame: Frame) -> None:
    reader = FrameReader(0.02)
    found = []
    for number, chunk in enumerate([*chunks, frame.encode()]):
        found += [each for each, _ in reader.receive_bytes(chunk, number / 1000)]
        assert len(reader._buffer) <= FRAME_SIZE_MAX
    found += [each for each, _ in reader.handle_timer(1e3)]
    assert frame in found or b"\x53" in b"".join(chunks)
    assert reader.next_deadline() is None
    assert [each for each, _ in reader.receive_bytes(frame.encode(), 1e3)] == [frame]


@given(st.sampled_from(CommandCode) | st.integers(0, 255), BYTES)
def test_any_command_data_is_a_command_or_a_typed_error(code: int, payload: bytes) -> None:
    try:
        parsed = parse_commands(code, payload)
    except (PayloadError, UnknownCodeError):
        return
    for command in parsed:
        assert type(command) is COMMANDS[code]
        assert parse_commands(code, command.encode()) == (command,)


@given(st.sampled_from(ReplyCode) | st.integers(0, 255), BYTES)
def test_any_reply_data_is_a_reply_or_a_typed_error(code: int, payload: bytes) -> None:
    try:
        reply = parse_reply(code, payload)
    except (PayloadError, UnknownCodeError):
        return
    assert type(reply) is REPLIES[code]
    assert parse_reply(code, reply.encode()) == reply


@given(st.lists(st.tuples(BYTES, BYTES), max_size=5))
def test_a_session_carries_any_data_both_ways(exchanges: list[tuple[bytes, bytes]]) -> None:
    acu, device = SecureSession(KEYS, bytes(16)), SecureSession(KEYS, bytes(16))
    for number, (command, reply) in enumerate(exchanges):
        sent = acu.seal(Frame(1, False, number % 4, 0x80, command))
        assert device.open(parse_frame(sent.encode())) == command
        answered = device.seal(Frame(1, True, number % 4, 0x90, reply))
        assert acu.open(parse_frame(answered.encode())) == reply


@given(BYTES, st.data())
def test_no_changed_byte_passes_a_session(payload: bytes, data: st.DataObject) -> None:
    acu, device = SecureSession(KEYS, bytes(16)), SecureSession(KEYS, bytes(16))
    raw = bytearray(acu.seal(Frame(1, False, 1, 0x80, payload)).encode()[:-2])
    index = data.draw(st.integers(4, len(raw) - 1))
    raw[index] ^= data.draw(st.integers(1, 255))
    try:
        frame = parse_frame(with_crc(bytes(raw)))
    except FrameError:
        return
    with pytest.raises(SecurityError):
        device.open(frame)


def with_crc(body: bytes) -> bytes:
    return body + crc16(body).to_bytes(2, "little")


@given(CHUNKS, st.booleans())
@settings(deadline=None)
def test_a_unit_survives_any_bytes_at_any_time(chunks: list[bytes], is_keyed: bool) -> None:
    scbk = KEY if is_keyed else None
    acu = AccessControlUnit(
        [ReaderSettings(1, scbk=scbk), ReaderSettings(2, scbk=scbk)], baud=9600, random_bytes=seeded_bytes()
    )
    now = 0.0
    for chunk in chunks:
        now += len(chunk) / 100
        acu.handle_timer(now)
        acu.bytes_to_send()
        acu.receive_bytes(chunk, now)
        while acu.next_event() is not None:
            pass
    assert acu.next_deadline() is not None


@given(CHUNKS, st.booleans())
@settings(deadline=None)
def test_a_device_survives_any_bytes_at_any_time(chunks: list[bytes], is_keyed: bool) -> None:
    own = PeripheralSettings(1, scbk=KEY if is_keyed else None)
    device = PeripheralDevice(own, baud=9600, random_bytes=seeded_bytes())
    now = 0.0
    for chunk in chunks:
        now += len(chunk) / 100
        device.receive_bytes(chunk, now)
        device.handle_timer(now)
        device.bytes_to_send()


@given(st.lists(frames(), max_size=10))
@settings(deadline=None)
def test_a_device_answers_any_frames_with_frames(received: list[Frame]) -> None:
    device = PeripheralDevice(PeripheralSettings(1, scbk=KEY), baud=115200, random_bytes=seeded_bytes())
    for number, frame in enumerate(received):
        addressed = Frame(1, False, number % 4, frame.code, frame.payload, frame.security, frame.mac, frame.has_crc)
        device.receive_bytes(addressed.encode(), float(number))
        device.handle_timer(number + 0.5)
        assert parse_frame(device.bytes_to_send()[1:]).is_reply


@given(st.sampled_from(sorted(FORMATS)), st.data())
def test_every_card_number_is_read_back_from_its_bits(name: str, data: st.DataObject) -> None:
    card_format = FORMATS[name]
    facility = None
    if card_format.facility is not None:
        facility = data.draw(st.integers(0, (1 << card_format.facility.size) - 1))
    number = CardNumber(facility, data.draw(st.integers(0, (1 << card_format.card.size) - 1)))
    assert decode_wiegand(encode_wiegand(number, card_format), card_format) == number


@given(st.binary(max_size=40), st.integers(0, 330))
def test_any_card_bits_have_one_form_or_a_typed_error(data: bytes, bit_count: int) -> None:
    try:
        canonical = parse_card_bits(data, bit_count, tuple(FORMATS.values()))
    except ValueError:
        return
    assert ":" in canonical


@given(st.binary(max_size=12), st.booleans(), st.none() | st.integers(1, 12))
def test_any_uid_has_one_form_or_a_typed_error(data: bytes, is_reversed: bool, keep_bytes: int | None) -> None:
    try:
        canonical = canonical_uid(data, UidForm(is_reversed, keep_bytes))
    except UidError:
        return
    assert canonical.startswith("uid")


@given(CHUNKS)
def test_a_scanner_reads_the_same_codes_in_any_chunks(chunks: list[bytes]) -> None:
    in_chunks, at_once = SerialScanner(), SerialScanner()
    codes = [code for chunk in chunks for code in in_chunks.receive_bytes(chunk, 0.0)]
    assert codes == list(at_once.receive_bytes(b"".join(chunks), 0.0))


@given(st.text(max_size=200) | st.recursive(st.none() | st.text(), st.lists).map(str))
def test_any_line_is_a_trace_entry_or_a_typed_error(line: str) -> None:
    try:
        entry = parse_trace_entry(line)
    except TraceError:
        return
    assert parse_trace_entry(encode_trace_entry(entry)) == entry
