"""`tornello-provision release-key` and `sign-release`: their options, and what they answer."""

import argparse
from pathlib import Path
from typing import Any


def add_release_key(words: Any) -> tuple[argparse.ArgumentParser, argparse.ArgumentParser]:
    """Add both commands; the parsers are given back to be finished."""
    key: argparse.ArgumentParser = words.add_parser(
        "release-key", help="make the key that signs releases of the gateway's software"
    )
    key.add_argument("--dir", type=Path, required=True, help="where to put release-key.pem and release.pub")
    sign: argparse.ArgumentParser = words.add_parser(
        "sign-release", help="write what a package of the gateway says of itself, signed, beside it"
    )
    sign.add_argument("--key", type=Path, required=True, metavar="FILE", help="release-key.pem")
    sign.add_argument("package", type=Path, nargs="+", metavar="PACKAGE", help="made by `make deb`")
    for parser in (key, sign):
        parser.add_argument(
            "--passphrase-file",
            type=Path,
            metavar="FILE",
            help="its first line; without it: a prompt, or standard input",
        )
    return key, sign


def create_key(options: argparse.Namespace, passphrase: str) -> dict[str, Any]:
    """Make the key and give what to answer.

    Raises:
        ProvisioningRefusedError: there is one already, or the passphrase is too short.
    """
    from provisioning.appliance.release_key import PRIVATE_FILE, create_release_key

    public = create_release_key(options.dir, passphrase)
    return {"private": str(options.dir / PRIVATE_FILE), "public": str(public)}


def sign_packages(options: argparse.Namespace, passphrase: str) -> dict[str, Any]:
    """Sign each package and give what to answer.

    Raises:
        ProvisioningRefusedError: one is no package of the gateway, or the key cannot be used.
    """
    from provisioning.appliance.release_key import sign_package

    return {"files": [str(sign_package(package, options.key, passphrase)) for package in options.package]}
