"""Kill broker, cloud and gateways of a site at random moments under load. Exit status 1: a law was broken.

With --apart the database is PostgreSQL, and API, ingester and publisher are processes of their own that die, too.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.chaos.kills import kill_apart, kill_at_random

_EXAMPLES = """\
examples:
  python -m tests.chaos                        40 kills, some two minutes
  python -m tests.chaos --seed 7 --rounds 500  a longer story, the same each time as far as chance goes
  python -m tests.chaos --apart --rounds 60    API, ingester and publisher die one by one
  python -m tests.chaos --keep /tmp/kills      look at databases and logs afterwards
"""


def main(argv: list[str]) -> int:
    """Parse the arguments, kill, print."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.chaos",
        description=__doc__,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=40, metavar="N", help="so many kills (default: 40)")
    parser.add_argument("--apart", action="store_true", help="kill API, ingester and publisher apart, on PostgreSQL")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="an empty folder that is left as it is at the end")
    arguments = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="tornello-kills-") as folder:
        if arguments.keep is not None:
            arguments.keep.mkdir(parents=True, exist_ok=True)
        kill = kill_apart if arguments.apart else kill_at_random
        report = kill(arguments.keep or Path(folder), arguments.seed, rounds=arguments.rounds)
    print(report.to_text())
    return 1 if report.broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
