"""A bus moves as one, or not at all."""

import contextlib
from collections.abc import AsyncIterator, Iterable, Sequence

import pytest

from firmware_protocol.osdp import commands, events
from firmware_protocol.osdp.peripheral_device import PeripheralSettings
from firmware_protocol.osdp.reader_settings import ReaderSettings
from firmware_protocol.osdp.replies import Capabilities, ComParameters, Identification
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


@in_loop
async def test_a_reader_that_is_lost_on_the_way_is_named() -> None:
    bus = Bus()

    def unplug(command: commands.Command) -> None:
        bus.entry.is_silent = True

    bus.line.disturb = unplug
    with pytest.raises(InstallerError, match="reader entry does not take another speed: the reader is offline"):
        await bus.change.run(9600, 115_200)


class ObstinateBench:
    """One reader that is there and answers COMSET as it likes."""

    def __init__(self, taken_baud: int) -> None:
        self.waiting: list[events.Event] = [events.ReaderOnline(0, Identification(), Capabilities(), is_secure=False)]
        self.taken_baud = taken_baud

    @contextlib.asynccontextmanager
    async def open_bench(self, baud: int, readers: Sequence[ReaderSettings]) -> AsyncIterator["ObstinateBench"]:
        yield self

    def send(self, address: int, command: commands.Command) -> None:
        self.waiting.append(events.CommandCompleted(address, command, ComParameters(address, self.taken_baud)))

    def scan(self, addresses: Iterable[int]) -> None:
        """Nobody is looked for here."""

    def leave_alone(self, address: int) -> None:
        """Nobody is polled here."""

    async def next_event(self, timeout_s: float) -> events.Event | None:
        return self.waiting.pop(0) if self.waiting else None


@in_loop
async def test_a_reader_that_answers_with_another_speed_did_not_move() -> None:
    change = BaudChange({"entry": ReaderSettings(0)}, ObstinateBench(9600).open_bench, lambda _: None)
    with pytest.raises(InstallerError, match="reader entry does not take 115200 baud, it stays at 9600"):
        await change.run(9600, 115_200)
