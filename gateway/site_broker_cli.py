"""The command `site-broker`: makes this machine's mosquitto the broker of its site."""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from gateway.config import SITE_BROKER_PORT, GatewayConfig
from gateway.installer.cli import Command, UsageError

_EPILOGUE: Final = """\
examples:
  tornello-gateway site-broker --dir /etc/tornello/site-broker --certificate broker.pem --key broker-key.pem \\
      --bridge-certificate site-bridge.pem --bridge-key site-bridge-key.pem

The certificates come from the administrator: one for a server with the address of this machine, and, for the bridge to
the cloud's broker, one for a client whose name is the id of the site. Every gateway of the site then names the broker
under [site_broker] in its configuration.

exit codes:
  0  written
  2  wrong usage or configuration
  3  this machine is not enrolled
  4  refused: the folder has a configuration already, or a file cannot be used
"""
DONE, NOT_ENROLLED, REFUSED = 0, 3, 4


def add_site_broker_command(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    words = "write the configuration of a broker over which the gateways of this site hear each other without the cloud"
    command: Command = _site_broker
    parser = add("site-broker", command, words, has_keys=False)
    parser.epilog, parser.formatter_class = _EPILOGUE, argparse.RawDescriptionHelpFormatter
    parser.add_argument("--dir", type=Path, required=True, help="where to write it, with copies of all that it needs")
    parser.add_argument("--certificate", type=Path, required=True, metavar="FILE", help="the broker's, with its chain")
    parser.add_argument("--key", type=Path, required=True, metavar="FILE", help="the key of that")
    parser.add_argument("--bridge-certificate", type=Path, metavar="FILE", help="for the bridge to the cloud's broker")
    parser.add_argument("--bridge-key", type=Path, metavar="FILE", help="the key of that")
    parser.add_argument("--host", default="0.0.0.0", help="address to listen on (all)")  # noqa: S104 - a broker serves
    parser.add_argument("--port", type=int, default=SITE_BROKER_PORT, help=f"TCP port ({SITE_BROKER_PORT})")
    parser.add_argument("--user", default="mosquitto", help="as whom mosquitto runs (mosquitto)")
    parser.add_argument("--json", action="store_true", help="answer with one JSON object")


def _site_broker(config: GatewayConfig, options: argparse.Namespace) -> int:
    from gateway.identity import IdentityError, load_identity
    from gateway.site_broker import PemPair, SiteBrokerPlan, SiteBrokerRefusedError, write_site_broker

    if (options.bridge_certificate is None) != (options.bridge_key is None):
        raise UsageError("--bridge-certificate and --bridge-key belong together")
    if not 1 <= options.port <= 65_535 or not options.host.isprintable() or " " in options.host:
        raise UsageError(f"{options.host}:{options.port} is no address to listen on")
    bridge = PemPair(options.bridge_certificate, options.bridge_key) if options.bridge_key else None
    server = PemPair(options.certificate, options.key)
    plan = SiteBrokerPlan(options.host, options.port, options.user, server, bridge)
    try:
        identity = load_identity(config.state_dir)
        path = write_site_broker(options.dir, plan, identity, config.state_dir)
    except IdentityError as error:
        return _complain(str(error), NOT_ENROLLED)
    except SiteBrokerRefusedError as error:
        return _complain(str(error), REFUSED)
    except OSError as error:
        return _complain(f"{error.filename}: {error.strerror}", REFUSED)
    answer = {"configuration": str(path), "site_id": identity.site_id, "is_bridged": bridge is not None}
    print(json.dumps(answer) if options.json else f"start the broker with: mosquitto -c {path}")
    return DONE


def _complain(text: str, code: int) -> int:
    print(f"tornello-gateway: {text}", file=sys.stderr)
    return code
