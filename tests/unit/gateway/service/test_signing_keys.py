"""Keys change by the word of the old one, or by the cloud's own; rubbish cannot make the gateway ask often."""

import asyncio
from collections.abc import Mapping

from gateway.service.certificate_ports import DeskUnreachableError
from gateway.service.signing_keys import DELAY_MAX_S, FIRST_DELAY_S, KeyRing, SigningKeyKeeping
from sync_protocol.messages import SigningKeys
from sync_protocol.signing import key_id_of
from tests.fake_clock import FakeClock
from tests.in_loop import in_loop

OLD, NEW = bytes(32), bytes(range(32))


def ring(serial: int, *keys: bytes) -> KeyRing:
    return KeyRing(serial, {key_id_of(key): key for key in keys})


class Bench:
    def __init__(self) -> None:
        self.ring = ring(3, OLD)
        self.answer: KeyRing | Exception = DeskUnreachableError("down")
        self.asked = 0
        self.has_asked = asyncio.Event()
        self.is_disk_full = False
        self.believed: list[Mapping[str, bytes]] = []
        self.clock = FakeClock()
        self.keeping = SigningKeyKeeping(self, self, self.clock, believe=self.believed.append, random=lambda: 1.0)

    async def keep(self, ring: KeyRing) -> None:
        if self.is_disk_full:
            raise OSError("full")
        self.ring = ring

    async def obtain(self) -> KeyRing:
        self.asked += 1
        self.has_asked.set()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@in_loop
async def test_an_announced_key_is_kept_and_believed_beside_the_old_one_and_then_alone() -> None:
    bench = Bench()
    await bench.keeping.handle(SigningKeys(4, (OLD, NEW)))
    await bench.keeping.handle(SigningKeys(5, (NEW,)))
    assert (bench.ring, bench.keeping.serial) == (ring(5, NEW), 5)
    assert bench.believed == [ring(4, OLD, NEW).keys, ring(5, NEW).keys]


@in_loop
async def test_an_announcement_of_earlier_days_changes_nothing() -> None:
    bench = Bench()
    await bench.keeping.handle(SigningKeys(3, (NEW,)))
    await bench.keeping.handle(SigningKeys(2, (OLD, NEW)))
    assert (bench.ring, bench.believed) == (ring(3, OLD), [])


@in_loop
async def test_keys_that_cannot_be_stored_are_not_believed() -> None:
    bench = Bench()
    bench.is_disk_full = True
    await bench.keeping.handle(SigningKeys(4, (NEW,)))
    assert bench.believed == []


@in_loop
async def test_what_the_cloud_says_itself_counts_whatever_its_serial() -> None:
    bench = Bench()
    bench.answer = ring(1, NEW)
    await bench.keeping.ask()
    assert (bench.ring, bench.believed) == (ring(1, NEW), [ring(1, NEW).keys])


@in_loop
async def test_an_unknown_signature_makes_it_ask_at_once_and_then_ever_more_seldom() -> None:
    bench = Bench()
    running = asyncio.ensure_future(bench.keeping.run())
    waits = []
    for _ in range(9):
        bench.clock.advance(bench.keeping.wait_s)
        bench.has_asked.clear()
        bench.keeping.note_unknown_key()
        bench.keeping.note_unknown_key()
        await bench.has_asked.wait()
        waits.append(bench.keeping.wait_s)
    running.cancel()
    assert waits[:3] == [FIRST_DELAY_S, 2 * FIRST_DELAY_S, 4 * FIRST_DELAY_S]
    assert waits[-1] == DELAY_MAX_S
    assert bench.asked == 9


@in_loop
async def test_without_an_address_nobody_is_asked() -> None:
    bench = Bench()
    keeping = SigningKeyKeeping(bench, None, bench.clock, believe=bench.believed.append, random=lambda: 1.0)
    await keeping.ask()
    assert bench.believed == []
