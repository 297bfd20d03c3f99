"""The files of an update: what the gateway writes for root to read, and what root writes for the gateway to read.

{state_dir}/update/order.json     the command that waits for an answer
{state_dir}/update/package.deb    what was fetched
{state_dir}/update/request.json   written last: systemd starts root's program when it is there
{releases}/update/outcome.json    root's answer
"""

import json
import logging
import re
from pathlib import Path
from typing import Any, Final

from gateway.durable_files import write_private
from gateway.service.update_ports import DONE, Ending, UpdateOrder

logger = logging.getLogger(__name__)

PACKAGE_FILE: Final = "package.deb"
_ORDER: Final = "order.json"
_REQUEST: Final = "request.json"
_WORD: Final = re.compile(r"[a-z_]{1,64}")


def update_folder(state_dir: Path) -> Path:
    """Where the gateway puts them."""
    return state_dir / "update"


class UpdateFiles:
    """Implements the port `UpdateFolder`; `releases` is the folder that root keeps releases in."""

    def __init__(self, state_dir: Path, releases: Path) -> None:
        self._own = update_folder(state_dir)
        self._outcome = releases / "update" / "outcome.json"

    def load_order(self) -> UpdateOrder | None:
        fields = _read(self._own / _ORDER)
        try:
            return UpdateOrder(str(fields["command_id"]), bytes.fromhex(fields["nonce"]), fields["is_asked"] is True)
        except (KeyError, TypeError, ValueError):
            return None

    def save_order(self, order: UpdateOrder) -> None:
        fields = {"command_id": order.command_id, "nonce": order.nonce.hex(), "is_asked": order.is_asked}
        write_private(self._own / _ORDER, json.dumps(fields).encode())

    def ask(self, order: UpdateOrder, release_text: str) -> None:
        self.save_order(order)
        request = {"command_id": order.command_id, "release": release_text}
        write_private(self._own / _REQUEST, json.dumps(request).encode())

    def withdraw(self) -> None:
        self._remove(_REQUEST, PACKAGE_FILE)

    def forget(self) -> None:
        self._remove(_REQUEST, PACKAGE_FILE, _ORDER)

    def _remove(self, *names: str) -> None:
        """What cannot be removed is told, and stays: taps go on, whatever becomes of an update."""
        for name in names:
            try:
                (self._own / name).unlink(missing_ok=True)
            except OSError as error:
                logger.warning("what is left of an update cannot be removed: %s", error)

    def is_taken(self, command_id: str) -> bool:
        return self._told(command_id) is not None

    def find_ending(self, command_id: str) -> Ending | None:
        told = self._told(command_id) or {}
        detail = told.get("detail")
        word = detail if isinstance(detail, str) and _WORD.fullmatch(detail) else ""
        match told.get("state"):
            case "done":
                return DONE
            case "refused":
                return "refused", word
            case "failed":
                return "failed", word
            case _:
                return None

    def _told(self, command_id: str) -> dict[str, Any] | None:
        fields = _read(self._outcome)
        return fields if fields.get("command_id") == command_id else None


def _read(path: Path) -> dict[str, Any]:
    """Empty for what is not there, or cannot be read."""
    try:
        fields = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return fields if isinstance(fields, dict) else {}
