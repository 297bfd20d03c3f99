"""Chips are found by their label."""

from pathlib import Path

import pytest

from gateway.gpio_chip import GpioError, find_chip, take_lines


def test_a_chip_that_is_not_there_is_named() -> None:
    with pytest.raises(GpioError, match="no GPIO chip is called 'pinctrl-bcm2711'; this machine has: none"):
        find_chip("pinctrl-bcm2711", Path("/nowhere"))


def test_lines_of_a_chip_that_is_not_there_are_refused() -> None:
    with pytest.raises(GpioError, match="no GPIO chip is called 'a chip of another machine'"):
        take_lines("a chip of another machine", {})
