from firmware_protocol.pin_entry import DIGITS_MAX, PinEntry


def test_a_hash_ends_the_pin() -> None:
    entry = PinEntry()
    assert entry.press("12", 1.0) is None
    assert entry.press("34#", 2.0) == "1234"
    assert entry.press("#", 3.0) is None


def test_a_star_clears_the_entry() -> None:
    assert PinEntry().press("99*12#", 1.0) == "12"


def test_waiting_too_long_clears_the_entry() -> None:
    entry = PinEntry(timeout=5.0)
    entry.press("99", 1.0)
    assert entry.press("12#", 6.1) == "12"


def test_keys_after_the_hash_begin_the_next_pin() -> None:
    entry = PinEntry()
    assert entry.press("12#3", 1.0) == "12"
    assert entry.press("4#", 2.0) == "34"


def test_too_many_digits_are_no_pin() -> None:
    assert PinEntry().press("1" * (DIGITS_MAX + 1) + "22#", 1.0) == "22"
