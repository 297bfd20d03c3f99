"""2,000 power cuts of the gateway's store; `python -m tests.simulation power --seed N` replays any of them."""

from collections.abc import Iterator

import pytest

from tests.memory_folder import memory_folder
from tests.simulation.disk_connection import Synchronous
from tests.simulation.power import cut_power
from tests.simulation.silence import without_logs

SEED = 20_261_121
CUTS = 2_000


@pytest.fixture(autouse=True)
def _quietly() -> Iterator[None]:
    with without_logs():
        yield


def test_no_power_cut_loses_what_the_store_has_acknowledged() -> None:
    with memory_folder() as folder:
        report = cut_power(folder, SEED, CUTS)
    print(report.to_text())
    assert report.cuts == CUTS
    assert not report.violations, report.to_text()


@pytest.mark.parametrize(("synchronous", "share"), [("OFF", 0.5), ("NORMAL", 0.25)])
def test_the_same_cuts_lose_acknowledged_events_when_the_disk_is_not_synced(
    synchronous: Synchronous, share: float
) -> None:
    """Shows that the harness bites."""
    with memory_folder() as folder:
        report = cut_power(folder, SEED, 200, synchronous=synchronous)
    assert len(report.violations) >= share * report.cuts, report.to_text()


def test_the_same_seed_makes_the_same_cuts() -> None:
    with memory_folder() as folder:
        first, second = (cut_power(folder, SEED, 50, synchronous="NORMAL") for _ in range(2))
    assert first == second
