"""The command line: `python -m provisioning.virtual_turnstile` or `tornello-provision virtual-turnstile`."""

import argparse
import asyncio
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from provisioning.virtual_turnstile.configuration import read_settings
from provisioning.virtual_turnstile.errors import ConfigurationError, PathTakenError
from provisioning.virtual_turnstile.server import serve

EPILOG = """\
example:
  %(prog)s --config demo/turnstile.toml

exit codes: 0 stopped by a signal, 1 an address or a path is in use, 2 the configuration is wrong"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the options and run."""
    parser = argparse.ArgumentParser(
        prog="python -m provisioning.virtual_turnstile",
        description="Turnstiles without metal: readers on ptys, relays and inputs on sockets, and a web page.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--config", type=Path, required=True, metavar="FILE", help="the TOML file with the lanes")
    return run(parser.parse_args(arguments).config)


def run(config: Path) -> int:
    """Run the turnstiles of a configuration until a signal; the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s", stream=sys.stderr)
    try:
        asyncio.run(serve(read_settings(config), announce=_announce))
    except ConfigurationError as error:
        for mistake in error.mistakes:
            print(mistake, file=sys.stderr)
        return 2
    except PathTakenError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _announce(address: str) -> None:
    print(f"virtual turnstile: {address}", flush=True)
