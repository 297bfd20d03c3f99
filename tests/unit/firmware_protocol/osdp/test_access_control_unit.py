import random

import pytest

from firmware_protocol.osdp import commands, events
from firmware_protocol.osdp.access_control_unit import EVENTS_MAX, AccessControlUnit, ReaderSettings
from firmware_protocol.osdp.codes import ReplyCode
from firmware_protocol.osdp.errors import FieldRangeError, UnknownReaderError
from firmware_protocol.osdp.multi_part import Assembly
from firmware_protocol.osdp.peripheral_device import PeripheralDevice, PeripheralSettings
from firmware_protocol.osdp.replies import AuthenticationResult, Capabilities, Capability
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


def device(address: int, *, scbk: bytes | None = KEY, baud: int = 115200) -> PeripheralDevice:
    settings = PeripheralSettings(address=address, scbk=scbk, output_count=1)
    return PeripheralDevice(settings, baud=baud, random_bytes=seeded_bytes(address))


def bus_of(*addresses: int, dead: int = 0) -> EmulatedBus:
    """Live readers at ``addresses`` and ``dead`` ones from address 100 on."""
    absent = range(100, 100 + dead)
    settings = [ReaderSettings(address, scbk=KEY) for address in (*addresses, *absent)]
    acu = AccessControlUnit(settings, baud=115200, random_bytes=seeded_bytes())
    bus = EmulatedBus(acu, [device(address) for address in addresses])
    assert bus.run_until(lambda: all(acu.is_online(address) for address in addresses))
    bus.acu_events.clear()
    return bus


def latency(bus: EmulatedBus, reader: int) -> float:
    presented_at = bus.now
    bus.acu_events.clear()
    bus.devices[reader].present_card(b"\x12", 8, now=bus.now)
    bus.expect(events.CardRead)
    return bus.now - presented_at


def test_two_readers_with_one_address_are_refused() -> None:
    with pytest.raises(FieldRangeError, match="two readers with address 1"):
        AccessControlUnit([ReaderSettings(1), ReaderSettings(1)], baud=9600, random_bytes=bytes)


@pytest.mark.parametrize("ask", ["is_online", "counters", "enable_reader", "disable_reader", "remove_reader"])
def test_a_reader_that_is_not_on_the_bus_is_named(ask: str) -> None:
    acu = AccessControlUnit([], baud=9600, random_bytes=bytes)
    with pytest.raises(UnknownReaderError, match="no reader with address 5"):
        getattr(acu, ask)(5)


def test_a_bus_without_readers_has_nothing_to_do() -> None:
    acu = AccessControlUnit([], baud=9600, random_bytes=bytes)
    acu.handle_timer(1.0)
    acu.receive_bytes(b"\x53", 1.0)
    assert acu.next_deadline() is None
    assert acu.bytes_to_send() == b""


def test_a_dead_reader_costs_its_neighbour_less_than_20_ms() -> None:
    bus = bus_of(1, dead=3)
    bus.run(3.0)
    latencies = []
    for number in range(60):
        bus.run(0.05 + number * 0.0037)
        latencies.append(latency(bus, 0))
    assert max(latencies) < 0.006 + 0.020


def test_an_unplugged_reader_is_offline_after_a_second_and_back_within_one() -> None:
    bus = bus_of(1, 2)
    unplugged = bus.devices.pop()
    offline = bus.expect(events.ReaderOffline, 2.0)
    assert offline == events.ReaderOffline(2, events.OfflineReason.UNANSWERED)
    bus.run(15.0)
    assert bus.acu.is_online(1)
    bus.devices.append(unplugged)
    plugged_at = bus.now
    assert bus.expect(events.ReaderOnline).address == 2
    assert bus.now - plugged_at < 1.0


def test_a_reader_that_restarts_is_back_at_once() -> None:
    bus = bus_of(1)
    bus.devices[0] = device(1)
    assert bus.expect(events.ReaderOffline).reason is events.OfflineReason.SESSION_LOST
    restarted_at = bus.now
    bus.expect(events.ReaderOnline)
    assert bus.now - restarted_at < 0.1


def test_a_slow_reader_is_heard_although_it_answers_after_its_turn() -> None:
    bus = bus_of(1)
    bus.acu.add_reader(ReaderSettings(2, scbk=KEY))
    slow = device(2)
    bus.devices.append(slow)
    bus.distort = lambda data: [(0.039 if data[2:3] == b"\x82" else 0.0, data)]
    assert bus.run_until(lambda: bus.acu.is_online(2), 10.0)


def test_a_wire_that_echoes_what_we_send_does_no_harm() -> None:
    bus = bus_of(1)
    bus.has_echo = True
    assert latency(bus, 0) < 0.020
    bus.run(1.0)
    assert bus.acu.is_online(1)
    assert bus.acu.counters(1).silences == 0


def test_after_any_garbage_the_next_card_is_read() -> None:
    bus = bus_of(1)
    for garbage in (b"\x53" * 50, b"\x53\x81\xa0\x05", bytes(range(256)), b"\xff" * 1500):
        bus.inject(garbage)
        assert latency(bus, 0) < 0.4


def test_a_garbled_frame_is_repeated_without_waiting_the_whole_time() -> None:
    for talker in (0x01, 0x81):
        bus = bus_of(1)
        bus.run(3.0)
        garble_once(bus, talker)
        assert latency(bus, 0) < 0.1
        assert bus.acu.counters(1).retries == 1


def garble_once(bus: EmulatedBus, talker: int) -> None:
    """Garble the next frame with this address byte."""

    def distort(data: bytes) -> list[tuple[float, bytes]]:
        if data[2] != talker:
            return [(0.0, data)]
        bus.distort = None
        return [(0.0, data[:-1] + bytes((data[-1] ^ 1,)))]

    bus.distort = distort


def test_a_line_that_is_never_quiet_stops_nothing_for_good() -> None:
    bus = bus_of(1)
    bus.devices.clear()
    for _ in range(800):
        bus.inject(b"\x53\x81")
        bus.run(0.005)
    assert bus.acu.counters(1).silences >= 3
    assert not bus.acu.is_online(1)


@pytest.mark.parametrize("baud", [9600, 115200])
def test_a_cable_that_loses_every_fifth_exchange_loses_no_card_and_no_reader(baud: int) -> None:
    bus = secure_bus(baud=baud)
    bus.expect(events.ReaderOnline)
    bus.run(5.0)
    rng = random.Random(1)
    bus.distort = lambda data: [(0.0, data)] if rng.random() < 0.9 else []
    delays: list[float] = []

    def has_arrived() -> bool:
        return sum(isinstance(event, events.CardRead) for event in bus.acu_events) > len(delays)

    for _ in range(100):
        bus.run(0.1)
        bus.devices[0].present_card(b"\x12\x34\x56\x78", 32, now=bus.now)
        presented_at = bus.now
        assert bus.run_until(has_arrived)
        delays.append(bus.now - presented_at)
    assert not any(isinstance(event, events.ReaderOffline) for event in bus.acu_events)
    assert sorted(delays)[94] < 0.3


def test_readers_come_and_go_while_the_bus_runs() -> None:
    bus = bus_of(1)
    bus.devices.append(device(2))
    bus.acu.add_reader(ReaderSettings(2, scbk=KEY))
    assert bus.expect(events.ReaderOnline).address == 2
    bus.acu.disable_reader(2)
    assert bus.expect(events.ReaderOffline).reason is events.OfflineReason.DISABLED
    bus.run(0.5)
    assert not bus.acu.is_online(2)
    bus.acu.enable_reader(2)
    assert bus.expect(events.ReaderOnline).address == 2
    bus.acu.remove_reader(2)
    bus.expect(events.ReaderOffline)
    with pytest.raises(UnknownReaderError):
        bus.acu.is_online(2)
    assert latency(bus, 0) < 0.3


def test_disabling_the_reader_that_is_being_asked_frees_the_line() -> None:
    bus = bus_of(1, 2)
    bus.run_until(lambda: bus.transmissions[-1][2] == 2)
    bus.acu.disable_reader(2)
    assert latency(bus, 0) < 0.3


def test_an_address_scan_finds_who_is_not_in_service_while_others_work() -> None:
    bus = bus_of(1)
    bus.devices += [device(5), device(9, scbk=None)]
    bus.acu.scan()
    assert latency(bus, 0) < 0.1
    found = [bus.expect(events.ReaderFound, 10.0) for _ in range(2)]
    assert [event.address for event in found] == [5, 9]
    assert all(event.identification is not None for event in found)
    bus.expect(events.ScanFinished, 10.0)
    assert latency(bus, 0) < 0.020


def test_an_address_scan_works_on_a_bus_without_readers() -> None:
    acu = AccessControlUnit([], baud=115200, random_bytes=seeded_bytes())
    bus = EmulatedBus(acu, [device(3)])
    acu.scan(range(5))
    assert bus.expect(events.ReaderFound).address == 3
    bus.expect(events.ScanFinished)
    assert acu.next_deadline() is None


def test_a_readers_move_to_another_address_is_followed() -> None:
    bus = bus_of(1)
    bus.acu.send(1, commands.ComSet(4, 115200))
    assert bus.expect(events.ReaderOnline).address == 4
    assert bus.acu.is_online(4)


def test_a_reader_cannot_be_sent_where_another_lives() -> None:
    bus = bus_of(1, 2)
    with pytest.raises(FieldRangeError, match="two readers"):
        bus.acu.send(1, commands.ComSet(2, 115200))


def test_of_two_readers_on_their_way_to_one_address_the_first_is_followed() -> None:
    bus = bus_of(1, 2)
    links = dict(bus.acu._links)
    for address in (1, 2):
        bus.acu.send(address, commands.ComSet(4, 115200))
    bus.run(0.1)
    (followed,) = bus.acu._links.values()
    moved = [event.address for event in bus.acu_events if isinstance(event, events.CommunicationChanged)]
    assert len(moved) == 2
    assert followed is links[moved[0]]


def test_a_line_is_raised_to_another_speed() -> None:
    bus = secure_bus(baud=9600)
    bus.expect(events.ReaderOnline)
    bus.acu.send(1, commands.ComSet(1, 115200))
    assert bus.expect(events.CommunicationChanged).baud == 115200
    bus.acu.set_baud(115200)
    bus.devices[0].set_baud(115200)
    bus.baud = 115200
    bus.expect(events.ReaderOnline)
    assert latency(bus, 0) < 0.020


def test_a_file_reaches_the_reader_while_cards_are_read() -> None:
    bus = bus_of(1)
    bus.acu.send_file(1, 3, bytes(range(256)) * 20)
    bus.devices[0].present_card(b"\x12", 8, now=bus.now)
    bus.expect(events.CardRead)
    received = bus.expect(events.FileReceived)
    assert (received.type, received.data) == (3, bytes(range(256)) * 20)
    assert bus.expect(events.FileSent).type == 3


def test_a_smart_card_is_asked_in_parts_and_answers_in_parts() -> None:
    settings = PeripheralSettings(1, scbk=KEY, capabilities=Capabilities((Capability(12, 1, 0), Capability(9, 1, 0))))
    smart = PeripheralDevice(settings, baud=115200, random_bytes=seeded_bytes(2))
    acu = AccessControlUnit([ReaderSettings(1, scbk=KEY)], baud=115200, random_bytes=seeded_bytes(1))
    bus = EmulatedBus(acu, [smart])
    bus.expect(events.ReaderOnline)
    acu.send_message(1, commands.Authenticate, bytes(300))
    assembly = Assembly()
    whole = None
    while whole is None:
        command = bus.expect(events.CommandReceived).command
        assert isinstance(command, commands.Authenticate)
        whole = assembly.add(command.fragment)
    assert whole == bytes(300)
    smart.report_message(AuthenticationResult, bytes(2000))
    read = bus.expect(events.SmartCardDataRead)
    assert (read.code, read.data) == (ReplyCode.GENAUTHR, bytes(2000))


def test_an_application_that_takes_no_events_stops_the_polling_and_not_the_memory() -> None:
    acu = AccessControlUnit([ReaderSettings(1)], baud=115200, random_bytes=bytes)
    for _ in range(EVENTS_MAX):
        acu.send(1, commands.Buzzer())
    acu.handle_timer(1.0)
    assert acu.bytes_to_send() == b""
    assert acu.next_deadline() is None
    assert isinstance(acu.next_event(), events.CommandFailed)
    assert acu.next_deadline() is not None


def test_a_pairing_gives_the_reader_its_own_key() -> None:
    acu = AccessControlUnit([ReaderSettings(1, is_pairing=True)], baud=115200, random_bytes=seeded_bytes(1))
    fresh = PeripheralDevice(PeripheralSettings(1, is_install_mode=True), baud=115200, random_bytes=seeded_bytes(2))
    bus = EmulatedBus(acu, [fresh])
    assert not bus.expect(events.ReaderOnline).is_secure
    acu.send(1, commands.KeySet(KEY))
    assert bus.expect(events.KeyChanged).key == KEY
    assert bus.expect(events.ReaderOnline).is_secure


def test_a_frame_behind_a_false_start_is_found_when_the_time_out_ends_it() -> None:
    bus = bus_of(1)
    bus.run_until(lambda: bus.acu._asked is not None)
    bus.acu.receive_bytes(b"\x53\x81\x40\x00", bus.now)
    bus.run(0.3)
    assert bus.acu.is_online(1)
    assert latency(bus, 0) < 0.1


def test_an_empty_read_changes_nothing() -> None:
    bus = bus_of(1)
    bus.run_until(lambda: bus.acu._asked is not None)
    deadline = bus.acu.next_deadline()
    bus.acu.receive_bytes(b"", bus.now)
    assert bus.acu.next_deadline() == deadline


@pytest.mark.parametrize(("has_echo", "is_repeated_at_once"), [(True, True), (False, False)])
def test_an_echo_does_not_hold_up_the_next_command_and_noise_does(has_echo: bool, is_repeated_at_once: bool) -> None:
    acu = AccessControlUnit([ReaderSettings(1)], baud=115200, random_bytes=seeded_bytes())
    acu.handle_timer(0.0)
    sent = acu.bytes_to_send()
    acu.receive_bytes(sent if has_echo else b"\x00", 0.003)
    acu.handle_timer(0.008)
    assert (acu.bytes_to_send() == sent) is is_repeated_at_once
    acu.handle_timer(0.025)
    assert acu.counters(1).transmissions == 2
