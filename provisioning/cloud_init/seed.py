"""The seed's files: what cloud-init reads, what the first boot runs, and the claim, which that takes off the card.

There is no password in them: the one account can be entered with an SSH key alone. The documents are JSON, which is
YAML as well. Formats: cloud-init's NoCloud data source, cloud-config modules and network configuration version 2.
"""

import hashlib
import json
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from gateway.config import ConfigError, load_config
from provisioning.authority import ProvisioningRefusedError

SEED_FOLDER: Final = "tornello"
BOOT_PARTITION: Final = "/boot/firmware"
"""Where Raspberry Pi OS (Bookworm and newer) and Ubuntu mount it."""
FIRST_BOOT: Final = Path(__file__).with_name("first-boot")
DOCUMENTS: Final = ("meta-data", "user-data", "network-config")
_HOSTNAME: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_ACCOUNT: Final = re.compile(r"[a-z][a-z0-9-]{0,30}")
_TOKEN: Final = re.compile(r"tc1\.[a-z2-7]{26}\.[0-9a-f]{32}")
_PUBLIC_KEY: Final = re.compile(r"(ssh|ecdsa|sk)-[\w@.-]+ [A-Za-z0-9+/=]+( .*)?")
_NOT_YAML: Final = re.compile(r"[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_PUBLIC_PEM: Final = re.compile(rb"-----BEGIN PUBLIC KEY-----\s[A-Za-z0-9+/=\s]{1,200}-----END PUBLIC KEY-----\s*")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True, slots=True)
class WirelessNetwork:
    """`country` is its two letters (ISO 3166): without it a Raspberry Pi keeps its radio off."""

    ssid: str
    passphrase: str
    country: str

    @property
    def pre_shared_key(self) -> str:
        """What WPA2 makes of name and passphrase (IEEE 802.11-2020, J.4.1): opens this network, tells no passphrase."""
        return hashlib.pbkdf2_hmac("sha1", self.passphrase.encode(), self.ssid.encode(), 4096, 32).hex()


@dataclass(frozen=True, slots=True)
class Seed:
    """What one gateway's card is given; without `configuration` the package's example is put there.

    With `release_key`, a public one, releases that its holder has signed are installed from afar.
    """

    hostname: str
    account: str
    ssh_keys: tuple[str, ...]
    cloud_url: str
    claim_token: str
    package: Path
    configuration: Path | None = None
    wireless: WirelessNetwork | None = None
    release_key: Path | None = None


def check_seed(seed: Seed) -> None:
    """Whether a card with it would come up.

    Raises:
        ProvisioningRefusedError: what is wrong, in words.
    """
    if not _HOSTNAME.fullmatch(seed.hostname):
        raise ProvisioningRefusedError(f"{seed.hostname!r} is no host name: letters a to z, digits and hyphens")
    if not _ACCOUNT.fullmatch(seed.account) or seed.account in {"root", "tornello-gateway"}:
        raise ProvisioningRefusedError(f"{seed.account!r} is no name for the administrator's account")
    if not seed.ssh_keys or not all(_PUBLIC_KEY.fullmatch(key) for key in seed.ssh_keys):
        raise ProvisioningRefusedError("the SSH key must be a public one: the line of a file like id_ed25519.pub")
    if urlsplit(seed.cloud_url).scheme != "https" or not urlsplit(seed.cloud_url).hostname:
        raise ProvisioningRefusedError(f"{seed.cloud_url} is not an https:// address")
    if not seed.cloud_url.isprintable() or re.search(r"[\s\"'\\$]", seed.cloud_url):
        raise ProvisioningRefusedError(f"{seed.cloud_url!r} holds characters that an address has not")
    if not _TOKEN.fullmatch(seed.claim_token):
        raise ProvisioningRefusedError("this is not a claim token: copy all of it, from `tc1.` to the end")
    if not seed.package.is_file() or seed.package.suffix != ".deb":
        raise ProvisioningRefusedError(f"{seed.package} is not the gateway's Debian package")
    if seed.configuration is not None:
        _check_configuration(seed.configuration)
    if seed.wireless is not None:
        _check_wireless(seed.wireless)
    if seed.release_key is not None and not _PUBLIC_PEM.fullmatch(seed.release_key.read_bytes()):
        raise ProvisioningRefusedError(f"{seed.release_key} is not the public half of a release key")


def write_seed(seed: Seed, folder: Path, *, may_replace: bool = False) -> list[Path]:
    """Write the seed into the folder, which is the card's boot partition or will be copied there; gives the files.

    Raises:
        ProvisioningRefusedError: the seed is wrong, or one of its files is there and `may_replace` was not said.
    """
    check_seed(seed)
    own = folder / SEED_FOLDER
    documents = dict(zip(DOCUMENTS, (_meta_data(seed), _user_data(seed), _network_config(seed)), strict=True))
    there = [path for path in (*(folder / name for name in documents), own) if path.exists()]
    if there and not may_replace:
        raise ProvisioningRefusedError(f"{there[0]} is there already and was not overwritten: --replace does")
    shutil.rmtree(own, ignore_errors=True)
    own.mkdir(parents=True)
    for name, text in documents.items():
        (folder / name).write_text(text, "utf-8")
    _write_private(own / "claim-token", f"{seed.claim_token}\n")
    _write_private(own / "claim-environment", f"TORNELLO_CLOUD_URL={seed.cloud_url}\n")
    shutil.copyfile(seed.package, own / "tornello-gateway.deb")
    shutil.copyfile(FIRST_BOOT, own / FIRST_BOOT.name)
    return [*(folder / name for name in documents), *sorted(own.iterdir())]


def _meta_data(seed: Seed) -> str:
    """Another claim is another instance: a card that is seeded anew is set up anew."""
    mark = hashlib.sha256(seed.claim_token.encode()).hexdigest()[:12]
    return _document({"instance-id": f"{seed.hostname}-{mark}", "local-hostname": seed.hostname})


def _user_data(seed: Seed) -> str:
    account = {
        "name": seed.account,
        "gecos": "Administrator",
        "shell": "/bin/bash",
        "lock_passwd": True,
        "sudo": "ALL=(ALL) NOPASSWD:ALL",
        "ssh_authorized_keys": list(seed.ssh_keys),
    }
    answer: dict[str, Any] = {
        "hostname": seed.hostname,
        "manage_etc_hosts": True,
        # Every system has it; another one would be made first, which takes a Raspberry Pi a minute.
        "locale": "C.UTF-8",
        "ssh_pwauth": False,
        "disable_root": True,
        "users": [account],
    }
    files = ((seed.configuration, "gateway.toml", "0640"), (seed.release_key, "release.pub", "0644"))
    written = [
        {"path": f"/etc/tornello/{name}", "permissions": mode, "content": source.read_text("utf-8")}
        for source, name, mode in files
        if source is not None
    ]
    if written:
        answer["write_files"] = written
    first_boot = f"{BOOT_PARTITION}/{SEED_FOLDER}/{FIRST_BOOT.name}"
    answer["runcmd"] = [["systemctl", "enable", "--now", "ssh"], ["sh", first_boot]]
    return "#cloud-config\n" + _document(answer)


def _network_config(seed: Seed) -> str:
    """DHCP by cable and, if wished, by radio; neither makes the boot wait."""
    # Names of cards that systems for the Raspberry Pi give: eth0, end0, enx... for one on USB.
    wired = {
        f"wired-{name}": {"match": {"name": f"{name}*"}, "dhcp4": True, "optional": True} for name in ("eth", "en")
    }
    answer: dict[str, Any] = {"version": 2, "ethernets": wired}
    if seed.wireless is not None:
        point = {seed.wireless.ssid: {"password": seed.wireless.pre_shared_key}}
        radio = {"dhcp4": True, "optional": True, "regulatory-domain": seed.wireless.country, "access-points": point}
        answer["wifis"] = {"wlan0": radio}
    return _document(answer)


def _document(content: dict[str, Any]) -> str:
    """JSON that is YAML too: what YAML takes for a line's end, or does not take at all, is written as its number."""
    text = json.dumps(content, indent=2, ensure_ascii=False)
    return _NOT_YAML.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"


def _check_configuration(path: Path) -> None:
    try:
        load_config(path, has_keys=False)
    except ConfigError as error:
        raise ProvisioningRefusedError(str(error)) from error


def _check_wireless(network: WirelessNetwork) -> None:
    if not 1 <= len(network.ssid.encode()) <= 32:
        raise ProvisioningRefusedError("the network's name must have 1 to 32 bytes")
    if not 8 <= len(network.passphrase) <= 63 or not network.passphrase.isascii():
        raise ProvisioningRefusedError("the network's passphrase must have 8 to 63 characters of ASCII")
    if not _COUNTRY.fullmatch(network.country):
        raise ProvisioningRefusedError(f"{network.country!r} is no country: two capital letters, such as IT")


def _write_private(path: Path, text: str) -> None:
    """Readable by its owner alone where the file system knows owners; the boot partition's FAT does not."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
