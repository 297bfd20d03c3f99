"""Looking for readers."""

from firmware_protocol.osdp.peripheral_device import PeripheralSettings
from firmware_protocol.osdp.replies import Identification
from gateway.installer.scanning import FoundReader, find_readers
from tests.bench_in_memory import BenchLine, BenchReader
from tests.in_loop import in_loop

WHO = Identification(vendor_code=0xA1B2C3, serial_number=77)


@in_loop
async def test_readers_are_found_at_their_address_and_speed() -> None:
    slow = BenchReader(PeripheralSettings(address=2, identification=WHO))
    fast = BenchReader(PeripheralSettings(address=5, identification=WHO), baud=115_200)
    line = BenchLine([slow, fast])
    found = [reader async for reader in find_readers(line.open_bench, (9600, 38_400, 115_200), range(8))]
    assert found == [FoundReader(2, 9600, WHO), FoundReader(5, 115_200, WHO)]


@in_loop
async def test_a_reader_outside_the_addresses_is_not_found() -> None:
    line = BenchLine([BenchReader(PeripheralSettings(address=2))])
    assert [reader async for reader in find_readers(line.open_bench, (9600,), (3, 4))] == []
