"""Credentials cross the wire and rest on the gateway only as keyed hashes (HMAC-SHA256, cut to 128 bits)."""

import hashlib
import hmac

KEY_BYTES = 32
_HASH_BYTES = 16


def hash_credential(site_key: bytes, credential: str) -> str:
    """The name of a credential at a site: 32 hex digits.

    `credential` is the canonical form, e.g. `wiegand26:18:4821`, as produced by `firmware_protocol` on the gateway
    and by the credentials package in the cloud.
    """
    assert len(site_key) == KEY_BYTES, "the site's credential key has 32 bytes"
    return hmac.new(site_key, credential.encode(), hashlib.sha256).digest()[:_HASH_BYTES].hex()


def hash_pin(site_key: bytes, credential_hash: str, pin: str) -> str:
    """A PIN as it crosses the wire and rests on the gateway: bound to its card, 32 hex digits.

    A PIN has few digits: whoever holds the site's key can try them all. The hash keeps PINs out of logs, backups and
    bundles; it is the card that has to be had as well.
    """
    assert len(site_key) == KEY_BYTES, "the site's credential key has 32 bytes"
    message = f"pin:{credential_hash}:{pin}".encode()
    return hmac.new(site_key, message, hashlib.sha256).digest()[:_HASH_BYTES].hex()
