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
