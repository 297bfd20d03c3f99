"""The command `tornello-gateway self-test`. Exit codes: 0 nothing is bad, 1 something is, 2 wrong usage."""

import argparse
import json
import logging
import sys
from typing import Final

import msgspec

from gateway.self_test.wording import describe_outcomes
from sync_protocol.self_test import CheckOutcome, is_sound

_EPILOGUE: Final = """\
examples:
  tornello-gateway self-test
  tornello-gateway self-test --after-upgrade --json

exit codes:
  0  nothing is bad
  1  something is bad
  2  wrong usage
"""


def add_self_test_command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", shared: argparse.ArgumentParser
) -> None:
    """Add the command; it reads the configuration itself, for that one is missing is a finding."""
    words = "test this gateway, part by part, with a verdict each"
    parser = commands.add_parser(
        "self-test",
        parents=[shared],
        help=words,
        description=words,
        epilog=_EPILOGUE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--after-upgrade",
        action="store_true",
        required=True,
        help="only whether this program would work with this configuration and these stores: "
        "no hardware, no network, nothing is written into them",
    )
    parser.add_argument("--json", action="store_true", help="the verdicts as one object")
    parser.set_defaults(command=_self_test)


def _self_test(options: argparse.Namespace) -> int:
    from gateway.self_test.after_upgrade import check_after_upgrade

    if not options.debug:
        # The verdicts say it all; the synthetic taps would look like real ones in the log.
        logging.getLogger("gateway").setLevel(logging.CRITICAL)
    return _tell(check_after_upgrade(options.config), options)


def _tell(outcomes: tuple[CheckOutcome, ...], options: argparse.Namespace) -> int:
    if options.json:
        print(json.dumps({"is_sound": is_sound(outcomes), "checks": [_fields(outcome) for outcome in outcomes]}))
    else:
        print(describe_outcomes(outcomes, has_colours=sys.stdout.isatty()))
    return 0 if is_sound(outcomes) else 1


def _fields(outcome: CheckOutcome) -> dict[str, str]:
    return msgspec.structs.asdict(outcome)
