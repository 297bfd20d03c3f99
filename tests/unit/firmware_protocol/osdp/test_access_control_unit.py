from firmware_protocol.osdp import commands, events
from firmware_protocol.osdp.access_control_unit import AccessControlUnit, ReaderSettings
from firmware_protocol.osdp.peripheral_device import PeripheralDevice, PeripheralSettings
from tests.unit.firmware_protocol.osdp.emulated_bus import KEY, EmulatedBus, seeded_bytes


def secure_bus(*, baud: int = 115200) -> EmulatedBus:
    acu = AccessControlUnit([ReaderSettings(1, scbk=KEY)], baud=baud, random_bytes=seeded_bytes(1))
    device = PeripheralDevice(
        PeripheralSettings(address=1, scbk=KEY, output_count=2, input_count=2),
        baud=baud,
        random_bytes=seeded_bytes(2),
    )
    return EmulatedBus(acu, [device], baud=baud)


def test_a_reader_comes_online_in_the_secure_channel() -> None:
    bus = secure_bus()
    online = bus.expect(events.ReaderOnline)
    assert online.is_secure
    assert online.capabilities.has_secure_channel
    assert bus.acu.is_online(1)


def test_a_card_is_read_within_20_ms_on_a_fast_line() -> None:
    bus = secure_bus()
    bus.expect(events.ReaderOnline)
    bus.run(0.5)
    presented_at = bus.now
    bus.devices[0].present_card(b"\x12\x34\x56\x78", 32, now=bus.now)
    card = bus.expect(events.CardRead)
    assert (card.data, card.bit_count) == (b"\x12\x34\x56\x78", 32)
    assert bus.now - presented_at < 0.020


def test_light_sound_text_and_output_reach_the_reader_in_order() -> None:
    bus = secure_bus()
    bus.expect(events.ReaderOnline)
    sent = (
        commands.Led(temporary=commands.LedPattern(commands.LedColor.GREEN), timer_ms=2000),
        commands.Buzzer(repeat_count=2),
        commands.Text(b"Ciao"),
        commands.Output(1, commands.OutputControl.ON),
    )
    for command in sent:
        bus.acu.send(1, command)
    bus.run(0.2)
    completed = [event.command for event in bus.acu_events if isinstance(event, events.CommandCompleted)]
    assert completed == list(sent)
    led, buzzer, text, _ = sent
    assert bus.device_events[-4:] == [
        events.LedSet(1, led),
        events.BuzzerSet(1, buzzer),
        events.TextShown(1, text),
        events.OutputSet(1, 1, True),
    ]
    assert events.OutputsChanged(1, (False, True)) in bus.acu_events


def test_a_reader_without_a_key_speaks_plain_text_when_its_owner_says_so() -> None:
    acu = AccessControlUnit([ReaderSettings(3)], baud=9600, random_bytes=seeded_bytes())
    device = PeripheralDevice(PeripheralSettings(address=3), baud=9600, random_bytes=seeded_bytes())
    bus = EmulatedBus(acu, [device], baud=9600)
    online = bus.expect(events.ReaderOnline)
    assert not online.is_secure
