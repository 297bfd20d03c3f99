"""Many worlds, one after the other in a few processes, until there are enough or the time is over."""

import multiprocessing
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from itertools import islice

from tests.memory_folder import memory_folder
from tests.simulation.silence import without_logs
from tests.simulation.whole.world import Report, simulate


def simulate_seed(seed: int, storm_s: float | None = None) -> Report:
    """One world, without the product's logs."""
    with without_logs(), memory_folder() as folder:
        return simulate(seed, folder, storm_s=storm_s)


def simulate_seeds(
    seeds: Iterable[int], *, workers: int, within_s: float = float("inf"), storm_s: float | None = None
) -> Iterator[Report]:
    """A report for each seed, as they come; after `within_s` no other one is begun."""
    waiting = iter(seeds)
    ends_at = time.monotonic() + within_s
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        running: set[Future[Report]] = set()
        while True:
            room = workers - len(running) if time.monotonic() < ends_at else 0
            running |= {pool.submit(simulate_seed, seed, storm_s) for seed in islice(waiting, room)}
            if not running:
                return
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()
