"""Secrets at rest: AES-256-GCM under the service's own key, which lives outside the database.

A sealed secret is bound to its place (`context`, e.g. `site/sit_.../signing_key`), so that it cannot be moved to
another row. Layout: 12 random bytes of nonce, ciphertext, 16 bytes of tag (NIST SP 800-38D).
"""

import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12


class UnsealError(Exception):
    """The sealed bytes were not made with this key for this place, or were altered."""


def seal_secret(key: bytes, secret: bytes, context: str) -> bytes:
    """Encrypt a secret for one place."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, secret, context.encode())


def open_secret(key: bytes, sealed: bytes, context: str) -> bytes:
    """The secret that `seal_secret` sealed with the same key and context.

    Raises:
        UnsealError: it was not.
    """
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], context.encode())
    except (InvalidTag, ValueError) as error:
        raise UnsealError(f"the secret of {context} does not open with the key of TORNELLO_SECRET_FILE") from error
