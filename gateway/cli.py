"""The command `tornello-gateway`. Exit codes: 0 done, 1 the gateway failed, 2 wrong usage or configuration, 3 not
enrolled or enrolment refused, 4 refused because it would do harm. What went wrong is one line on the standard error
output, never a traceback.
"""

import argparse
import asyncio
import json
import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from gateway.config import ConfigError, GatewayConfig, load_config
from gateway.config_table import Mistake
from gateway.inspection.cli import add_inspection_commands
from gateway.installer.bench import InstallerRefusedError
from gateway.installer.cli import Command, UsageError, add_installer_commands, add_scan_options, scan_readers
from gateway.lane_cli import add_lane_commands
from gateway.log_setup import LOG_FORMATS, set_up_logging
from gateway.self_test.cli import add_self_test_command
from gateway.site_broker_cli import add_site_broker_command
from gateway.status_client import STATUS_SOCKET, GatewayNotRunningError, describe, read_status

DEFAULT_CONFIG: Final = Path("/etc/tornello/gateway.toml")
DONE, FAILED, WRONG_USAGE, NOT_ENROLLED, REFUSED = 0, 1, 2, 3, 4

_DESCRIPTION: Final = "The access gateway of a turnstile: decides each tap by itself, with or without the network."
_EPILOGUE: Final = """\
examples:
  tornello-gateway check-config --config gateway.toml
  tornello-gateway enrol --url https://club.example:8443 --token tc1.abc... --config gateway.toml
  tornello-gateway run --config gateway.toml
  tornello-gateway status --json
  tornello-gateway watch
  tornello-gateway lane-mode "Lane 1" free_passage --for 30
  tornello-gateway self-test
  tornello-gateway tap --card 18:4821
  tornello-gateway explain --card 18:4821 --at 2026-12-24T21:30
  tornello-gateway muster --zone Gym
  tornello-gateway members giulia
  tornello-gateway journal --since 2h --follow
  tornello-gateway export --table events --out events.csv
  tornello-gateway support-bundle bundle.tar.gz
  tornello-gateway site-broker --help
  tornello-gateway scan-readers --port /dev/ttyUSB0 --all-bauds
  tornello-gateway pair-reader --reader entry --config gateway.toml
  tornello-gateway capture --osdpcap entry.osdpcap --seconds 30

exit codes:
  0  done
  1  the gateway failed or does not run, or a reader did not do what it was asked
  2  wrong usage or configuration
  3  not enrolled, or enrolment refused
  4  refused: the reader has a key already, the file is there already, no such lane
"""

ENDED_BY_CTRL_C: Final = frozenset({"run", "watch", "capture", "journal"})
"""Commands without another end; the others were interrupted."""

log = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = _parser().parse_args(arguments)
    set_up_logging(options.log_format, is_debug=options.debug)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except (ConfigError, UsageError) as error:
        return _complain(error, WRONG_USAGE)
    except InstallerRefusedError as error:
        return _complain(error, REFUSED)
    except KeyboardInterrupt as error:
        return DONE if options.word in ENDED_BY_CTRL_C else _complain(error, FAILED)
    except Exception as error:  # noqa: BLE001 - the user gets one line; --debug shows where it came from
        return _complain(error, FAILED)


def _load(path: Path, *, has_keys: bool) -> GatewayConfig:
    try:
        return load_config(path, has_keys=has_keys)
    except OSError as error:
        raise ConfigError(path, [Mistake(1, f"the file cannot be read: {error.strerror}")]) from error


def _check_config(config: GatewayConfig, options: argparse.Namespace) -> int:
    counts = f"{len(config.lanes)} lane(s), {len(config.buses)} bus(es), {len(config.positions)} reader(s)"
    print(f"{options.config}: {counts}: fine")
    return DONE


def _run(config: GatewayConfig, options: argparse.Namespace) -> int:
    from gateway.bootstrap import run_gateway
    from gateway.identity import IdentityError, load_identity

    try:
        identity = load_identity(config.state_dir)
    except IdentityError as error:
        return _complain(error, NOT_ENROLLED)
    asyncio.run(run_gateway(config, identity, options.config))
    return DONE


def _enrol(config: GatewayConfig, options: argparse.Namespace) -> int:
    from gateway.cloud_https import EnrolmentError
    from gateway.enrolment import enrol
    from gateway.key_provider import file_keys

    token = options.token or _token_in(options.token_file)
    try:
        identity = enrol(options.url, token, config.state_dir, file_keys(os.environ))
    except EnrolmentError as error:
        return _complain(error, NOT_ENROLLED)
    print(f"enrolled at {identity.site_name} as {identity.gateway_id} for lane {identity.lane_id}")
    return DONE


def _token_in(path: Path) -> str:
    """The first line of a file, or of the standard input for `-`."""
    try:
        text = sys.stdin.readline() if path == Path("-") else path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from error
    return text.partition("\n")[0].strip()


def _status(config: GatewayConfig, options: argparse.Namespace) -> int:
    record = asyncio.run(_first_record(config.state_dir / STATUS_SOCKET))
    print(json.dumps(record, ensure_ascii=False) if options.json else describe(record))
    return DONE


def _watch(config: GatewayConfig, options: argparse.Namespace) -> int:
    async def follow() -> None:
        async for record in read_status(config.state_dir / STATUS_SOCKET):
            print(json.dumps(record, ensure_ascii=False) if options.json else describe(record), flush=True)

    asyncio.run(follow())
    return _complain(GatewayNotRunningError("the gateway has ended"), FAILED)


async def _first_record(path: Path) -> dict[str, object]:
    async for record in read_status(path):
        return record
    raise GatewayNotRunningError("the gateway ended before it answered")


def _parser() -> argparse.ArgumentParser:
    debug = argparse.ArgumentParser(add_help=False)
    debug.add_argument("--debug", action="store_true", help="log more, and where a failure came from")
    debug.add_argument("--log-format", choices=LOG_FORMATS, default=LOG_FORMATS[0], help="the log for people (text)")
    shared = argparse.ArgumentParser(add_help=False, parents=[debug])
    shared.add_argument("--config", type=Path, default=DEFAULT_CONFIG, metavar="FILE", help=f"({DEFAULT_CONFIG})")
    parser = argparse.ArgumentParser(
        "tornello-gateway",
        description=_DESCRIPTION,
        epilog=_EPILOGUE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND", dest="word")

    def add(name: str, command: Command, words: str, *, has_keys: bool = True) -> argparse.ArgumentParser:
        added = commands.add_parser(name, parents=[shared], help=words, description=words)
        added.set_defaults(command=lambda options: command(_load(options.config, has_keys=has_keys), options))
        return added

    add("run", _run, "serve the readers and lanes until told to stop")
    add("check-config", _check_config, "read the configuration and name every mistake in it")
    enrol = add(
        "enrol", _enrol, "make this machine the gateway of a lane, with a token from the console", has_keys=False
    )
    enrol.add_argument("--url", required=True, help="where the cloud is: https://...")
    token = enrol.add_mutually_exclusive_group(required=True)
    token.add_argument("--token", help="the one-time token, tc1....; other users of this machine can see it meanwhile")
    token.add_argument("--token-file", type=Path, metavar="FILE", help="a file with the token; -: the standard input")
    for name, command, words in (
        ("status", _status, "how the running gateway is"),
        ("watch", _watch, "each decision and change of the running gateway, as it happens"),
    ):
        reading = add(name, command, words, has_keys=False)
        reading.add_argument("--json", action="store_true", help="as JSON, one object a line")
    add_installer_commands(add)
    add_lane_commands(commands, shared)
    add_inspection_commands(add)
    add_self_test_command(commands, shared)
    add_site_broker_command(add)
    words = "look for OSDP readers on a port"
    scan = commands.add_parser("scan-readers", parents=[debug], help=words, description=words)
    add_scan_options(scan)
    scan.set_defaults(command=scan_readers)
    return parser


def _complain(error: BaseException, exit_code: int) -> int:
    print(f"tornello-gateway: {str(error) or 'interrupted'}", file=sys.stderr)
    log.debug("where this came from", exc_info=error)
    return exit_code


if __name__ == "__main__":
    sys.exit(main())
