"""How bad the world is in one run. Each kind of fault is absent from many runs, so that none hides another."""

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Weather:
    """Shares of messages, and mean seconds between faults (0: never)."""

    delay_max_s: float = 0.05
    dropped: float = 0.0
    repeated: float = 0.0
    reordered: float = 0.0
    refused: float = 0.0
    cut_every_s: float = 0.0
    half_open_every_s: float = 0.0
    broker_away_every_s: float = 0.0
    power_every_s: float = 0.0
    cloud_down_every_s: float = 0.0
    clock_step_every_s: float = 0.0


CALM = Weather()


def bad_weather(rng: random.Random) -> Weather:
    """Some faults, more or less of each."""

    def maybe(*choices: float) -> float:
        return rng.choice(choices) if rng.random() < 0.6 else 0.0

    return Weather(
        delay_max_s=rng.choice((0.02, 0.2, 1.0, 3.0)),
        dropped=maybe(0.01, 0.05, 0.2),
        repeated=maybe(0.05, 0.3),
        reordered=maybe(0.05, 0.3),
        refused=maybe(0.01, 0.05),
        cut_every_s=maybe(10, 30, 60),
        half_open_every_s=maybe(30, 60),
        broker_away_every_s=maybe(40, 90),
        power_every_s=maybe(10, 25, 60),
        cloud_down_every_s=maybe(20, 60),
        clock_step_every_s=maybe(20, 60),
    )
