"""`tornello-gateway enrol`, the gateway's side: from a claim token to an identity, with no trust on first use.

The token carries the fingerprint of the site's root certificate. So the authority may be fetched from anybody; only
if the fingerprint fits is it trusted, and then nobody else is, for the connection that carries the token. The key is
made and stored before the request, so that a repeat after a power cut gets the same certificate.
"""

import hashlib
import http.client
import json
import re
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from gateway.identity import (
    AUTHORITY_FILE,
    CERTIFICATE_FILE,
    KEY_FILE,
    Identity,
    identity_folder,
    identity_from_fields,
    save_identity,
    write_private,
)

AUTHORITY_PATH = "/api/v1/enrolment/authority"
ENROLMENT_PATH = "/api/v1/enrolment"
TIMEOUT_S = 15.0
ANSWER_BYTES_MAX = 64 * 1024
_TOKEN = re.compile(r"tc1\.[a-z2-7]{26}\.(?P<fingerprint>[0-9a-f]{32})")


class EnrolmentError(Exception):
    """Enrolment did not succeed; the text says what to do. Nothing of an earlier identity was changed."""


class TokenMalformedError(EnrolmentError):
    """The text is not a claim token."""


class CloudUnreachableError(EnrolmentError):
    """Nobody answers at the address, or not as the cloud would."""


class AuthorityMismatchError(EnrolmentError):
    """The server shows an authority that the token does not vouch for, or a certificate of another one."""


class EnrolmentRefusedError(EnrolmentError):
    """The cloud says no; `status` is HTTP's."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class GrantMalformedError(EnrolmentError):
    """The cloud's answer is not a grant for our key."""


@dataclass(frozen=True, slots=True)
class _Server:
    host: str
    port: int


def enrol(url: str, token: str, state_dir: Path) -> Identity:
    """Claim this gateway's identity and store it under `state_dir`.

    Raises:
        TokenMalformedError, CloudUnreachableError, AuthorityMismatchError, EnrolmentRefusedError,
        GrantMalformedError: see each.
        OSError: the state directory cannot be written.
    """
    fingerprint = _fingerprint_in(token)
    server = _server_at(url)
    root_pem = _trusted_root(server, fingerprint)
    key = _own_key(identity_folder(state_dir) / KEY_FILE)
    context = ssl.create_default_context(cadata=root_pem)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    body = json.dumps({"token": token, "csr_pem": _signing_request(key)}).encode()
    status, answer = _exchange(server, context, "POST", ENROLMENT_PATH, body)
    if status != http.HTTPStatus.OK:
        raise EnrolmentRefusedError(status, _refusal_text(status, answer))
    return _store(state_dir, key, answer)


def _fingerprint_in(token: str) -> str:
    match = _TOKEN.fullmatch(token.strip())
    if match is None:
        raise TokenMalformedError("this is not a claim token: copy all of it, from `tc1.` to the end")
    return match["fingerprint"]


def _server_at(url: str) -> _Server:
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError as error:
        raise CloudUnreachableError(f"{url} has no valid port") from error
    if parts.scheme != "https" or not parts.hostname:
        raise CloudUnreachableError(f"{url} is not an https:// address")
    return _Server(parts.hostname, port or 443)


def _trusted_root(server: _Server, fingerprint: str) -> str:
    """Fetch the authority from whoever answers, and take the one certificate that the token vouches for."""
    anybody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    anybody.check_hostname = False
    anybody.verify_mode = ssl.CERT_NONE  # what comes is public, and believed for its fingerprint alone
    status, answer = _exchange(server, anybody, "GET", AUTHORITY_PATH, None)
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


def _own_key(path: Path) -> ec.EllipticCurvePrivateKey:
    """The key of this gateway; made once and kept for every repeat."""
    if path.exists():
        try:
            key = serialization.load_pem_private_key(path.read_bytes(), password=None)
        except ValueError as error:
            raise EnrolmentError(f"{path} is damaged: remove it, and ask for a new token") from error
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise EnrolmentError(f"{path} is not an EC key: remove it, and ask for a new token")
        return key
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    write_private(path, pem)
    return key


def _signing_request(key: ec.EllipticCurvePrivateKey) -> str:
    """Proof that we hold the key; the authority decides about the name."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tornello-gateway")])
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    return request.public_bytes(serialization.Encoding.PEM).decode()


def _exchange(
    server: _Server, context: ssl.SSLContext, method: str, path: str, body: bytes | None
) -> tuple[int, bytes]:
    connection = http.client.HTTPSConnection(server.host, server.port, timeout=TIMEOUT_S, context=context)
    headers = {"Content-Type": "application/json"} if body is not None else {}
    try:
        connection.request(method, path, body=body, headers=headers)
        response = connection.getresponse()
        answer = response.read(ANSWER_BYTES_MAX + 1)
    except ssl.SSLCertVerificationError as error:
        raise AuthorityMismatchError(
            f"{server.host} cannot prove that it belongs to the site: {error.verify_message}"
        ) from error
    except (OSError, http.client.HTTPException) as error:
        raise CloudUnreachableError(f"no proper answer from {server.host}:{server.port}: {error}") from error
    finally:
        connection.close()
    if len(answer) > ANSWER_BYTES_MAX:
        raise CloudUnreachableError(f"{server.host} answers with more than {ANSWER_BYTES_MAX} bytes: is it the cloud?")
    return response.status, answer


_ADVICE = {
    401: "the token is unknown: check that all of it was copied",
    403: "the cloud wants https",
    409: "the token has been used with another key: ask for a new one",
    410: "the token has expired: ask for a new one",
    429: "too many attempts: wait a few minutes",
}


def _refusal_text(status: int, answer: bytes) -> str:
    try:
        problem = json.loads(answer)
        detail = str(problem.get("detail") or problem.get("title") or "")[:300]
    except (ValueError, AttributeError):
        detail = ""
    advice = _ADVICE.get(status, "the cloud does not accept the request")
    return f"{advice} ({status}{': ' + detail if detail else ''})"


def _store(state_dir: Path, key: ec.EllipticCurvePrivateKey, answer: bytes) -> Identity:
    """Check the grant before anything is written, and write the identity last."""
    try:
        fields: Any = json.loads(answer)
        identity = identity_from_fields(fields)
        certificate_pem, authority_pem = str(fields["certificate_pem"]), str(fields["authority_pem"])
        leaf = x509.load_pem_x509_certificates(certificate_pem.encode())[0]
        x509.load_pem_x509_certificates(authority_pem.encode())
    except (ValueError, KeyError, IndexError) as error:
        raise GrantMalformedError(f"the cloud's answer cannot be used: {error}") from error
    if leaf.public_key() != key.public_key():
        raise GrantMalformedError("the cloud's answer holds a certificate for another key")
    folder = identity_folder(state_dir)
    write_private(folder / AUTHORITY_FILE, authority_pem.encode())
    write_private(folder / CERTIFICATE_FILE, certificate_pem.encode())
    save_identity(state_dir, identity)
    return identity
