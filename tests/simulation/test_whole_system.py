"""200 worlds, or as many as fit into a minute; `python -m tests.simulation --seed N` replays any of them."""

import itertools

from tests.simulation.whole.many import simulate_seed, simulate_seeds

SECONDS = 60.0
WORLDS_MAX = 200


def test_every_law_holds_in_every_world() -> None:
    seeds = itertools.count(1)
    reports = list(simulate_seeds(itertools.islice(seeds, WORLDS_MAX), workers=2, within_s=SECONDS))
    broken = [report.to_text() for report in reports if report.broken]
    taps = sum(report.counts["is shown"] for report in reports)
    print(f"{len(reports)} worlds, {taps} taps, {len(broken)} with a broken law")
    assert reports
    assert not broken, "\n\n".join(broken)


def test_the_same_seed_makes_the_same_world() -> None:
    reports = [*simulate_seeds([7, 7], workers=1, storm_s=5.0), simulate_seed(7, storm_s=5.0)]
    assert len({report.fingerprint for report in reports}) == 1
