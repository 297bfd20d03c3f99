"""One reader that answers with garbage: what it may cost its neighbour on the same line."""

import random
from collections.abc import Callable

import pytest

from firmware_protocol.osdp import events
from firmware_protocol.osdp.access_control_unit import AccessControlUnit, ReaderSettings
from firmware_protocol.osdp.peripheral_device import PeripheralDevice, PeripheralSettings
from firmware_protocol.osdp.timing import REPLY_DELAY_MAX
from tests.unit.firmware_protocol.osdp.emulated_bus import KEY, EmulatedBus, seeded_bytes

NEIGHBOUR, BABBLER = 1, 2
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


def neighbours_latencies(baud: int, babble: Babble | None, count: int = 100) -> list[float]:
    """Seconds from card to event, sorted, beginning with the first garbage; without ``babble``: alone on the line."""
    rng = random.Random(7)
    addresses = [NEIGHBOUR] if babble is None else [NEIGHBOUR, BABBLER]
    acu = AccessControlUnit([ReaderSettings(a, scbk=KEY) for a in addresses], baud=baud, random_bytes=seeded_bytes())
    devices = [
        PeripheralDevice(PeripheralSettings(a, scbk=KEY), baud=baud, random_bytes=seeded_bytes(a)) for a in addresses
    ]
    bus = EmulatedBus(acu, devices, baud=baud)
    assert bus.run_until(lambda: all(acu.is_online(address) for address in addresses))
    bus.run(10.0)
    if babble is not None:
        bus.distort = lambda data: [(0.0, babble(rng, data) if data[2] == 0x80 | BABBLER else data)]
    latencies = []
    for _ in range(count):
        bus.run(rng.uniform(0.05, 0.35))
        presented_at = bus.now
        bus.acu_events.clear()
        devices[0].present_card(CARD, 32, now=bus.now)
        bus.expect(events.CardRead)
        latencies.append(bus.now - presented_at)
        assert acu.is_online(NEIGHBOUR)
    return sorted(latencies)


@pytest.mark.parametrize("make_babble", [lambda: wrong_crc, lambda: lying_length, lambda: noise, Bursts])
@pytest.mark.parametrize(("baud", "p50_cost_max"), [(9600, 0.010), (115200, 0.002)])
def test_a_babbling_reader_costs_its_neighbour_one_reply_time_out_at_worst(
    baud: int, p50_cost_max: float, make_babble: Callable[[], Babble]
) -> None:
    alone, beside = neighbours_latencies(baud, None), neighbours_latencies(baud, make_babble())
    assert beside[50] - alone[50] < p50_cost_max
    assert beside[-1] - alone[-1] < REPLY_DELAY_MAX
