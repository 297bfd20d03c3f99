"""`python -m tests.fuzz TARGET --seconds N`: run one target with fresh seeds until time is up.

A failure prints the seed; `--seed S` runs that one again.
"""

import argparse
import importlib
import pkgutil
import secrets
import sys
import time
from random import Random

import tests.fuzz

_SEED_BITS = 32


def main(argv: list[str]) -> int:
    """Parse the arguments and fuzz; exit status 1 when a seed fails."""
    targets = sorted(info.name for info in pkgutil.iter_modules(tests.fuzz.__path__) if info.name != "__main__")
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("target", choices=targets)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, help="run this seed alone")
    arguments = parser.parse_args(argv)
    fuzz = importlib.import_module(f"tests.fuzz.{arguments.target}").fuzz
    if arguments.seed is not None:
        fuzz(Random(arguments.seed))
        return 0
    end, count = time.monotonic() + arguments.seconds, 0
    while time.monotonic() < end:
        seed = secrets.randbits(_SEED_BITS)
        try:
            fuzz(Random(seed))
        except Exception:
            print(f"seed {seed} failed: python -m tests.fuzz {arguments.target} --seed {seed}")
            raise
        count += 1
    print(f"{arguments.target}: {count} seeds in {arguments.seconds:.0f} s, no failure")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
