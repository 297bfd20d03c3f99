"""A relay that closes always opens again."""

from gateway.domain.access_point import Direction
from gateway.service.relay_pulses import RelayPulses
from tests.gate_fakes import FakeTimers


def relays() -> tuple[RelayPulses, FakeTimers, list[tuple[Direction, bool]]]:
    driven: list[tuple[Direction, bool]] = []
    timers = FakeTimers()
    return RelayPulses(lambda direction, is_closed: driven.append((direction, is_closed)), timers), timers, driven


def test_a_pulse_closes_at_once_and_opens_in_time() -> None:
    pulses, timers, driven = relays()
    pulses.close_for("in", 500)
    assert driven == [("in", True)]
    assert pulses.is_closed("in")
    timers.advance(0.499)
    assert driven == [("in", True)]
    timers.advance(0.001)
    assert driven == [("in", True), ("in", False)]
    assert not pulses.is_closed("in")


def test_a_second_pulse_starts_the_first_anew() -> None:
    pulses, timers, driven = relays()
    pulses.close_for("in", 500)
    timers.advance(0.4)
    pulses.close_for("in", 500)
    timers.advance(0.4)
    assert pulses.is_closed("in")
    timers.advance(0.1)
    assert driven[-1] == ("in", False)


def test_opening_all_ends_every_pulse_at_once() -> None:
    pulses, timers, driven = relays()
    pulses.close_for("in", 500)
    pulses.open_all()
    assert driven == [("in", True), ("in", False), ("out", False)]
    timers.advance(1)
    assert len(driven) == 3
