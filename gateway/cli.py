"""The command `tornello-gateway`. Exit codes: 0 done, 1 the gateway failed, 2 wrong usage or configuration, 3 not
enrolled or enrolment refused. What went wrong is one line on the standard error output, never a traceback.
"""

import argparse
import asyncio
import json
import logging
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from gateway.config import ConfigError, GatewayConfig, load_config
from gateway.config_table import Mistake
from gateway.status_client import STATUS_SOCKET, GatewayNotRunningError, describe, read_status

DEFAULT_CONFIG: Final = Path("/etc/tornello/gateway.toml")
DONE, FAILED, WRONG_USAGE, NOT_ENROLLED = 0, 1, 2, 3

_DESCRIPTION: Final = "The access gateway of a turnstile: decides each tap by itself, with or without the network."
_EPILOGUE: Final = """\
examples:
  tornello-gateway check-config --config gateway.toml
  tornello-gateway enrol --url https://club.example:8443 --token tc1.abc... --config gateway.toml
  tornello-gateway run --config gateway.toml
  tornello-gateway status --json
  tornello-gateway watch

exit codes:
  0  done
  1  the gateway failed, or does not run
  2  wrong usage or configuration
  3  not enrolled, or enrolment refused
"""

log = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = _parser().parse_args(arguments)
    _set_up_logging(is_debug=options.debug)
    command: Callable[[GatewayConfig, argparse.Namespace], int] = options.command
    try:
        return command(_load(options.config), options)
    except ConfigError as error:
        return _complain(error, WRONG_USAGE)
    except KeyboardInterrupt:
        return DONE
    except Exception as error:  # noqa: BLE001 - the user gets one line; --debug shows where it came from
        return _complain(error, FAILED)


def _load(path: Path) -> GatewayConfig:
    try:
        return load_config(path)
    except OSError as error:
        raise ConfigError(path, [Mistake(1, f"the file cannot be read: {error.strerror}")]) from error


def _check_config(config: GatewayConfig, options: argparse.Namespace) -> int:
    reader_count = sum(len(bus.readers) for bus in config.buses)
    print(f"{options.config}: {len(config.lanes)} lane(s), {len(config.buses)} bus(es), {reader_count} reader(s): fine")
    return DONE


def _run(config: GatewayConfig, _: argparse.Namespace) -> int:
    from gateway.bootstrap import run_gateway
    from gateway.identity import IdentityError, load_identity

    try:
        identity = load_identity(config.state_dir)
    except IdentityError as error:
        return _complain(error, NOT_ENROLLED)
    asyncio.run(run_gateway(config, identity))
    return DONE


def _enrol(config: GatewayConfig, options: argparse.Namespace) -> int:
    from gateway.enrolment import EnrolmentError, enrol

    try:
        identity = enrol(options.url, options.token, config.state_dir)
    except EnrolmentError as error:
        return _complain(error, NOT_ENROLLED)
    print(f"enrolled at {identity.site_name} as {identity.gateway_id} for lane {identity.lane_id}")
    return DONE


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
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--config", type=Path, default=DEFAULT_CONFIG, metavar="FILE", help=f"({DEFAULT_CONFIG})")
    shared.add_argument("--debug", action="store_true", help="log more, and where a failure came from")
    parser = argparse.ArgumentParser(
        "tornello-gateway",
        description=_DESCRIPTION,
        epilog=_EPILOGUE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(
        name: str, command: Callable[[GatewayConfig, argparse.Namespace], int], words: str
    ) -> argparse.ArgumentParser:
        added = commands.add_parser(name, parents=[shared], help=words, description=words)
        added.set_defaults(command=command)
        return added

    add("run", _run, "serve the readers and lanes until told to stop")
    add("check-config", _check_config, "read the configuration and name every mistake in it")
    enrol = add("enrol", _enrol, "make this machine the gateway of a lane, with a token from the console")
    enrol.add_argument("--url", required=True, help="where the cloud is: https://...")
    enrol.add_argument("--token", required=True, help="the one-time token, tc1....")
    for name, command, words in (
        ("status", _status, "how the running gateway is"),
        ("watch", _watch, "each decision and change of the running gateway, as it happens"),
    ):
        add(name, command, words).add_argument("--json", action="store_true", help="as JSON, one object a line")
    return parser


def _set_up_logging(*, is_debug: bool) -> None:
    """One line a fact on standard error; under systemd the journal adds the time itself."""
    moment = "" if "JOURNAL_STREAM" in os.environ else "%(asctime)s "
    logging.basicConfig(level=logging.DEBUG if is_debug else logging.INFO, format=moment + "%(levelname)s %(message)s")
    logging.Formatter.converter = time.gmtime
    # serialx logs every byte, aiomqtt and asyncio talk to themselves.
    for name in ("serialx", "asyncio", "mqtt"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _complain(error: Exception, exit_code: int) -> int:
    print(f"tornello-gateway: {error}", file=sys.stderr)
    log.debug("where this came from", exc_info=error)
    return exit_code


if __name__ == "__main__":
    sys.exit(main())
