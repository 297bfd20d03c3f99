import pytest

from firmware_protocol.osdp.access_control_unit import AccessControlUnit, ReaderSettings
from firmware_protocol.osdp.peripheral_device import PeripheralDevice, PeripheralSettings
from tests.unit.firmware_protocol.osdp.emulated_bus import KEY, EmulatedBus, seeded_bytes


@pytest.mark.parametrize("moment", range(12))
@pytest.mark.parametrize(
    ("baud", "neighbours", "limit"), [(9600, 0, 1.0), (115200, 0, 0.7), (9600, 1, 1.3), (115200, 1, 0.6)]
)
def test_a_reader_that_was_unplugged_for_15_seconds_is_soon_secure_at_whatever_moment_it_comes_back(
    baud: int, neighbours: int, limit: float, moment: int
) -> None:
    addresses = range(1 + neighbours)
    acu = AccessControlUnit([ReaderSettings(a, scbk=KEY) for a in addresses], baud=baud, random_bytes=seeded_bytes())
    devices = [
        PeripheralDevice(PeripheralSettings(a, scbk=KEY), baud=baud, random_bytes=seeded_bytes(a)) for a in addresses
    ]
    bus = EmulatedBus(acu, devices, baud=baud)
    assert bus.run_until(lambda: all(acu.is_online(address) for address in addresses))
    unplugged = bus.devices.pop(0)
    bus.run(15.0 + moment / 10)
    assert not acu.is_online(0)
    bus.devices.insert(0, unplugged)
    assert bus.run_until(lambda: acu.is_online(0), limit)
