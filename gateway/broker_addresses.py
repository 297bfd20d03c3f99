"""Where the broker was moved to, on disk: beside the identity, which stays as the enrolment brought it."""

import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from gateway.durable_files import write_private
from gateway.identity import Identity, identity_folder
from gateway.service.broker_choice import BrokerAddress

BROKERS_FILE: Final = "brokers.json"
logger = logging.getLogger(__name__)


def known_addresses(state_dir: Path, identity: Identity, configured: BrokerAddress | None) -> list[BrokerAddress]:
    """The preferred one first: the configuration's, those of moves, that of the enrolment."""
    enrolled = BrokerAddress(identity.broker_host, identity.broker_port)
    return [*([configured] if configured else []), *load_moves(state_dir), enrolled]


def load_moves(state_dir: Path) -> list[BrokerAddress]:
    """What `save_moves` has written, the newest first; a file that cannot be read is as good as none."""
    path = identity_folder(state_dir) / BROKERS_FILE
    try:
        return [_address(fields) for fields in json.loads(path.read_text(encoding="utf-8"))]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError, KeyError) as error:
        logger.warning("%s cannot be used, the broker of the enrolment is: %s", path, error)
        return []


def save_moves(state_dir: Path, addresses: Sequence[BrokerAddress]) -> None:
    """Keep them over a restart and a power cut."""
    fields = [{"host": address.host, "port": address.port} for address in addresses]
    write_private(identity_folder(state_dir) / BROKERS_FILE, json.dumps(fields).encode())


def _address(fields: Any) -> BrokerAddress:
    host, port = fields["host"], fields["port"]
    if not isinstance(host, str) or not host or not isinstance(port, int) or not 0 < port < 65_536:
        raise ValueError(f"{fields!r} is no address")
    return BrokerAddress(host, port)
