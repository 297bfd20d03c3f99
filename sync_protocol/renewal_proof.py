"""What a gateway signs with its present key: to get a certificate for a new one, or to get the site's signing keys.

The signature (ECDSA P-256 with SHA-256, DER) proves possession of the old key; that of the new one proves the request
itself (PKCS #10). The challenge is the cloud's, so that nothing said earlier can be said again and no clock matters.
"""

import hashlib
from collections.abc import Sequence

_TITLE = "tornello certificate renewal 1"
_KEYS_TITLE = "tornello signing keys 1"


def renewal_statement(*, gateway_id: str, serial: str, challenge: str, csr_pem: str) -> bytes:
    """The bytes to sign: who asks, with which certificate (serial in hex), on which challenge, for which request.

    Raises:
        ValueError: a field is not one line, so that two statements could read the same.
    """
    return _statement([_TITLE, gateway_id, serial, challenge, hashlib.sha256(csr_pem.encode()).hexdigest()])


def signing_keys_statement(*, gateway_id: str, serial: str, challenge: str) -> bytes:
    """The bytes to sign: who asks for the site's signing keys, with which certificate, on which challenge.

    Raises:
        ValueError: as `renewal_statement`.
    """
    return _statement([_KEYS_TITLE, gateway_id, serial, challenge])


def _statement(lines: Sequence[str]) -> bytes:
    if any(not line.isprintable() for line in lines):
        raise ValueError("a field of the statement is not one printable line")
    return "\n".join(lines).encode()
