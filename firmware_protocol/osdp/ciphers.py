"""AES-128 as the secure channel uses it; the only door to the ``cryptography`` package."""

import hmac

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC, ECB

BLOCK_SIZE = 16


def encrypt_block(key: bytes, block: bytes) -> bytes:
    """AES-128 of one block of 16 bytes."""
    # One single block each, of which the standard says ECB: there is no pattern to leak.
    encryptor = Cipher(AES(key), ECB()).encryptor()  # noqa: S305
    return encryptor.update(block) + encryptor.finalize()


def encrypt_cbc(key: bytes, initial_vector: bytes, data: bytes) -> bytes:
    """AES-128-CBC of whole blocks, without padding."""
    encryptor = Cipher(AES(key), CBC(initial_vector)).encryptor()
    return encryptor.update(data) + encryptor.finalize()


def decrypt_cbc(key: bytes, initial_vector: bytes, data: bytes) -> bytes:
    """The inverse of ``encrypt_cbc``."""
    decryptor = Cipher(AES(key), CBC(initial_vector)).decryptor()
    return decryptor.update(data) + decryptor.finalize()


def is_equal(left: bytes, right: bytes) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(left, right)
