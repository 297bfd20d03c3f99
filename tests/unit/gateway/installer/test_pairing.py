"""Keys for readers: whatever happens on the way, no reader has a key that nobody knows."""

import contextlib
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field

import pytest

from firmware_protocol.osdp import commands, events
from firmware_protocol.osdp.errors import CommandRefusedError
from firmware_protocol.osdp.peripheral_device import PeripheralSettings
from firmware_protocol.osdp.reader_settings import ReaderSettings
from firmware_protocol.osdp.replies import Capabilities, Identification
from gateway.installer.bench import InstallerError, InstallerRefusedError, NoAnswerError
from gateway.installer.pairing import Mode, Pairing
from tests.bench_in_memory import BenchLine, BenchReader
from tests.in_loop import in_loop

OLD, NEW, OTHER = (bytes([number]) * 16 for number in (1, 2, 3))


class PowerCutError(Exception):
    """The installer's machine goes dark."""


@dataclass
class Keys:
    current: bytes | None = None
    pending: bytes | None = None
    history: list[str] = field(default_factory=list)

    def save_pending(self, key: bytes) -> None:
        self.pending = key

    def promote(self) -> None:
        self.current, self.pending = self.pending, None

    def drop_pending(self) -> None:
        self.pending = None


class Site:
    """A reader in the state given, and our side of it."""

    def __init__(self, keys: Keys, *, scbk: bytes | None = None, is_install_mode: bool = False) -> None:
        settings = PeripheralSettings(address=3, scbk=scbk, is_install_mode=is_install_mode)
        self.reader = BenchReader(settings)
        self.line, self.keys, self.told = BenchLine([self.reader]), keys, list[str]()

    async def pair(self, mode: Mode = "new", new_key: bytes = NEW) -> None:
        pairing = Pairing(
            3,
            baud=9600,
            open_bench=self.line.open_bench,
            keys=self.keys,
            new_key=lambda: new_key,
            tell=self.told.append,
        )
        await pairing.run(mode)


@in_loop
async def test_a_new_reader_gets_a_key_proves_it_and_it_is_in_force() -> None:
    site = Site(Keys(), is_install_mode=True)
    await site.pair()
    assert (site.keys.current, site.keys.pending, site.reader.keys) == (NEW, None, [NEW])
    assert site.told == [
        "waiting for the reader at address 3",
        "the reader answers to the default key: vendor 000000, model 0, serial number 0",
        "a new key is on its way to the reader",
        "the reader proved in a new handshake that it holds the new key",
    ]
    assert NEW.hex() not in "".join(site.told)


@in_loop
async def test_a_reader_for_which_there_is_a_key_is_left_alone_unless_told() -> None:
    site = Site(Keys(current=OLD), scbk=OLD)
    with pytest.raises(InstallerRefusedError, match="there is a key for this reader already: --rotate"):
        await site.pair()
    assert site.line.opened_bauds == []


@in_loop
async def test_a_reader_with_a_key_of_somebody_else_is_not_taken_over() -> None:
    site = Site(Keys(), scbk=OTHER)
    with pytest.raises(InstallerRefusedError, match=r"does not take the default key .* install mode"):
        await site.pair()
    assert (site.keys.current, site.keys.pending) == (None, None)


@in_loop
async def test_a_key_is_rotated_within_the_channel_of_the_old_one() -> None:
    site = Site(Keys(current=OLD), scbk=OLD)
    await site.pair("rotate")
    assert (site.keys.current, site.reader.keys) == (NEW, [NEW])
    assert "the reader answers to its key" in site.told[1]


@in_loop
async def test_nothing_is_rotated_without_a_key_or_with_a_wrong_one() -> None:
    with pytest.raises(InstallerRefusedError, match="no key for this reader yet"):
        await Site(Keys(), is_install_mode=True).pair("rotate")
    site = Site(Keys(current=OTHER), scbk=OLD)
    with pytest.raises(InstallerError, match=r"does not answer to its key .* --force"):
        await site.pair("rotate")
    assert site.keys.current == OTHER


@in_loop
async def test_a_reader_that_was_reset_is_paired_anew_by_force() -> None:
    site = Site(Keys(current=OLD), is_install_mode=True)
    await site.pair("force")
    assert (site.keys.current, site.reader.keys) == (NEW, [NEW])


@in_loop
async def test_nobody_there_is_said_so() -> None:
    site = Site(Keys(), is_install_mode=True)
    site.reader.is_silent = True
    with pytest.raises(NoAnswerError, match="nobody answers at address 3 with 9600 baud"):
        await site.pair()
    site.keys.pending = NEW
    with pytest.raises(NoAnswerError):
        await site.pair()
    assert site.keys.pending == NEW, "the reader may still hold it"


@in_loop
async def test_a_pairing_cut_before_the_reader_heard_of_the_key_begins_again() -> None:
    site = Site(Keys(), is_install_mode=True)

    def cut(command: commands.Command) -> None:
        raise PowerCutError

    site.line.disturb = cut
    with pytest.raises(PowerCutError):
        await site.pair(new_key=OTHER)
    assert (site.keys.pending, site.reader.keys) == (OTHER, [])
    site.line.disturb = lambda _: None
    await site.pair()
    assert (site.keys.current, site.keys.pending, site.reader.keys) == (NEW, None, [NEW])
    assert "the reader does not answer to that key: trying the one before it" in site.told


@in_loop
@pytest.mark.parametrize("mode", ["new", "rotate", "force"])
async def test_a_spoiled_handshake_forgets_no_key_that_the_reader_may_hold(mode: Mode) -> None:
    old = None if mode == "new" else OLD
    site = Site(Keys(current=old, pending=NEW), scbk=NEW)
    site.line.readers = [BenchReader(PeripheralSettings(address=3, scbk=b"\x09" * 16))]
    with pytest.raises(InstallerError):
        await site.pair(mode, new_key=OTHER)
    assert site.keys == Keys(current=old, pending=NEW)
    site.line.readers = [site.reader]
    await site.pair(mode, new_key=OTHER)
    assert site.keys == Keys(current=NEW)


@in_loop
async def test_a_pairing_cut_after_the_reader_took_the_key_is_completed_with_that_key() -> None:
    site = Site(Keys(current=OLD, pending=NEW), scbk=NEW)
    await site.pair("rotate", new_key=OTHER)
    assert (site.keys.current, site.keys.pending, site.reader.keys) == (NEW, None, [])
    assert site.told[-1] == "the reader holds that key: the pairing is complete"


@in_loop
async def test_a_reader_that_is_lost_while_it_takes_the_key_leaves_both_keys_to_try() -> None:
    site = Site(Keys(), is_install_mode=True)

    def unplug(command: commands.Command) -> None:
        site.reader.is_silent = True

    site.line.disturb = unplug
    with pytest.raises(InstallerError, match="run the same command again"):
        await site.pair()
    assert (site.keys.current, site.keys.pending) == (None, NEW)


@in_loop
async def test_a_reader_that_refuses_the_key_keeps_what_it_had() -> None:
    site = Site(Keys(), is_install_mode=True)
    bench = RefusingBench()
    pairing = Pairing(
        3, baud=9600, open_bench=bench.open_bench, keys=site.keys, new_key=lambda: NEW, tell=site.told.append
    )
    with pytest.raises(InstallerError, match="the reader did not take the key: the reader refused the command"):
        await pairing.run("new")
    assert (site.keys.current, site.keys.pending) == (None, None)


class RefusingBench:
    """A reader that is there and refuses each command."""

    def __init__(self) -> None:
        self.waiting: list[events.Event] = [
            events.TamperChanged(3, is_tampered=True),
            events.ReaderOnline(3, Identification(), Capabilities(), is_secure=False),
        ]

    @contextlib.asynccontextmanager
    async def open_bench(self, baud: int, readers: Sequence[ReaderSettings]) -> AsyncIterator["RefusingBench"]:
        yield self

    def send(self, address: int, command: commands.Command) -> None:
        self.waiting.append(events.TamperChanged(address, is_tampered=False))
        self.waiting.append(events.CommandFailed(address, command, CommandRefusedError(9)))

    def scan(self, addresses: Iterable[int]) -> None:
        """Nobody is looked for here."""

    def leave_alone(self, address: int) -> None:
        """Nobody is polled here."""

    async def next_event(self, timeout_s: float) -> events.Event | None:
        return self.waiting.pop(0)
