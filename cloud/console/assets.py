"""The addresses of the static files, each with its content's hash, so that browsers may keep them for ever.

Vendor files come with a manifest written by `build_hooks.py`; our own files are hashed when the program starts.
"""

import base64
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

STATIC_FOLDER: Final = Path(__file__).parent / "static"
OWN_FILES: Final = ("console.css", "console.js", "live.js", "board.js", "passkeys.js", "icons.svg", "favicon.svg")


class AssetsMissingError(Exception):
    """The program was installed without its browser assets; the message says how to build them."""


@dataclass(frozen=True, slots=True)
class Asset:
    """One static file as a page names it: `url` and the `integrity` value for the browser's own check."""

    url: str
    integrity: str


def load_assets(folder: Path = STATIC_FOLDER) -> dict[str, Asset]:
    """All files that pages may name, by their plain name (`tabler.css`).

    Raises:
        AssetsMissingError: the vendor files were never built.
    """
    manifest_file = folder / "vendor" / "manifest.json"
    if not manifest_file.is_file():
        raise AssetsMissingError("the console's browser files are missing; run: python build_hooks.py assets")
    manifest = json.loads(manifest_file.read_text("utf-8"))
    vendor = {
        name: Asset(f"/static/vendor/{entry['file']}", entry["integrity"]) for name, entry in manifest["files"].items()
    }
    return vendor | {name: _own_asset(folder / name) for name in OWN_FILES}


def _own_asset(path: Path) -> Asset:
    content = path.read_bytes()
    integrity = base64.b64encode(hashlib.sha384(content).digest()).decode()
    return Asset(f"/static/{path.name}?v={hashlib.sha256(content).hexdigest()[:12]}", f"sha384-{integrity}")
