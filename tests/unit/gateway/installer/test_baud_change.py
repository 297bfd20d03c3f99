"""A bus moves as one, or not at all."""

import pytest

from firmware_protocol.osdp.peripheral_device import PeripheralSettings
from firmware_protocol.osdp.reader_settings import ReaderSettings
from gateway.installer.baud_change import BaudChange
from gateway.installer.bench import InstallerError, NoAnswerError
from tests.bench_in_memory import BenchLine, BenchReader
from tests.in_loop import in_loop

KEY = bytes(range(16))


class Bus:
    """Two readers, one of them in secure channel."""

    def __init__(self) -> None:
        self.entry = BenchReader(PeripheralSettings(address=0, scbk=KEY))
        self.exit = BenchReader(PeripheralSettings(address=1))
        self.told = list[str]()
        self.line = BenchLine([self.entry, self.exit])
        readers = {"entry": ReaderSettings(0, scbk=KEY), "exit": ReaderSettings(1)}
        self.change = BaudChange(readers, self.line.open_bench, self.told.append)

    @property
    def bauds(self) -> tuple[int, int]:
        return self.entry.baud, self.exit.baud


@in_loop
async def test_all_readers_move_and_answer_at_the_new_speed() -> None:
    bus = Bus()
    await bus.change.run(9600, 115_200)
    assert bus.bauds == (115_200, 115_200)
    assert sorted(bus.told) == [
        f"reader {name} answers at {baud} baud" for name in ("entry", "exit") for baud in (115_200, 9600)
    ]


@in_loop
async def test_a_reader_that_is_not_there_moves_nobody() -> None:
    bus = Bus()
    bus.exit.is_silent = True
    with pytest.raises(NoAnswerError, match=r"no answer at 9600 baud from: exit$"):
        await bus.change.run(9600, 115_200)
    assert bus.bauds == (9600, 9600)


@in_loop
async def test_a_reader_that_says_yes_and_stays_behind_brings_the_others_back() -> None:
    bus = Bus()
    bus.exit.takes_bauds = (9600,)
    with pytest.raises(InstallerError, match=r"no answer at 115200 baud from: exit; not moved back: exit$"):
        await bus.change.run(9600, 115_200)
    assert bus.bauds == (9600, 9600)


@in_loop
async def test_a_reader_that_breaks_its_secure_channel_moves_nobody() -> None:
    bus = Bus()
    bus.line.readers[0] = BenchReader(PeripheralSettings(address=0, scbk=bytes(16)))
    with pytest.raises(InstallerError, match="reader entry: the other end does not hold our key"):
        await bus.change.run(9600, 115_200)
    assert bus.bauds == (9600, 9600)
