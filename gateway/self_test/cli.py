"""The command `tornello-gateway self-test`. Exit codes: 0 nothing is bad, 1 something is, 2 wrong usage."""

import argparse
import contextlib
import json
import logging
import sys
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from gateway.installer.cli import UsageError
from gateway.self_test.wording import describe_outcomes
from sync_protocol.self_test import CheckOutcome, is_sound

_EPILOGUE: Final = """\
examples:
  tornello-gateway self-test
  tornello-gateway self-test --relay
  tornello-gateway self-test --after-upgrade --json

While the gateway runs, it tests itself and keeps the result for the console. Otherwise this command tests what it can
without it, and nothing is kept.

exit codes:
  0  nothing is bad
  1  something is bad
  2  wrong usage
"""
_WARNING: Final = "Every relay will be pulsed: arms may move or come free. Is everybody clear of the gates? Type yes: "


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
    extent = parser.add_mutually_exclusive_group()
    extent.add_argument(
        "--after-upgrade",
        action="store_true",
        help="only whether this program would work with this configuration and these stores: "
        "no hardware, no network, nothing is written into them",
    )
    extent.add_argument("--relay", action="store_true", help="also pulse every relay once, after a question")
    parser.add_argument("--yes", action="store_true", help="do not ask whether everybody is clear of the gates")
    parser.add_argument("--json", action="store_true", help="the verdicts as one object")
    parser.set_defaults(command=_self_test)


def _self_test(options: argparse.Namespace) -> int:
    if options.after_upgrade:
        from gateway.self_test.after_upgrade import check_after_upgrade

        with _quiet(is_debug=options.debug):
            outcomes = check_after_upgrade(options.config)
        return _tell(outcomes, options)
    if options.relay and not options.yes:
        _ask_for_clearance()
    with _quiet(is_debug=options.debug):
        outcomes = _test_beside_or_alone(options)
    return _tell(outcomes, options)


@contextlib.contextmanager
def _quiet(*, is_debug: bool) -> Iterator[None]:
    """Without the gateway's log: the verdicts say it all."""
    log = logging.getLogger("gateway")
    level = log.level
    log.setLevel(level if is_debug else logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(level)


def _test_beside_or_alone(options: argparse.Namespace) -> tuple[CheckOutcome, ...]:
    from gateway.config import ConfigError, load_config
    from gateway.control_client import ask_gateway
    from gateway.self_test.alone import check_alone
    from gateway.status_client import GatewayNotRunningError

    try:
        state_dir = load_config(options.config, has_keys=False).state_dir
        answer = ask_gateway(state_dir, "self_test", relay=options.relay)
    except (ConfigError, OSError, GatewayNotRunningError):
        return check_alone(options.config)
    service = CheckOutcome("service", "good")
    return service, *(CheckOutcome(**check) for check in answer["checks"])


def _ask_for_clearance() -> None:
    """Raises UsageError unless a person says yes: a moving arm can hurt."""
    if not sys.stdin.isatty():
        raise UsageError("--relay moves gates: ask at a terminal, or say --yes when everybody is clear of them")
    print(_WARNING, end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() != "yes":
        raise UsageError("not confirmed: nothing was tested")


def _tell(outcomes: tuple[CheckOutcome, ...], options: argparse.Namespace) -> int:
    if options.json:
        print(json.dumps({"is_sound": is_sound(outcomes), "checks": [_fields(outcome) for outcome in outcomes]}))
    else:
        print(describe_outcomes(outcomes, has_colours=sys.stdout.isatty()))
    return 0 if is_sound(outcomes) else 1


def _fields(outcome: CheckOutcome) -> dict[str, Any]:
    return msgspec.structs.asdict(outcome)
