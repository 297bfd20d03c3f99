"""What a gateway signs with its present key when it asks for a certificate for a new one.

The signature (ECDSA P-256 with SHA-256, DER) proves possession of the old key; that of the new one proves the request
itself (PKCS #10). The challenge is the cloud's, so that nothing said earlier can be said again and no clock matters.
"""

import hashlib

_TITLE = "tornello certificate renewal 1"


def renewal_statement(*, gateway_id: str, serial: str, challenge: str, csr_pem: str) -> bytes:
    """The bytes to sign: who asks, with which certificate (serial in hex), on which challenge, for which request.

    Raises:
        ValueError: a field is not one line, so that two statements could read the same.
    """
    lines = [_TITLE, gateway_id, serial, challenge, hashlib.sha256(csr_pem.encode()).hexdigest()]
    if any(not line.isprintable() for line in lines):
        raise ValueError("a field of the statement is not one printable line")
    return "\n".join(lines).encode()
