"""PINs: collected, bounded, cleared."""

from gateway.domain.access_point import ReaderKey
from gateway.service.pin_collection import PIN_TIMEOUT_S, PinCollection
from gateway.service.ports import KeysPressed
from tests.gate_fakes import FakeTimers

ENTRY, EXIT = ReaderKey("entry"), ReaderKey("exit")


class Pads:
    def __init__(self) -> None:
        self.timers = FakeTimers()
        self.pins = PinCollection(self.timers)

    def press(self, keys: str, reader: ReaderKey = ENTRY) -> None:
        self.pins.press(KeysPressed(reader, keys, self.timers.now_s))


def test_a_pin_that_was_ended_is_taken_once() -> None:
    pads = Pads()
    for key in "1234#":
        pads.press(key)
    assert pads.pins.take(ENTRY) == "1234"
    assert pads.pins.take(ENTRY) is None


def test_a_pin_that_was_not_ended_is_none_and_does_not_outlive_the_card() -> None:
    pads = Pads()
    pads.press("12")
    assert pads.pins.take(ENTRY) is None
    pads.press("34#")
    assert pads.pins.take(ENTRY) == "34"


def test_each_reader_has_its_own_keypad() -> None:
    pads = Pads()
    pads.press("12", ENTRY)
    pads.press("99#", EXIT)
    assert (pads.pins.take(ENTRY), pads.pins.take(EXIT)) == (None, "99")


def test_a_pin_is_forgotten_when_no_card_follows_in_time() -> None:
    pads = Pads()
    pads.press("1234#")
    pads.timers.advance(PIN_TIMEOUT_S)
    assert pads.pins.take(ENTRY) is None


def test_keys_that_stop_are_forgotten_and_each_key_gives_time_again() -> None:
    pads = Pads()
    pads.press("1")
    pads.timers.advance(PIN_TIMEOUT_S - 1)
    pads.press("2")
    pads.timers.advance(PIN_TIMEOUT_S - 1)
    pads.press("3#")
    assert pads.pins.take(ENTRY) == "123"
    pads.press("4")
    pads.timers.advance(PIN_TIMEOUT_S)
    pads.press("5#")
    assert pads.pins.take(ENTRY) == "5"


def test_whoever_types_again_means_another_pin() -> None:
    pads = Pads()
    pads.press("1111#")
    pads.press("2")
    assert pads.pins.take(ENTRY) is None


def test_keys_are_never_shown() -> None:
    assert "1234" not in repr(KeysPressed(ENTRY, "1234", 0.0))
