"""Power cuts of the gateway's store: lives on a simulated disk, cut at random moments, opened again by the product.

A life begins on what an earlier cut has left, so that recovery is cut as well. Each image is written to a real folder
and opened as `tornello-gateway run` opens it, with the SQLite of this machine. The laws are in `surviving_card`.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.desired_state import DesiredState
from tests.simulation.disk import Marked, SimulatedDisk, images_after_cuts
from tests.simulation.disk_connection import CommitBegun, CommitDone, DiskSettings, Synchronous
from tests.simulation.gateway_life import GatewayLife, Promise
from tests.simulation.surviving_card import BLANK, BrokenLawError, Card, Expectation, inspect

CUTS_A_LIFE = 25
STEPS_A_LIFE = 60
LIVES_A_CARD = 8


@dataclass(frozen=True, slots=True)
class Violation:
    """A law that was broken; `cut` counts the cuts of the run, from 1."""

    cut: int
    what: str


@dataclass(slots=True)
class PowerReport:
    """How a run went; `operations` of the disk were done in all its lives."""

    seed: int
    cuts: int = 0
    operations: int = 0
    violations: list[Violation] = field(default_factory=list)

    def to_text(self) -> str:
        lines = [f"seed {self.seed}: {self.cuts} cuts in {self.operations} operations, {len(self.violations)} broken"]
        return "\n".join([*lines, *(f"  cut {violation.cut}: {violation.what}" for violation in self.violations)])


def cut_power(folder: Path, seed: int, cuts: int, *, synchronous: Synchronous | None = None) -> PowerReport:
    """Make so many cuts; the same seed makes the same ones. `synchronous` overrules what the store asks SQLite for."""
    rng = random.Random(seed)
    report = PowerReport(seed)
    while report.cuts < cuts:
        card, cloud = BLANK, DesiredState()
        for _ in range(LIVES_A_CARD):
            disk = _live(folder, card, cloud, rng, synchronous=synchronous)
            survivors = _cut(disk, card, report, rng, folder=folder, cuts=min(CUTS_A_LIFE, cuts - report.cuts))
            if not survivors:
                break
            card = rng.choice(survivors)
    return report


def _live(
    folder: Path, card: Card, cloud: DesiredState, rng: random.Random, *, synchronous: Synchronous | None
) -> SimulatedDisk:
    """One life, from what a cut has left to its end in good order or not."""
    disk = SimulatedDisk(card.image)
    settings = DiskSettings(synchronous, checkpoint_pages=rng.choice((4, 20, 100, 1000)))
    life = GatewayLife(disk, folder, settings, cloud=cloud, rng=rng)
    life.live(STEPS_A_LIFE)
    end = len(disk.log)
    life.close()
    if rng.random() < 0.7:
        del disk.log[end:]  # the process did not come to its end
    return disk


def _cut(
    disk: SimulatedDisk, card: Card, report: PowerReport, rng: random.Random, *, folder: Path, cuts: int
) -> list[Card]:
    """Cut the life on this disk at so many moments; the cards that kept every law."""
    moments = sorted(rng.choices(range(len(disk.log) + 1), k=cuts))
    report.operations += len(disk.log)
    survivors = []
    expectations = _expectations(disk, card, moments)
    for image, expected in zip(images_after_cuts(disk, moments, rng), expectations, strict=True):
        report.cuts += 1
        try:
            survivors.append(inspect(folder / "card", image, expected))
        except BrokenLawError as error:
            report.violations.append(Violation(report.cuts, str(error)))
    return survivors


def _expectations(disk: SimulatedDisk, card: Card, moments: Sequence[int]) -> list[Expectation]:
    """What the marks before each moment allow."""
    contents = {name: [content] for name, content in card.contents.items()}
    promise = card.promise
    done = 0
    expectations = []
    for moment in moments:
        for operation in disk.log[done:moment]:
            match operation:
                case Marked(Promise() as promise):
                    pass
                case Marked(CommitBegun(name, content)):
                    contents.setdefault(name, []).append(content)
                case Marked(CommitDone(name, is_durable=True)):
                    del contents[name][:-1]
        done = moment
        expectations.append(Expectation({name: frozenset(each) for name, each in contents.items()}, promise))
    return expectations
