"""`python -m tests.simulation power --seed N --cuts M`: replay a simulation by its seed. Exit status 1: a law broke."""

import argparse
import logging
import sys
from pathlib import Path

from tests.simulation.memory_folder import memory_folder
from tests.simulation.power import cut_power


def main(argv: list[str]) -> int:
    """Parse the arguments, simulate, print."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    commands = parser.add_subparsers(dest="name", required=True, metavar="NAME")
    power = commands.add_parser("power", help="power cuts of the gateway's store")
    power.add_argument("--seed", type=int, default=1)
    power.add_argument("--cuts", type=int, default=2000)
    power.add_argument("--synchronous", choices=("OFF", "NORMAL", "FULL"), help="instead of what the store asks for")
    power.add_argument("--keep", type=Path, metavar="FOLDER", help="leave the card of the last cut there")
    arguments = parser.parse_args(argv)
    logging.disable()
    with memory_folder() as folder:
        report = cut_power(arguments.keep or folder, arguments.seed, arguments.cuts, synchronous=arguments.synchronous)
    print(report.to_text())
    return 1 if report.violations else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
