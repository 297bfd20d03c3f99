"""Puts together what updates the software on order from afar, on a device that the Debian package has set up."""

import importlib.metadata
import platform
from pathlib import Path
from typing import Final

from gateway.adapters.package_desk_https import HttpsPackageDesk
from gateway.adapters.release_key_file import ReleaseKeyFile
from gateway.adapters.update_folder import PACKAGE_FILE, UpdateFiles, update_folder
from gateway.config import GatewayConfig
from gateway.identity import tls_files
from gateway.service.software_update import Ground, SoftwareUpdates

RELEASES: Final = Path("/opt/tornello-gateway")
RELEASE_KEY: Final = "release.pub"
_ARCHITECTURES: Final = {"x86_64": "amd64", "aarch64": "arm64"}


def software_version() -> str:
    """The version of this installation; a source tree that was never installed has none."""
    try:
        return importlib.metadata.version("tornello")
    except importlib.metadata.PackageNotFoundError:
        return "source"


def build_updates(config: GatewayConfig, config_path: Path) -> SoftwareUpdates:
    """The updates of this gateway; the release key lies beside its configuration."""
    machine = platform.machine()
    package = update_folder(config.state_dir) / PACKAGE_FILE
    return SoftwareUpdates(
        Ground(software_version(), _ARCHITECTURES.get(machine, machine)),
        UpdateFiles(config.state_dir, RELEASES),
        HttpsPackageDesk(package, tls_files(config.state_dir).authority, (config.state_dir, RELEASES)),
        ReleaseKeyFile(config_path.parent / RELEASE_KEY),
    )
