"""A Wiegand reader on lines that only exist in memory."""

import asyncio
import time

import gpiod
import pytest
from gpiod.line import Bias, Direction, Drive, Edge, Value

from firmware_protocol.wiegand import encode_wiegand26
from gateway.adapters.reader_wiegand_gpio import WiegandReader, WiegandWiring, line_settings, request_lines
from gateway.domain.access_point import ReaderKey
from gateway.domain.feedback import Beeps, Colour, Feedback, Light, ReaderAbilities, Signal
from gateway.gpio_chip import GpioError
from gateway.service.ports import CardPresented, KeysPressed, ReaderEvent, ReaderStatus
from tests.gate_fakes import FakeTimers
from tests.in_loop import in_loop
from tests.wiegand_lines import D0, D1, FakeLines

ENTRY = ReaderKey("entry")
GREEN, RED, BUZZER = 12, 13, 16
BARE = WiegandWiring("chip", D0, D1)
FULL = WiegandWiring("chip", D0, D1, green=GREEN, red=RED, buzzer=BUZZER)


class Stand:
    """A reader with short silences, and what it told."""

    def __init__(self, wiring: WiegandWiring = BARE) -> None:
        self.lines, self.timers, self.heard = FakeLines(), FakeTimers(), asyncio.Queue[ReaderEvent]()
        self.reader = WiegandReader(ENTRY, wiring, self.lines, timers=self.timers, silence_s=0.02)
        self.reader.set_listener(self.heard.put_nowait)

    def show(self, colour: Colour, beeps: int = 0, *, on_ms: int = 100, off_ms: int = 0) -> None:
        self.reader.show(ENTRY, Feedback(Signal(Light(colour, on_ms, off_ms), Beeps(beeps)), ("no display",), 1_000))


async def end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@in_loop
async def test_cards_and_keys_are_told_apart_by_silence_and_length() -> None:
    stand = Stand()
    running = asyncio.create_task(stand.reader.run())
    assert await stand.heard.get() == ReaderStatus(ENTRY, "online", abilities=ReaderAbilities())
    stand.lines.send(encode_wiegand26(17, 100), 26)
    card = await stand.heard.get()
    stand.lines.send(b"\x50", 4)
    key = await stand.heard.get()
    stand.lines.send(b"\x4b", 8)
    end_key = await stand.heard.get()
    stand.lines.send(b"\x80", 2)
    stand.lines.send(b"\x0f\x0f", 16)
    other = await stand.heard.get()
    await end(running)
    assert isinstance(card, CardPresented)
    assert (card.data, card.bit_count) == (encode_wiegand26(17, 100), 26)
    assert isinstance(key, KeysPressed)
    assert isinstance(end_key, KeysPressed)
    assert key.keys + end_key.keys == "5#"
    assert isinstance(other, CardPresented)
    assert (other.data, other.bit_count) == (b"\x83\xc3\xc0", 18), "no silence in between: one burst"
    assert stand.reader.counters(ENTRY) == {"cards": 2, "keys": 2, "noise": 0}
    assert stand.lines.is_released


@in_loop
async def test_two_cards_that_were_read_late_are_still_two() -> None:
    stand = Stand()
    running = asyncio.create_task(stand.reader.run())
    await stand.heard.get()
    for number in (1, 2):
        stand.lines.send(encode_wiegand26(17, number), 26)
    first, second = stand.lines.edges[:26], stand.lines.edges[26:]
    late = [gpiod.EdgeEvent(1, edge.timestamp_ns - 60_000_000, edge.line_offset, 0, 0) for edge in first]
    stand.lines.edges[:] = late + second
    cards = [await stand.heard.get(), await stand.heard.get()]
    await end(running)
    assert [each.data for each in cards if isinstance(each, CardPresented)] == [
        encode_wiegand26(17, 1),
        encode_wiegand26(17, 2),
    ]


@in_loop
async def test_a_spike_on_the_cable_is_counted_and_nothing_else() -> None:
    stand = Stand()
    running = asyncio.create_task(stand.reader.run())
    await stand.heard.get()
    stand.lines.send(b"\x80", 1)
    async with asyncio.timeout(30):
        while not stand.reader.counters(ENTRY)["noise"]:
            await asyncio.to_thread(time.monotonic)
    await end(running)
    assert stand.heard.empty()


def test_a_reader_shows_what_is_wired_and_says_what_that_is() -> None:
    stand = Stand(FULL)
    assert stand.reader.abilities == ReaderAbilities("tricolour", has_buzzer=True)
    stand.show("amber", beeps=2)
    assert stand.lines.lit() == {GREEN, RED, BUZZER}
    stand.show("red")
    assert stand.lines.lit() == {RED}
    stand.timers.advance(1.0)
    assert stand.lines.lit() == set()
    stand.show("blue")
    assert stand.lines.lit() == set()
    stand.show("green")
    stand.reader.show(ENTRY, Feedback(None, (), 0))
    assert stand.lines.lit() == set()
    stand.lines.release()


def test_a_light_may_blink_until_the_time_is_over() -> None:
    stand = Stand(FULL)
    stand.show("green", on_ms=300, off_ms=300)
    levels = []
    for _ in range(5):
        levels.append(stand.lines.lit())
        stand.timers.advance(0.3)
    assert levels == [{GREEN}, set(), {GREEN}, set(), set()]
    stand.lines.release()


def test_one_light_shows_what_it_can_and_a_bare_reader_nothing() -> None:
    one = Stand(WiegandWiring("chip", D0, D1, green=GREEN))
    assert one.reader.abilities == ReaderAbilities("single")
    one.show("amber", beeps=3)
    assert one.lines.lit() == {GREEN}
    one.show("red")
    assert one.lines.lit() == set()
    bare = Stand()
    bare.show("green", beeps=1)
    assert bare.lines.levels == {}
    for stand in (one, bare):
        stand.lines.release()


@in_loop
async def test_everything_is_off_at_the_end() -> None:
    stand = Stand(FULL)
    running = asyncio.create_task(stand.reader.run())
    await stand.heard.get()
    stand.show("green", beeps=5)
    await end(running)
    assert stand.lines.lit() == set()


@pytest.mark.parametrize(("is_active_low", "bias"), [(True, Bias.PULL_UP), (False, Bias.PULL_DOWN)])
def test_data_lines_tell_the_beginning_of_each_pulse_in_both_polarities(is_active_low: bool, bias: Bias) -> None:
    settings = line_settings(WiegandWiring("chip", D0, D1, is_active_low=is_active_low))
    assert set(settings) == {D0, D1}
    for each in settings.values():
        assert (each.direction, each.edge_detection, each.bias) == (Direction.INPUT, Edge.RISING, bias)
        assert each.active_low is is_active_low


@pytest.mark.parametrize(("is_active_low", "drive"), [(True, Drive.OPEN_DRAIN), (False, Drive.PUSH_PULL)])
def test_outputs_begin_dark_and_are_pulled_to_ground_alone(is_active_low: bool, drive: Drive) -> None:
    settings = line_settings(WiegandWiring("chip", D0, D1, buzzer=BUZZER, is_output_active_low=is_active_low))
    assert settings[BUZZER].output_value is Value.INACTIVE
    assert (settings[BUZZER].drive, settings[BUZZER].active_low) == (drive, is_active_low)


def test_lines_of_a_chip_that_is_not_there_are_refused() -> None:
    with pytest.raises(GpioError, match="no GPIO chip is called"):
        request_lines(BARE)
