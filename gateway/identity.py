"""Who this gateway is: what enrolment brought home, kept in `{state_dir}/identity`, readable by its owner alone.

`identity.json` is written last and at once: when it is there, key and certificate are there and belong to it.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gateway.durable_files import write_private
from mqtt_client.tls import TlsFiles

KEY_FILE = "key.pem"
CERTIFICATE_FILE = "certificate.pem"
AUTHORITY_FILE = "authority.pem"
IDENTITY_FILE = "identity.json"


class IdentityError(Exception):
    """There is no usable identity; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Identity:
    """`signing_keys` maps a key id to a raw Ed25519 public key; `credential_key` has 32 bytes.

    `signing_keys_serial` tells which of two sets of keys is the newer one; 0 for a gateway of earlier days.

    `cloud_url` is where this gateway was enrolled and renews its certificate; empty for one of earlier days.
    """

    site_id: str
    gateway_id: str
    lane_id: str
    lane_name: str
    site_name: str
    time_zone: str
    broker_host: str
    broker_port: int
    signing_keys: dict[str, bytes]
    credential_key: bytes
    cloud_url: str = ""
    signing_keys_serial: int = 0

    def __repr__(self) -> str:
        return f"Identity({self.gateway_id} of {self.site_id})"


def identity_folder(state_dir: Path) -> Path:
    """Where the identity lives, inside the gateway's state directory."""
    return state_dir / "identity"


def tls_files(state_dir: Path) -> TlsFiles:
    """The files that the link to the broker needs."""
    folder = identity_folder(state_dir)
    return TlsFiles(folder / AUTHORITY_FILE, folder / CERTIFICATE_FILE, folder / KEY_FILE)


def identity_from_fields(fields: Any) -> Identity:
    """Read the fields of `identity.json`, which are those of an enrolment grant.

    Raises:
        ValueError: a field is missing or of the wrong kind; the text names it.
    """
    if not isinstance(fields, dict):
        raise ValueError("not an object")  # noqa: TRY004 - one error for all that is wrong with the content
    texts = {name: _text(fields, name) for name in _TEXT_FIELDS}
    port = fields.get("broker_port")
    keys = fields.get("signing_keys")
    if not isinstance(port, int) or not 0 < port < 65536:
        raise ValueError("broker_port is not a port")
    if not isinstance(keys, dict) or not keys:
        raise ValueError("signing_keys is empty")
    serial = fields.get("signing_keys_serial", 0)
    if not isinstance(serial, int):
        raise ValueError("signing_keys_serial is not a number")  # noqa: TRY004 - one error for all of the content
    return Identity(
        **texts,
        broker_port=port,
        signing_keys={str(key_id): _key_bytes("signing_keys", raw) for key_id, raw in keys.items()},
        credential_key=_key_bytes("credential_key", fields.get("credential_key")),
        cloud_url=str(fields.get("cloud_url") or ""),
        signing_keys_serial=serial,
    )


def load_identity(state_dir: Path) -> Identity:
    """The identity on disk.

    Raises:
        IdentityError: not enrolled yet, or the file is damaged.
    """
    path = identity_folder(state_dir) / IDENTITY_FILE
    try:
        return identity_from_fields(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise IdentityError(
            f"{path} is missing: enrol this gateway with `tornello-gateway enrol --url URL --token TOKEN`"
        ) from error
    except (OSError, ValueError) as error:
        raise IdentityError(f"{path} cannot be used ({error}): enrol this gateway again") from error


def save_identity(state_dir: Path, identity: Identity) -> None:
    """Write `identity.json` atomically."""
    fields = asdict(identity)
    fields["signing_keys"] = {key_id: raw.hex() for key_id, raw in identity.signing_keys.items()}
    fields["credential_key"] = identity.credential_key.hex()
    write_private(identity_folder(state_dir) / IDENTITY_FILE, json.dumps(fields, indent=2, ensure_ascii=False).encode())


_TEXT_FIELDS = ("site_id", "gateway_id", "lane_id", "lane_name", "site_name", "time_zone", "broker_host")


def _text(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not value:
        raise ValueError(f"{name} is missing")
    return value


def _key_bytes(name: str, value: Any) -> bytes:
    try:
        raw = bytes.fromhex(value)
    except (TypeError, ValueError):
        raw = b""
    if len(raw) != 32:
        raise ValueError(f"{name} is not 32 bytes in hex")
    return raw
