"""Leaves every relay in its lane's safe state when no gateway runs: after a stop, a crash, a kill by the watchdog.

A GPIO line keeps its last level after the process that drove it. So that this works with a configuration that somebody
has just broken, a starting gateway notes which lines it drives.
"""

import json
import logging
import os
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from gateway.adapters.lane_gpio import GpioWiring, make_safe
from gateway.config import ConfigError, GatewayConfig, load_config
from gateway.config_lanes import LaneConfig
from gateway.gpio_chip import GpioError

log = logging.getLogger(__name__)

NOTE: Final = "relays.json"
"""The note's name in the state folder."""


class NothingKnownError(Exception):
    """Neither the configuration nor a note says which relays there are."""


def wiring_of(lane: LaneConfig) -> GpioWiring | None:
    """The GPIO lines of a lane; None when it has none."""
    gpio = lane.gpio
    if gpio is None:
        return None
    return GpioWiring(
        gpio.chip,
        gpio.relays,
        gpio.inputs,
        gpio.active_low,
        normally_closed=gpio.normally_closed,
        debounce=timedelta(milliseconds=gpio.debounce_ms),
        is_left_open=lane.on_failure == "open",
    )


def make_lanes_safe(config: GatewayConfig) -> None:
    """Before anything else of a start: relays into their safe state, and the note of them.

    Raises:
        GpioError: the lines of a lane cannot be had.
        OSError: the note cannot be written.
    """
    wirings = [wiring for lane in config.lanes if (wiring := wiring_of(lane)) is not None]
    for wiring in wirings:
        make_safe(wiring)
    config.state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    note = config.state_dir / NOTE
    fresh = note.with_suffix(".new")
    fresh.write_text(json.dumps([_noted(wiring) for wiring in wirings]))
    fresh.replace(note)


def release_lanes(config_path: Path) -> list[GpioError]:
    """Bring every relay into its safe state; what could not be done is returned, the others are done.

    Raises:
        NothingKnownError: nothing says which relays there are.
    """
    configured, trouble = _configured(config_path)
    state_dir = configured.state_dir if configured else Path(os.environ.get("STATE_DIRECTORY", ""))
    noted = _read_note(state_dir / NOTE)
    if configured is None and noted is None:
        raise NothingKnownError(f"no relay is known: {trouble}; and there is no {state_dir / NOTE}")
    if configured is None:
        log.warning("the relays are those of %s, because %s", state_dir / NOTE, trouble)
    current = [wiring_of(lane) for lane in configured.lanes] if configured else []
    return _make_all_safe([wiring for wiring in current if wiring is not None], noted or [])


def _make_all_safe(current: Iterable[GpioWiring], noted: Iterable[GpioWiring]) -> list[GpioError]:
    """A line that both know is brought into the state that the configuration wants now."""
    failures: list[GpioError] = []
    done: set[tuple[str, int]] = set()
    for wiring in (*current, *noted):
        lines = {(wiring.chip_label, offset) for offset in wiring.relays.values()}
        if lines <= done:
            continue
        done |= lines
        try:
            make_safe(wiring)
        except GpioError as error:
            failures.append(error)
    return failures


def _configured(path: Path) -> tuple[GatewayConfig | None, str]:
    try:
        return load_config(path, has_keys=False), ""
    except (ConfigError, OSError) as error:
        return None, str(error).partition("\n")[0]


def _noted(wiring: GpioWiring) -> dict[str, Any]:
    return {
        "chip": wiring.chip_label,
        "relays": dict(wiring.relays),
        "active_low": sorted(wiring.active_low),
        "is_left_open": wiring.is_left_open,
    }


def _read_note(path: Path) -> list[GpioWiring] | None:
    try:
        entries = json.loads(path.read_text())
        return [
            GpioWiring(
                entry["chip"],
                entry["relays"],
                {},
                frozenset(entry["active_low"]),
                is_left_open=entry["is_left_open"] is True,
            )
            for entry in entries
        ]
    except (OSError, ValueError, TypeError, KeyError):
        return None
