"""`tornello-provision seed`: its options, and what it answers. Secrets come from files."""

import argparse
from pathlib import Path
from typing import Any, Final

from provisioning.authority import ProvisioningRefusedError

_EPILOGUE: Final = """\
examples:
  tornello-provision seed --out seed --hostname lane-1 --ssh-key id_ed25519.pub \\
      --url https://club.example:8443 --claim token.txt --package tornello-gateway_0.1.0_arm64.deb
  tornello-provision seed --out /media/bootfs --replace --hostname lane-2 --ssh-key id_ed25519.pub \\
      --url https://club.example:8443 --claim token.txt --package tornello-gateway_0.1.0_arm64.deb \\
      --config gateway.toml --wifi-ssid Club --wifi-passphrase-file wifi.txt --wifi-country IT

The card's account has no password: keep the SSH key. Copy everything in the folder to the card's boot partition.
"""


def add_seed(words: Any) -> argparse.ArgumentParser:
    """Add the command and its options; the parser is given back to be finished."""
    parser: argparse.ArgumentParser = words.add_parser(
        "seed",
        help="write what a Raspberry Pi's card needs for a gateway to come up and enrol by itself",
        epilog=_EPILOGUE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the boot partition, or a folder")
    parser.add_argument("--replace", action="store_true", help="replace the image's own files there")
    parser.add_argument("--hostname", required=True, metavar="NAME", help="of the gateway, such as lane-1")
    parser.add_argument("--account", default="tornello-admin", metavar="NAME", help="to sign in with (tornello-admin)")
    parser.add_argument("--ssh-key", type=Path, required=True, metavar="FILE", help="public keys, one a line")
    parser.add_argument("--url", required=True, help="where the cloud is: https://...")
    parser.add_argument("--claim", type=Path, required=True, metavar="FILE", help="holds the claim token")
    parser.add_argument("--package", type=Path, required=True, metavar="FILE", help="the gateway's Debian package")
    parser.add_argument("--config", type=Path, metavar="FILE", help="its gateway.toml (the package's example)")
    parser.add_argument("--release-key", type=Path, metavar="FILE", help="release.pub: it may be updated from afar")
    parser.add_argument("--wifi-ssid", metavar="NAME", help="a wireless network, if there is no cable")
    parser.add_argument("--wifi-passphrase-file", type=Path, metavar="FILE", help="its passphrase, in the first line")
    parser.add_argument("--wifi-country", metavar="XX", help="where it stands, such as IT")
    return parser


def write_files(options: argparse.Namespace) -> dict[str, Any]:
    """Write the seed and give what to answer.

    Raises:
        ProvisioningRefusedError: something is wrong with it, or in the way.
    """
    from provisioning.cloud_init.seed import Seed, write_seed

    seed = Seed(
        hostname=options.hostname,
        account=options.account,
        ssh_keys=tuple(line for line in _lines(options.ssh_key) if not line.startswith("#")),
        cloud_url=options.url,
        claim_token=next(iter(_lines(options.claim)), ""),
        package=options.package,
        configuration=options.config,
        wireless=_wireless(options),
        release_key=options.release_key,
    )
    files = write_seed(seed, options.out, may_replace=options.replace)
    return {"dir": str(options.out), "files": [str(path) for path in files]}


def _wireless(options: argparse.Namespace) -> Any:
    from provisioning.cloud_init.seed import WirelessNetwork

    told = (options.wifi_ssid, options.wifi_passphrase_file, options.wifi_country)
    if all(part is None for part in told):
        return None
    if any(part is None for part in told):
        raise ProvisioningRefusedError("a wireless network needs all of its three options")
    passphrase = next(iter(_lines(options.wifi_passphrase_file)), "")
    return WirelessNetwork(options.wifi_ssid, passphrase, options.wifi_country)


def _lines(path: Path) -> list[str]:
    try:
        return [line.strip() for line in path.read_text("utf-8").splitlines() if line.strip()]
    except UnicodeDecodeError as error:
        raise ProvisioningRefusedError(f"{path} is not text") from error
