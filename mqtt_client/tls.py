"""Mutual TLS with the site's authority alone, and plain names for what OpenSSL reports."""

import socket
import ssl
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cryptography import x509

from mqtt_client.errors import CertificateRefusedError


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """PEM files: whom to trust, who we are (with the chain), and our key, with the passphrase that opens it, if any."""

    authority: Path
    certificate: Path
    key: Path
    key_passphrase: bytes | None = field(default=None, repr=False)


# What OpenSSL's verification of the broker's certificate found (X509_V_ERR_*).
_VERIFY_CODES = {
    9: ("broker_not_yet_valid", "the broker's certificate is not valid yet: check this machine's clock"),
    10: ("broker_expired", "the broker's certificate has expired, or this machine's clock is wrong"),
    62: ("broker_name_mismatch", "the broker's certificate is for another host name"),
    64: ("broker_name_mismatch", "the broker's certificate is for another address"),
}
# The broker's alerts about our certificate (RFC 8446, section 6.2), as OpenSSL names them.
_ALERTS = {
    "UNKNOWN_CA": ("authority_unknown", "the broker does not know the authority of our certificate: enrol again"),
    "CERTIFICATE_REVOKED": ("certificate_revoked", "our certificate has been revoked: enrol again"),
    "CERTIFICATE_EXPIRED": ("certificate_expired", "our certificate has expired: staff have to approve the next one"),
    "CERTIFICATE_REQUIRED": ("certificate_required", "the broker wants a certificate and got none"),
    "BAD_CERTIFICATE": ("certificate_rejected", "the broker rejects our certificate"),
    "CERTIFICATE_UNKNOWN": ("certificate_rejected", "the broker rejects our certificate"),
    "UNSUPPORTED_CERTIFICATE": ("certificate_rejected", "the broker rejects our certificate for this use"),
    "ACCESS_DENIED": ("certificate_rejected", "the broker denies access to our certificate"),
    "DECRYPT_ERROR": ("certificate_rejected", "certificate and key do not belong together"),
}


class _TidySocket(ssl.SSLSocket):
    """Closes itself when the handshake fails; paho leaves that to the garbage collector."""

    def do_handshake(self, block: bool = False) -> None:  # noqa: FBT001, FBT002 - the signature of ssl.SSLSocket
        try:
            super().do_handshake(block)
        except OSError:
            self.close()
            raise


def client_context(files: TlsFiles) -> ssl.SSLContext:
    """TLS 1.2 or newer, host name checked, nobody trusted but the site's authority.

    Raises:
        CertificateRefusedError: our own files are missing or unusable; the text names them.
    """
    try:
        context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=str(files.authority))
        context.sslsocket_class = _TidySocket
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        # Without a passphrase OpenSSL would ask for one at the terminal.
        context.load_cert_chain(str(files.certificate), str(files.key), password=files.key_passphrase or b"")
    except OSError as error:
        raise CertificateRefusedError(
            "certificate_rejected",
            f"cannot use {files.certificate} with {files.key} and {files.authority}: {error}",
        ) from error
    return context


def certificate_refusal(error: BaseException | None) -> CertificateRefusedError | None:
    """The certificate problem behind an error of the socket, or None when there is no such problem."""
    if isinstance(error, ssl.SSLCertVerificationError):
        reason, text = _VERIFY_CODES.get(
            error.verify_code,
            ("broker_not_trusted", f"the broker's certificate is not trusted: {error.verify_message}"),
        )
        return CertificateRefusedError(reason, text)
    if isinstance(error, ssl.SSLError) and error.reason is not None:
        for alert, (reason, text) in _ALERTS.items():
            if error.reason.endswith(f"ALERT_{alert}"):
                return CertificateRefusedError(reason, text)
    return None


def refine_refusal(refusal: CertificateRefusedError, certificate: Path, now: datetime) -> CertificateRefusedError:
    """The same refusal of our certificate, named by what its own dates say.

    TLS has one alert for a certificate that has expired and for a list of revoked certificates that has, and none for a
    certificate that is not valid yet (RFC 8446, section 6.2; the alerts are those of OpenSSL's `ssl_x509err2alert`).
    """
    if refusal.reason not in {"certificate_expired", "certificate_rejected"}:
        return refusal
    try:
        ours = x509.load_pem_x509_certificate(certificate.read_bytes())
    except (OSError, ValueError):
        return refusal
    if refusal.reason == "certificate_rejected" and now < ours.not_valid_before_utc:
        return _not_yet_valid(ours)
    if refusal.reason == "certificate_expired" and now < ours.not_valid_after_utc:
        return CertificateRefusedError(
            "validity_disputed",
            f"the broker takes our certificate for expired, but it is valid until {_moment(ours.not_valid_after_utc)}: "
            "the broker's list of revoked certificates has expired, or a clock is wrong",
        )
    return refusal


def out_of_time(certificate: Path, now: datetime) -> CertificateRefusedError | None:
    """What is wrong with our certificate by its own dates, for brokers that send no alert; None: nothing."""
    try:
        ours = x509.load_pem_x509_certificate(certificate.read_bytes())
    except (OSError, ValueError):
        return None
    if now < ours.not_valid_before_utc:
        return _not_yet_valid(ours)
    if now > ours.not_valid_after_utc:
        text = f"the broker hangs up, and our certificate has expired on {_moment(ours.not_valid_after_utc)}"
        return CertificateRefusedError("certificate_expired", text)
    return None


def _not_yet_valid(ours: x509.Certificate) -> CertificateRefusedError:
    return CertificateRefusedError(
        "certificate_not_yet_valid",
        f"our certificate is not valid before {_moment(ours.not_valid_before_utc)}: check this machine's clock",
    )


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def probe_refusal(
    host: str, port: int, context: ssl.SSLContext, timeout_s: float = 2.0
) -> CertificateRefusedError | None:
    """Ask the broker once more what it has against our certificate; blocks, at most about two timeouts.

    In TLS 1.3 the alert about a client's certificate comes after the client may already have sent data. A broker that
    then closes makes the kernel reset the connection, and the alert can be lost. Here nothing is sent, so it arrives.
    """
    try:
        with (
            socket.create_connection((host, port), timeout_s) as plain,
            context.wrap_socket(plain, server_hostname=host) as secure,
        ):
            secure.recv(1)
    except OSError as error:
        return certificate_refusal(error)
    return None
