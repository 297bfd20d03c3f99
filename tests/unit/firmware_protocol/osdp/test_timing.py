import pytest

from firmware_protocol.osdp import timing


def test_a_byte_takes_ten_bit_times() -> None:
    assert timing.transmission_time(96, 9600) == pytest.approx(0.1)


def test_the_idle_gap_is_two_characters() -> None:
    assert timing.idle_gap(9600) == pytest.approx(0.00208, abs=0.00001)


def test_the_inter_character_timeout_is_20_ms_and_some_characters() -> None:
    assert timing.inter_character_timeout(115200) == pytest.approx(0.0217, abs=0.0001)
