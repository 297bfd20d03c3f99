"""`tornello-gateway enrol`, the gateway's side: from a claim token to an identity, with no trust on first use.

The token carries the fingerprint of the site's root certificate. So the authority may be fetched from anybody; only
if the fingerprint fits is it trusted, and then nobody else is, for the connection that carries the token. The key is
made and stored before the request, so that a repeat after a power cut gets the same certificate.
"""

import hashlib
import http
import json
import re
import ssl
from dataclasses import replace
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from gateway.certificate_pairs import NEXT_CERTIFICATE_FILE, NEXT_KEY_FILE
from gateway.cloud_https import (
    AuthorityMismatchError,
    CloudServer,
    CloudUnreachableError,
    EnrolmentError,
    exchange,
    read_problem,
    server_at,
    trusting,
)
from gateway.durable_files import write_private
from gateway.identity import (
    AUTHORITY_FILE,
    CERTIFICATE_FILE,
    KEY_FILE,
    Identity,
    identity_folder,
    identity_from_fields,
    save_identity,
)
from gateway.key_provider import FileKeys, KeyProvider, KeyUnusableError

AUTHORITY_PATH = "/api/v1/enrolment/authority"
ENROLMENT_PATH = "/api/v1/enrolment"
_TOKEN = re.compile(r"tc1\.[a-z2-7]{26}\.(?P<fingerprint>[0-9a-f]{32})")


class TokenMalformedError(EnrolmentError):
    """The text is not a claim token."""


class EnrolmentRefusedError(EnrolmentError):
    """The cloud says no; `status` is HTTP's."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class GrantMalformedError(EnrolmentError):
    """The cloud's answer is not a grant for our key."""


def enrol(url: str, token: str, state_dir: Path, keys: KeyProvider | None = None) -> Identity:
    """Claim this gateway's identity and store it under `state_dir`; `keys` makes its key, in a file if not given.

    Raises:
        TokenMalformedError, CloudUnreachableError, AuthorityMismatchError, EnrolmentRefusedError,
        GrantMalformedError: see each.
        OSError: the state directory cannot be written.
    """
    fingerprint = _fingerprint_in(token)
    keys = keys or FileKeys()
    server = server_at(url)
    root_pem = _trusted_root(server, fingerprint)
    key_path = identity_folder(state_dir) / KEY_FILE
    _make_own_key(keys, key_path)
    body = json.dumps({"token": token, "csr_pem": keys.signing_request(key_path)}).encode()
    status, answer = exchange(server, trusting(root_pem), path=ENROLMENT_PATH, body=body)
    if status != http.HTTPStatus.OK:
        raise EnrolmentRefusedError(status, _refusal_text(status, answer))
    return _store(state_dir, keys.public_key(key_path), answer, server)


def _fingerprint_in(token: str) -> str:
    match = _TOKEN.fullmatch(token.strip())
    if match is None:
        raise TokenMalformedError("this is not a claim token: copy all of it, from `tc1.` to the end")
    return match["fingerprint"]


def _trusted_root(server: CloudServer, fingerprint: str) -> str:
    """Fetch the authority from whoever answers, and take the one certificate that the token vouches for."""
    anybody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    anybody.check_hostname = False
    anybody.verify_mode = ssl.CERT_NONE  # what comes is public, and believed for its fingerprint alone
    status, answer = exchange(server, anybody, path=AUTHORITY_PATH)
    if status != http.HTTPStatus.OK:
        raise CloudUnreachableError(f"{server.host} answers {status} when asked for its authority: is it the cloud?")
    try:
        certificates = x509.load_pem_x509_certificates(answer)
    except ValueError as error:
        raise CloudUnreachableError(f"{server.host} does not answer as the cloud would: is it the cloud?") from error
    for certificate in certificates:
        der = certificate.public_bytes(serialization.Encoding.DER)
        if hashlib.sha256(der).hexdigest().startswith(fingerprint):
            return certificate.public_bytes(serialization.Encoding.PEM).decode()
    raise AuthorityMismatchError(
        f"the authority shown by {server.host} is not the one of this token: wrong address, or somebody in between"
    )


def _make_own_key(keys: KeyProvider, path: Path) -> None:
    """The key of this gateway is made once and kept for every repeat."""
    if not path.exists():
        keys.create(path)
        return
    try:
        keys.public_key(path)
    except KeyUnusableError as error:
        raise EnrolmentError(f"{error}: remove it, and ask for a new token") from error


_ADVICE = {
    401: "the token is unknown: check that all of it was copied",
    403: "the cloud wants https",
    409: "the token has been used with another key: ask for a new one",
    410: "the token has expired: ask for a new one",
    429: "too many attempts: wait a few minutes",
}


def _refusal_text(status: int, answer: bytes) -> str:
    detail = read_problem(answer).detail
    advice = _ADVICE.get(status, "the cloud does not accept the request")
    return f"{advice} ({status}{': ' + detail if detail else ''})"


def _store(state_dir: Path, public_key: ec.EllipticCurvePublicKey, answer: bytes, server: CloudServer) -> Identity:
    """Check the grant before anything is written, and write the identity last."""
    try:
        fields: Any = json.loads(answer)
        identity = replace(identity_from_fields(fields), cloud_url=server.url)
        certificate_pem, authority_pem = str(fields["certificate_pem"]), str(fields["authority_pem"])
        leaf = x509.load_pem_x509_certificates(certificate_pem.encode())[0]
        x509.load_pem_x509_certificates(authority_pem.encode())
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError) as error:
        raise GrantMalformedError(f"the cloud's answer cannot be used: {error}") from error
    if leaf.public_key() != public_key:
        raise GrantMalformedError("the cloud's answer holds a certificate for another key")
    folder = identity_folder(state_dir)
    for left_over in (NEXT_CERTIFICATE_FILE, NEXT_KEY_FILE):  # of a renewal that is overtaken by this
        (folder / left_over).unlink(missing_ok=True)
    write_private(folder / AUTHORITY_FILE, authority_pem.encode())
    write_private(folder / CERTIFICATE_FILE, certificate_pem.encode())
    save_identity(state_dir, identity)
    return identity
