"""One reader that answers with garbage: what it may cost its neighbour on the same line."""

import functools
import random
from collections.abc import Callable
from statistics import median

import pytest

from firmware_protocol.osdp import events
from firmware_protocol.osdp.access_control_unit import AccessControlUnit, ReaderSettings
from firmware_protocol.osdp.peripheral_device import PeripheralDevice, PeripheralSettings
from firmware_protocol.osdp.timing import REPLY_DELAY_MAX, inter_character_timeout, transmission_time
from tests.simulation.osdp_line.dripping_reader import DrippingReader
from tests.unit.firmware_protocol.osdp.emulated_bus import KEY, EmulatedBus, seeded_bytes

NEIGHBOUR, BABBLER = 1, 2
CARDS = 50
CARD = b"\x12\x34\x56\x78"
Babble = Callable[[random.Random, bytes], bytes]


def wrong_crc(rng: random.Random, reply: bytes) -> bytes:
    return reply[:-1] + bytes((reply[-1] ^ 1,))


def lying_length(rng: random.Random, reply: bytes) -> bytes:
    return bytes.fromhex("ff 53 82 a0 05 0e") + rng.randbytes(8)


def noise(rng: random.Random, reply: bytes) -> bytes:
    return rng.randbytes(rng.randrange(1, 2 * len(reply)))


class Bursts:
    """Up to twenty good replies, up to twenty bad ones of all kinds, and so on."""

    def __init__(self) -> None:
        self._left = 0
        self._is_bad = False

    def __call__(self, rng: random.Random, reply: bytes) -> bytes:
        if self._left == 0:
            self._is_bad, self._left = not self._is_bad, rng.randrange(1, 20)
        self._left -= 1
        return rng.choice((wrong_crc, lying_length, noise))(rng, reply) if self._is_bad else reply


def make_bus(baud: int, readers: int) -> EmulatedBus:
    addresses = [NEIGHBOUR, BABBLER][:readers]
    acu = AccessControlUnit([ReaderSettings(a, scbk=KEY) for a in addresses], baud=baud, random_bytes=seeded_bytes())
    devices = [
        PeripheralDevice(PeripheralSettings(a, scbk=KEY), baud=baud, random_bytes=seeded_bytes(a)) for a in addresses
    ]
    return EmulatedBus(acu, devices, baud=baud)


def latencies(bus: EmulatedBus, rng: random.Random) -> list[float]:
    """Seconds from each of the neighbour's cards to its event, sorted."""
    found = []
    for _ in range(CARDS):
        bus.run(rng.uniform(0.05, 0.35))
        presented_at = bus.now
        bus.acu_events.clear()
        bus.devices[0].present_card(CARD, 32, now=bus.now)
        bus.expect(events.CardRead)
        found.append(bus.now - presented_at)
        assert bus.acu.is_online(NEIGHBOUR)
    return sorted(found)


@functools.cache
def latencies_alone(baud: int) -> list[float]:
    bus = make_bus(baud, 1)
    assert bus.run_until(lambda: bus.acu.is_online(NEIGHBOUR))
    return latencies(bus, random.Random(7))


def latencies_beside(baud: int, babble: Babble, *, settled_s: float) -> list[float]:
    """Beginning with the first garbage, ``settled_s`` after both are online."""
    rng = random.Random(7)
    bus = make_bus(baud, 2)
    assert bus.run_until(lambda: all(bus.acu.is_online(address) for address in (NEIGHBOUR, BABBLER)))
    bus.run(settled_s)
    bus.distort = lambda data: [(0.0, babble(rng, data) if data[2] == 0x80 | BABBLER else data)]
    return latencies(bus, rng)


@pytest.mark.parametrize("settled_s", [0.0, 10.0])
@pytest.mark.parametrize("make_babble", [lambda: wrong_crc, lambda: lying_length, lambda: noise, Bursts])
@pytest.mark.parametrize(("baud", "p50_cost_max"), [(9600, 0.010), (115200, 0.002)])
def test_a_babbling_reader_costs_its_neighbour_one_reply_time_out_at_worst(
    baud: int, p50_cost_max: float, make_babble: Callable[[], Babble], settled_s: float
) -> None:
    beside = latencies_beside(baud, make_babble(), settled_s=settled_s)
    assert median(beside) - median(latencies_alone(baud)) < p50_cost_max
    assert beside[-1] - latencies_alone(baud)[-1] < REPLY_DELAY_MAX


def frame_that_never_ends(_reply: bytes) -> bytes:
    return bytes.fromhex("ff 53 82 a0 05 04") + bytes(60)


def hundreds_of_bytes(_reply: bytes) -> bytes:
    return random.Random(3).randbytes(300)


@pytest.mark.parametrize(
    ("drip", "interval_ms"),
    [
        (frame_that_never_ends, 3.0),
        (frame_that_never_ends, 15.0),
        (hundreds_of_bytes, 0.0),
        (hundreds_of_bytes, 3.0),
    ],
)
@pytest.mark.parametrize("baud", [9600, 115200])
def test_a_dripping_reader_costs_its_neighbour_no_more_than_it_holds_the_line_itself(
    baud: int, drip: Callable[[bytes], bytes], interval_ms: float
) -> None:
    bus = make_bus(baud, 2)
    interval = max(interval_ms / 1000, transmission_time(1, baud))
    dripping = DrippingReader(bus.devices.pop(), drip, interval)
    bus.others.append(dripping)
    assert bus.run_until(lambda: all(bus.acu.is_online(address) for address in (NEIGHBOUR, BABBLER)))
    dripping.is_dripping = True
    beside = latencies(bus, random.Random(7))
    alone = latencies_alone(baud)
    seconds_held = len(drip(b"")) * interval + inter_character_timeout(baud)
    assert median(beside) - median(alone) < 0.005
    assert beside[-1] - alone[-1] < seconds_held
    dripping.is_dripping = False
    assert bus.run_until(lambda: bus.acu.is_online(BABBLER), 10.0), "it recovers as soon as it is asked again"
