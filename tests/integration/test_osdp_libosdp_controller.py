"""Our peripheral device with a controller of libosdp 3.1.2."""

import secrets
import time
from typing import Any

import osdp  # type: ignore[import-untyped]
import pytest

from firmware_protocol.osdp import events
from firmware_protocol.osdp.commands import LedColor, Manufacturer
from firmware_protocol.osdp.peripheral_device import PeripheralDevice, PeripheralSettings
from firmware_protocol.osdp.replies import Identification, ManufacturerReply
from tests.integration.osdp_libosdp_peer import ADDRESS, SCBK, LibosdpController, Pair

CARD = b"\x12\x34\x56\x80"


def make_device(scbk: bytes | None = SCBK, *, is_install_mode: bool = False) -> PeripheralDevice:
    settings = PeripheralSettings(
        address=ADDRESS,
        scbk=scbk,
        is_install_mode=is_install_mode,
        identification=Identification(0xABCDEF, 4, 5, 0x01020304, (6, 7, 8)),
        input_count=2,
        output_count=2,
    )
    return PeripheralDevice(settings, baud=115200, random_bytes=secrets.token_bytes)


@pytest.fixture
def controller() -> LibosdpController:
    return LibosdpController()


@pytest.fixture
def pair(controller: LibosdpController) -> Pair:
    pair = Pair(make_device(), controller)
    pair.run_until(lambda: controller.is_secure)
    pair.run_until(lambda: controller.is_online)
    return pair


def device(pair: Pair) -> PeripheralDevice:
    assert isinstance(pair.ours, PeripheralDevice)
    return pair.ours


def wait_for(pair: Pair, controller: LibosdpController, expected: dict[str, Any]) -> None:
    pair.run_until(lambda: any(event.items() >= expected.items() for event in controller.events))


def test_it_identifies_us(pair: Pair, controller: LibosdpController) -> None:
    identity = controller.context.get_pd_id(0)
    assert identity["vendor_code"] == 0xABCDEF
    assert (identity["model"], identity["version"], identity["serial_number"]) == (4, 5, 0x01020304)
    assert controller.context.check_capability(0, osdp.Capability.OutputControl)[1] == 2
    assert not pair.expect(events.SecureChannelEstablished).is_default_key


def test_its_light_sound_text_and_output_reach_us(pair: Pair, controller: LibosdpController) -> None:
    led = {"reader": 0, "led_number": 0, "on_count": 5, "off_count": 5, "off_color": 0, "timer_count": 20}
    led |= {"on_color": osdp.CommandLEDColor.Green, "control_code": 2, "temporary": True}
    controller.submit({"command": osdp.Command.LED, **led})
    shown = pair.expect(events.LedSet).led
    assert shown.temporary.on_color is LedColor.GREEN
    assert (shown.temporary.on_ms, shown.timer_ms) == (500, 2000)
    buzzer = {"reader": 0, "control_code": 2, "on_count": 1, "off_count": 2, "rep_count": 3}
    controller.submit({"command": osdp.Command.Buzzer, **buzzer})
    assert pair.expect(events.BuzzerSet).buzzer.repeat_count == 3
    text = {"reader": 0, "control_code": 1, "temp_time": 0, "offset_row": 1, "offset_col": 2, "data": "CIAO"}
    controller.submit({"command": osdp.Command.Text, **text})
    assert pair.expect(events.TextShown).text.text == b"CIAO"
    controller.submit({"command": osdp.Command.Output, "output_no": 1, "control_code": 2, "timer_count": 0})
    assert pair.expect(events.OutputSet).is_active
    wait_for(pair, controller, {"type": osdp.StatusReportType.Output, "report": b"\x00\x01"})


def test_our_cards_keys_and_status_reach_it(pair: Pair, controller: LibosdpController) -> None:
    device(pair).present_card(CARD, 26, now=1e12)
    wait_for(pair, controller, {"event": osdp.Event.CardRead, "length": 26, "data": CARD})
    device(pair).press_keys("42#", now=1e12)
    wait_for(pair, controller, {"event": osdp.Event.KeyPress, "data": b"42\x0d"})
    device(pair).set_input(1, True)
    wait_for(pair, controller, {"type": osdp.StatusReportType.Input, "report": b"\x00\x01"})
    device(pair).set_tamper(True)
    wait_for(pair, controller, {"type": osdp.StatusReportType.Local, "report": b"\x01\x00"})


@pytest.mark.parametrize(
    ("kind", "report"),
    [
        (osdp.StatusReportType.Input, b"\x00\x00"),
        (osdp.StatusReportType.Output, b"\x00\x00"),
        (osdp.StatusReportType.Local, b"\x00\x00"),
    ],
)
def test_it_asks_for_our_status(pair: Pair, controller: LibosdpController, kind: int, report: bytes) -> None:
    controller.submit({"command": osdp.Command.Status, "type": kind, "report": b""})
    wait_for(pair, controller, {"event": osdp.Event.Status, "type": kind, "report": report})


def test_it_asks_for_something_of_the_manufacturers(pair: Pair, controller: LibosdpController) -> None:
    controller.submit({"command": osdp.Command.Manufacturer, "vendor_code": 0x123456, "data": b"\x07"})
    assert pair.expect(events.CommandReceived).command == Manufacturer(0x123456, b"\x07")
    device(pair).report(ManufacturerReply(0x123456, b"\x08\x09"))
    wait_for(pair, controller, {"event": osdp.Event.ManufacturerReply, "data": b"\x08\x09"})


def test_it_gives_us_a_new_key_and_uses_it(pair: Pair, controller: LibosdpController) -> None:
    key = secrets.token_bytes(16)
    pair.events.clear()
    controller.submit({"command": osdp.Command.Keyset, "type": 1, "data": key})
    assert pair.expect(events.KeyChanged).key == key
    assert not pair.expect(events.SecureChannelEstablished).is_default_key
    pair.run_until(lambda: controller.is_secure)


def test_it_moves_us_to_another_baud_rate(pair: Pair, controller: LibosdpController) -> None:
    controller.submit({"command": osdp.Command.Comset, "address": ADDRESS, "baud_rate": 38400})
    assert pair.expect(events.CommunicationChanged).baud == 38400


def test_it_sends_us_a_file(pair: Pair, controller: LibosdpController) -> None:
    data = secrets.token_bytes(4096)
    operations = {
        "open": lambda _file, _size: len(data),
        "read": lambda size, offset: data[offset : offset + size],
        "write": lambda _data, _offset: -1,
        "close": lambda _file: None,
    }
    assert controller.context.register_file_ops(0, operations)
    controller.submit({"command": osdp.Command.FileTransfer, "id": 13, "flags": 0})
    received = pair.expect(events.FileReceived, 20.0)
    assert (received.type, received.data) == (13, data)


def test_a_card_held_up_while_we_were_unplugged_for_two_seconds_is_read_at_once(
    pair: Pair, controller: LibosdpController
) -> None:
    pair.is_plugged = False
    pair.run(2.0)
    device(pair).present_card(CARD, 26, now=time.monotonic())
    pair.is_plugged = True
    pair.run_until(lambda: CARD in cards(controller), 1.5)
    assert controller.is_secure


def test_unplugged_and_restarted_we_are_secure_within_one_second_of_its_first_word(
    pair: Pair, controller: LibosdpController
) -> None:
    """Its first word is the trouble: it leaves a reader that it lost alone for 300 s, and no answer of the reader's
    shortens that. Tried to a frame of the old session: NAK 4 with the frame's own sequence number, with the next one
    and with 0 (as libosdp's own device answers); NAK 6; and silence, which only takes 8 s longer.
    """
    pair.is_plugged = False
    pair.run(2.0)
    # Power was lost too: sequence, session and all else but the settings.
    pair.ours = make_device()
    pair.is_plugged = True
    pair.run_until(lambda: not controller.is_online)
    assert not controller.is_secure, "it heard our refusal of the old session"
    # Taking us out of service and back ends the 300 s.
    controller.restart_reader()
    pair.events.clear()
    assert not pair.expect(events.SecureChannelEstablished, 1.0).is_default_key
    pair.run_until(lambda: controller.is_online and controller.is_secure, 1.0)
    device(pair).present_card(CARD, 26, now=time.monotonic())
    pair.run_until(lambda: CARD in cards(controller), 1.0)


def cards(controller: LibosdpController) -> list[bytes]:
    return [event["data"] for event in controller.events if event["event"] == osdp.Event.CardRead]


def test_it_pairs_us_by_the_default_key_in_install_mode() -> None:
    controller = LibosdpController(is_enforced=False)
    pair = Pair(make_device(None, is_install_mode=True), controller)
    assert pair.expect(events.SecureChannelEstablished).is_default_key
    assert pair.expect(events.KeyChanged).key == SCBK
    assert not pair.expect(events.SecureChannelEstablished).is_default_key


def test_without_our_key_it_gets_nothing_out_of_us() -> None:
    controller = LibosdpController(scbk=secrets.token_bytes(16))
    pair = Pair(make_device(), controller)
    pair.run(1.0)
    assert not controller.is_secure
    assert not any(isinstance(event, events.SecureChannelEstablished) for event in pair.events)
