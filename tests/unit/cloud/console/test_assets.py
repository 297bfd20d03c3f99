"""The addresses of static files."""

import base64
import hashlib
import json
from pathlib import Path

import pytest

from cloud.console.assets import OWN_FILES, STATIC_FOLDER, AssetsMissingError, load_assets


def test_without_the_vendor_files_one_is_told_how_to_build_them(tmp_path: Path) -> None:
    with pytest.raises(AssetsMissingError, match=r"python build_hooks\.py assets"):
        load_assets(tmp_path)


def test_every_file_is_addressed_by_its_content_and_checked_by_the_browser(tmp_path: Path) -> None:
    vendor = tmp_path / "vendor"
    vendor.mkdir()
    manifest = {"files": {"htmx.js": {"file": "htmx-abc.js", "integrity": "sha384-x"}}}
    (vendor / "manifest.json").write_text(json.dumps(manifest))
    for name in OWN_FILES:
        (tmp_path / name).write_bytes(name.encode())
    assets = load_assets(tmp_path)
    assert assets["htmx.js"].url == "/static/vendor/htmx-abc.js"
    digest = hashlib.sha384(b"console.js").digest()
    assert assets["console.js"].integrity == "sha384-" + base64.b64encode(digest).decode()
    before = assets["console.js"].url
    (tmp_path / "console.js").write_bytes(b"changed")
    assert load_assets(tmp_path)["console.js"].url != before


def test_the_own_files_are_there() -> None:
    assert all((STATIC_FOLDER / name).is_file() for name in OWN_FILES)
