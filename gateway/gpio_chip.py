"""Finds a GPIO chip by its label, because its number differs between Raspberry Pi models, and takes lines of it."""

import logging
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, cast

import gpiod

log = logging.getLogger(__name__)

CONSUMER: Final = "tornello-gateway"

_LineConfig = dict[Iterable[int | str] | int | str, gpiod.LineSettings | None]
"""What gpiod takes: more kinds of keys than we use, and a dict's key type allows no narrower one."""


class GpioError(Exception):
    """The lines cannot be used as configured: no such chip, no such line, or taken by another program."""


def find_chip(label: str, devices: Path = Path("/dev")) -> Path:
    """The character device of the chip with this label.

    Raises:
        GpioError: there is none; the message names those that there are.
    """
    labels = {}
    for path in sorted(devices.glob("gpiochip*")):
        try:
            with gpiod.Chip(str(path)) as chip:
                labels[chip.get_info().label] = path
        except OSError as error:
            log.warning("%s cannot be asked for its name: %s", path, error)
    if label not in labels:
        raise GpioError(f"no GPIO chip is called {label!r}; this machine has: {', '.join(labels) or 'none'}")
    return labels[label]


def take_lines(
    label: str, settings: Mapping[int, gpiod.LineSettings], *, event_count_max: int | None = None
) -> gpiod.LineRequest:
    """Take lines, given by their offsets, from the kernel, which keeps up to `event_count_max` edges that wait.

    Raises:
        GpioError: they cannot be had; the message says which and why.
    """
    path = find_chip(label)
    config = cast("_LineConfig", dict(settings))
    try:
        return gpiod.request_lines(str(path), consumer=CONSUMER, config=config, event_buffer_size=event_count_max)
    except (OSError, ValueError) as error:
        raise GpioError(f"{path} ({label}) does not give these lines: {error}") from error
