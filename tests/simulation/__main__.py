"""Replay a simulation by its seed. Without a name it is `whole`. Exit status 1: a law is broken, 0: none is."""

import argparse
import logging
import os
import sys
from pathlib import Path

from tests.memory_folder import memory_folder
from tests.simulation.gym_day.day import simulate_day
from tests.simulation.power import cut_power
from tests.simulation.whole.many import simulate_seeds

_EXAMPLES = """examples:
  python -m tests.simulation --seed 7                  the world of seed 7; its last events if a law broke
  python -m tests.simulation --seed 7 --days 1         the same club for a whole day of storm (minutes)
  python -m tests.simulation whole --seed 1 --seeds 3000
  python -m tests.simulation day --seed 3
  python -m tests.simulation power --seed 5 --cuts 100 --keep /dev/shm/card
"""
_HOURS_A_DAY = 24


def main(argv: list[str]) -> int:
    """Parse the arguments, simulate, print."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.simulation",
        description=__doc__,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="name", required=True, metavar="NAME")
    power = commands.add_parser("power", help="power cuts of the gateway's store")
    power.add_argument("--seed", type=int, default=1)
    power.add_argument("--cuts", type=int, default=2000)
    power.add_argument("--synchronous", choices=("OFF", "NORMAL", "FULL"), help="instead of what the store asks for")
    power.add_argument("--keep", type=Path, metavar="FOLDER", help="leave the card of the last cut there")
    power.set_defaults(command=_cut_power)
    whole = commands.add_parser("whole", help="a whole site: gateways, broker, cloud, members, staff")
    whole.add_argument("--seed", type=int, default=1)
    whole.add_argument("--seeds", type=int, default=1, metavar="N", help="so many worlds, from --seed on")
    lasting = whole.add_mutually_exclusive_group()
    lasting.add_argument("--hours", type=float, help="how long each storm lasts (default: 10 to 30 s, by the seed)")
    lasting.add_argument("--days", type=float, metavar="D", help="the same in days")
    whole.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    whole.set_defaults(command=_simulate_whole)
    day = commands.add_parser("day", help="a gym's day at one gateway: hundreds of members, a power cut, a fire")
    day.add_argument("--seed", type=int, default=1)
    day.add_argument("--seeds", type=int, default=1, metavar="N", help="so many days, from --seed on")
    day.set_defaults(command=_simulate_days)
    is_named = not argv or not argv[0].startswith("-") or argv[0] in {"-h", "--help"}
    arguments = parser.parse_args(argv if is_named else ["whole", *argv])
    return 1 if arguments.command(arguments) else 0


def _cut_power(arguments: argparse.Namespace) -> bool:
    logging.disable()
    with memory_folder() as folder:
        report = cut_power(arguments.keep or folder, arguments.seed, arguments.cuts, synchronous=arguments.synchronous)
    print(report.to_text())
    return bool(report.violations)


def _simulate_whole(arguments: argparse.Namespace) -> bool:
    seeds = range(arguments.seed, arguments.seed + arguments.seeds)
    hours = arguments.hours if arguments.days is None else arguments.days * _HOURS_A_DAY
    storm_s = None if hours is None else hours * 3600
    broken = held = 0
    for report in simulate_seeds(seeds, workers=min(arguments.workers, arguments.seeds), storm_s=storm_s):
        broken, held = broken + bool(report.broken), held + (not report.broken)
        if report.broken or arguments.seeds == 1:
            print(report.to_text(), flush=True)
    print(f"{held + broken} worlds, {broken} with a broken law")
    return bool(broken)


def _simulate_days(arguments: argparse.Namespace) -> bool:
    reports = (simulate_day(seed) for seed in range(arguments.seed, arguments.seed + arguments.seeds))
    broken = 0
    for report in reports:
        broken += bool(report.broken)
        print(report.to_text(), flush=True)
    print(f"{arguments.seeds} days, {broken} with a broken law")
    return bool(broken)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
