"""Both ends over lines that misbehave: safety while they do, recovery when they stop."""

from collections.abc import Sequence

from hypothesis import example, given, settings
from hypothesis import strategies as st

from firmware_protocol.osdp import commands, events
from firmware_protocol.osdp.access_control_unit import AccessControlUnit, ReaderSettings
from firmware_protocol.osdp.peripheral_device import PeripheralDevice, PeripheralSettings
from firmware_protocol.osdp.reader_link import BABBLE_PAUSE_MAX
from tests.unit.firmware_protocol.osdp.bad_wire import BadWire
from tests.unit.firmware_protocol.osdp.emulated_bus import KEY, EmulatedBus, seeded_bytes

RECOVERY_SECONDS = 2.0
PATIENCE_SECONDS = RECOVERY_SECONDS + BABBLE_PAUSE_MAX  # a reader whose noise held the line is left alone for a while


def make_bus(wire: BadWire, seed: int, *, readers: int = 1, has_echo: bool = False) -> EmulatedBus:
    addresses = range(1, readers + 1)
    acu = AccessControlUnit(
        [ReaderSettings(address, scbk=KEY) for address in addresses], baud=115200, random_bytes=seeded_bytes(seed)
    )
    devices = [
        PeripheralDevice(
            PeripheralSettings(address, scbk=KEY, output_count=1),
            baud=115200,
            random_bytes=seeded_bytes(seed + address),
        )
        for address in addresses
    ]
    return EmulatedBus(acu, devices, distort=wire, has_echo=has_echo)


def _ends(happened: Sequence[object]) -> list[object]:
    return [event for event in happened if isinstance(event, events.CommandCompleted | events.CommandFailed)]


def card(number: int) -> bytes:
    return number.to_bytes(4, "big")


@given(seed=st.integers(0, 1 << 32), share=st.floats(0.01, 0.6), has_echo=st.booleans(), readers=st.integers(1, 3))
@example(seed=35635, share=0.390625, has_echo=True, readers=2)  # the second reader is left alone for 0.6 s
@settings(deadline=None, max_examples=40)
def test_nothing_is_forged_or_carried_out_twice_and_a_clean_line_recovers(
    seed: int, share: float, has_echo: bool, readers: int
) -> None:
    wire = BadWire(seed, share)
    bus = make_bus(wire, seed, readers=readers, has_echo=has_echo)
    sent = 0
    for number in range(15):
        bus.run(0.15)
        bus.devices[number % readers].present_card(card(number), 32, now=bus.now)
        address = number % readers + 1
        if bus.acu.is_online(address):
            control = commands.OutputControl.ON if number % 2 else commands.OutputControl.OFF
            bus.acu.send(address, commands.Output(0, control))
            sent += 1
    wire.is_clean = True
    assert bus.run_until(lambda: all(bus.acu.is_online(address) for address in range(1, readers + 1)), RECOVERY_SECONDS)
    assert bus.run_until(lambda: len(_ends(bus.acu_events)) == sent, PATIENCE_SECONDS), "a command without an end"
    bus.run(0.5)

    read = [int.from_bytes(event.data, "big") for event in bus.acu_events if isinstance(event, events.CardRead)]
    assert set(read) <= set(range(15)), "a card that nobody presented"
    assert len(read) == len(set(read)), "a card read twice"
    switched = sum(isinstance(event, events.OutputSet) for event in bus.device_events)
    ended = _ends(bus.acu_events)
    assert switched <= sent, "a command carried out twice"
    assert len(ended) == sent, "a command with two ends"

    bus.devices[0].present_card(b"last", 32, now=bus.now)
    is_read = bus.run_until(
        lambda: any(getattr(each, "data", b"") == b"last" for each in bus.acu_events), PATIENCE_SECONDS
    )
    assert is_read


@given(seed=st.integers(0, 1 << 32), garbage=st.lists(st.binary(max_size=60), max_size=30))
@settings(deadline=None, max_examples=40)
def test_any_bytes_on_the_line_leave_it_working_within_one_poll_cycle(seed: int, garbage: list[bytes]) -> None:
    bus = make_bus(BadWire(seed, 0.0), seed)
    bus.expect(events.ReaderOnline)
    for data in garbage:
        bus.run(0.003)
        bus.inject(data)
    bus.devices[0].present_card(b"last", 32, now=bus.now)
    assert bus.run_until(
        lambda: any(getattr(event, "data", b"") == b"last" for event in bus.acu_events), RECOVERY_SECONDS
    )
