"""Our access control unit with a reader of libosdp 3.1.2."""

import secrets
from collections.abc import Callable

import osdp  # type: ignore[import-untyped]
import pytest

from firmware_protocol.osdp import commands, events
from firmware_protocol.osdp.access_control_unit import AccessControlUnit, ReaderSettings
from firmware_protocol.osdp.errors import SecurityFailure
from firmware_protocol.osdp.replies import CardFormat, Identification
from tests.integration.osdp_libosdp_peer import ADDRESS, SCBK, LibosdpReader, Pair


def make_acu(scbk: bytes | None = SCBK, *, is_pairing: bool = False) -> AccessControlUnit:
    settings = ReaderSettings(ADDRESS, scbk=scbk, is_pairing=is_pairing)
    return AccessControlUnit([settings], baud=115200, random_bytes=secrets.token_bytes)


@pytest.fixture
def reader() -> LibosdpReader:
    return LibosdpReader()


@pytest.fixture
def pair(reader: LibosdpReader) -> Pair:
    pair = Pair(make_acu(), reader)
    pair.run_until(lambda: acu(pair).is_online(ADDRESS))
    return pair


def acu(pair: Pair) -> AccessControlUnit:
    assert isinstance(pair.ours, AccessControlUnit)
    return pair.ours


def test_it_is_identified_inside_the_secure_channel(pair: Pair) -> None:
    online = pair.expect(events.ReaderOnline)
    assert online.is_secure
    assert online.identification == Identification(0xCAFE, 2, 1, 0x12345678, (1, 2, 3))
    assert online.capabilities.has_secure_channel


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (
            commands.Led(temporary=commands.LedPattern(commands.LedColor.GREEN, on_ms=300), timer_ms=1000),
            {"command": osdp.Command.LED, "temporary": True, "on_color": 2, "on_count": 3, "timer_count": 10},
        ),
        (
            commands.Led(permanent=commands.LedPattern(commands.LedColor.RED)),
            {"command": osdp.Command.LED, "temporary": False, "on_color": 1, "control_code": 1},
        ),
        (
            commands.Buzzer(on_ms=100, off_ms=200, repeat_count=3),
            {"command": osdp.Command.Buzzer, "on_count": 1, "off_count": 2, "rep_count": 3},
        ),
        (
            commands.Text(b"BENVENUTO", row=2, column=3, is_temporary=True, seconds=5),
            {"data": "BENVENUTO", "offset_row": 2, "offset_col": 3, "control_code": 3, "temp_time": 5},
        ),
        (
            commands.Output(1, commands.OutputControl.ON_TIMED, 500),
            {"command": osdp.Command.Output, "output_no": 1, "control_code": 5, "timer_count": 5},
        ),
        (
            commands.Manufacturer(0xABCDEF, b"\x01\x02"),
            {"command": osdp.Command.Manufacturer, "vendor_code": 0xABCDEF, "data": b"\x01\x02"},
        ),
    ],
)
def test_it_carries_out_our_commands(
    pair: Pair, reader: LibosdpReader, command: commands.Command, told: dict[str, object]
) -> None:
    acu(pair).send(ADDRESS, command)
    assert pair.expect(events.CommandCompleted).command == command
    assert reader.commands[-1].items() >= told.items()


def test_its_cards_and_keys_reach_us(pair: Pair, reader: LibosdpReader) -> None:
    card = {"event": osdp.Event.CardRead, "reader_no": 0, "direction": 0, "format": osdp.CardFormat.Wiegand}
    reader.submit({**card, "length": 26, "data": b"\x12\x34\x56\x80"})
    read = pair.expect(events.CardRead)
    assert (read.data, read.bit_count, read.format) == (b"\x12\x34\x56\x80", 26, CardFormat.WIEGAND)
    reader.submit({"event": osdp.Event.KeyPress, "reader_no": 0, "data": b"12\x0d"})
    assert pair.expect(events.KeypadRead).digits == "12#"


def test_its_status_is_known_when_it_comes_online_and_when_it_changes(pair: Pair, reader: LibosdpReader) -> None:
    assert pair.expect(events.InputsChanged).inputs == (False, True)
    assert pair.expect(events.OutputsChanged).outputs == (True, False)
    report = {"event": osdp.Event.Status, "type": osdp.StatusReportType.Input, "report": b"\x01\x01"}
    reader.submit(report)
    assert pair.expect(events.InputsChanged).inputs == (True, True)
    reader.submit({**report, "type": osdp.StatusReportType.Local, "report": b"\x01\x00"})
    assert pair.expect(events.TamperChanged).is_tampered


def test_it_takes_a_new_key_and_proves_it(pair: Pair, reader: LibosdpReader) -> None:
    key = secrets.token_bytes(16)
    pair.events.clear()
    acu(pair).send(ADDRESS, commands.KeySet(key))
    assert pair.expect(events.ReaderOffline).reason is events.OfflineReason.REKEYED
    assert pair.expect(events.ReaderOnline).is_secure
    assert reader.commands[-1]["data"] == key


def test_it_is_paired_by_the_default_key_in_install_mode() -> None:
    reader = LibosdpReader(scbk=None)
    pair = Pair(make_acu(None, is_pairing=True), reader)
    assert not pair.expect(events.ReaderOnline).is_secure
    acu(pair).send(ADDRESS, commands.KeySet(secrets.token_bytes(16)))
    assert pair.expect(events.ReaderOnline).is_secure


def test_it_moves_to_another_address(pair: Pair) -> None:
    acu(pair).send(ADDRESS, commands.ComSet(7, 115200))
    changed = pair.expect(events.CommunicationChanged)
    assert (changed.new_address, changed.baud) == (7, 115200)
    assert pair.expect(events.ReaderOnline).address == 7
    assert acu(pair).is_online(7)


def test_it_takes_a_file(pair: Pair, reader: LibosdpReader) -> None:
    data = secrets.token_bytes(4096)
    received = bytearray()

    def write(part: bytes, offset: int) -> int:
        received[offset:] = part
        return len(part)

    operations: dict[str, Callable[..., object]] = {
        "open": lambda _file, _size: 0,
        "read": lambda _size, _offset: b"",
        "write": write,
        "close": lambda _file: None,
    }
    assert reader.context.register_file_ops(0, operations)
    acu(pair).send_file(ADDRESS, 13, data)
    assert pair.expect(events.FileSent).type == 13
    assert bytes(received) == data


def test_unplugged_for_two_seconds_it_is_back_within_one(pair: Pair) -> None:
    pair.is_plugged = False
    pair.run(2.0)
    assert pair.expect(events.ReaderOffline, 0.1).reason is events.OfflineReason.UNANSWERED
    pair.is_plugged = True
    assert pair.expect(events.ReaderOnline, 1.0).is_secure


def test_it_is_left_alone_while_disabled(pair: Pair) -> None:
    acu(pair).disable_reader(ADDRESS)
    assert pair.expect(events.ReaderOffline).reason is events.OfflineReason.DISABLED
    pair.run(0.3)
    assert not acu(pair).is_online(ADDRESS)
    acu(pair).enable_reader(ADDRESS)
    assert pair.expect(events.ReaderOnline).is_secure


def test_a_reader_with_another_key_never_comes_online() -> None:
    pair = Pair(make_acu(secrets.token_bytes(16)), LibosdpReader())
    assert pair.expect(events.SecureChannelFailed).reason is SecurityFailure.WRONG_CRYPTOGRAM
    pair.run(0.5)
    assert not acu(pair).is_online(ADDRESS)


def test_a_reader_in_install_mode_is_refused_once_we_have_a_key_for_it() -> None:
    pair = Pair(make_acu(), LibosdpReader(scbk=None))
    pair.expect(events.SecureChannelFailed)
    pair.run(0.5)
    assert not acu(pair).is_online(ADDRESS)
