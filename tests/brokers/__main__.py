"""Try a broker for what the sync contract asks of it, with the product's own links.

Exit status 1: something needed lacks; 2: the broker is not there. Nothing is installed: what to install is said.
"""

import argparse
import asyncio
import json
import logging
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from tests.brokers.claims import CONTRACT, Claim
from tests.brokers.claims_of_rights import RIGHTS
from tests.brokers.mosquitto import MosquittoOnTrial
from tests.brokers.rabbitmq import RabbitMqOnTrial
from tests.brokers.site import TrialSite, trial_site
from tests.brokers.trial_broker import BrokerMissingError, TrialBroker

BROKERS: Final[dict[str, Callable[[Path, Path], TrialBroker]]] = {
    "mosquitto": MosquittoOnTrial,
    "rabbitmq": RabbitMqOnTrial,
}
GATEWAYS: Final = 32
PATIENCE_S: Final = 300.0

_EXAMPLES = """\
examples:
  python -m tests.brokers rabbitmq            two to three minutes
  python -m tests.brokers rabbitmq --only id  the claims with this text in them
  python -m tests.brokers mosquitto --json
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of a claim; `seen` is what was seen instead, empty when it holds."""

    claim: str
    is_needed: bool
    seen: str


def main(argv: list[str]) -> int:
    """Parse the arguments, try, print."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.brokers",
        description=__doc__,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("broker", choices=sorted(BROKERS))
    parser.add_argument("--only", default="", metavar="TEXT", help="try the claims that have this text in them")
    parser.add_argument("--json", action="store_true", help="print one object")
    arguments = parser.parse_args(argv)
    logging.getLogger().addHandler(logging.NullHandler())  # refusals by the dozen are what is tried here
    claims = [claim for claim in (*CONTRACT, *RIGHTS) if arguments.only in claim.sentence]
    with tempfile.TemporaryDirectory(prefix="tornello-") as folder:
        try:
            with trial_site(Path(folder), BROKERS[arguments.broker], gateways=GATEWAYS) as site:
                findings = _print_each(site, claims, is_quiet=arguments.json)
                name = site.broker.describe()
        except BrokerMissingError as error:
            print(error, file=sys.stderr)
            return 2
    if arguments.json:
        print(json.dumps({"broker": name, "findings": [asdict(finding) for finding in findings]}))
    return 1 if any(finding.seen and finding.is_needed for finding in findings) else 0


def _print_each(site: TrialSite, claims: Sequence[Claim], *, is_quiet: bool) -> list[Finding]:
    if not is_quiet:
        print(site.broker.describe())
    findings = []
    for finding in _try_all(site, claims):
        findings.append(finding)
        if not is_quiet:
            grade = "holds" if not finding.seen else "FAILS" if finding.is_needed else "lacks"
            print(f"  {grade}  {finding.claim}" + (f": {finding.seen}" if finding.seen else ""), flush=True)
    return findings


def _try_all(site: TrialSite, claims: Sequence[Claim]) -> Iterator[Finding]:
    for claim in claims:
        try:
            seen = asyncio.run(asyncio.wait_for(claim.check(site), PATIENCE_S))
        except Exception as error:  # whatever breaks is what was seen of this claim
            seen = f"{type(error).__name__}: {error}"
        yield Finding(claim.sentence, claim.is_needed, seen)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
