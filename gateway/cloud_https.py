"""One exchange with the cloud over HTTPS, for enrolment and for renewal: who is trusted, what can go wrong by name."""

import http.client
import json
import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

from gateway.https_deadline import BoundedConnection, Deadline

TIMEOUT_S = 15.0
ANSWER_BYTES_MAX = 64 * 1024


class EnrolmentError(Exception):
    """Enrolment did not succeed; the text says what to do. Nothing of an earlier identity was changed."""


class CloudUnreachableError(EnrolmentError):
    """Nobody answers at the address, or not as the cloud would."""


class AuthorityMismatchError(EnrolmentError):
    """The server shows an authority that the token does not vouch for, or a certificate of another one."""


@dataclass(frozen=True, slots=True)
class CloudServer:
    """Where the cloud answers over HTTPS."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """The address in the form that `server_at` takes."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"https://{host}:{self.port}"


def server_at(url: str) -> CloudServer:
    """The server of an `https://` address; a path in it does not matter.

    Raises:
        CloudUnreachableError: it is not such an address.
    """
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError as error:
        raise CloudUnreachableError(f"{url} has no valid port") from error
    if parts.scheme != "https" or not parts.hostname:
        raise CloudUnreachableError(f"{url} is not an https:// address")
    return CloudServer(parts.hostname, port or 443)


def trusting(authority_pem: str) -> ssl.SSLContext:
    """TLS 1.2 or newer that believes this authority and nobody else.

    Raises:
        EnrolmentError: the text holds no certificate.
    """
    # Not create_default_context: for an empty text it believes whomever the system does.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(cadata=authority_pem)
    except (ssl.SSLError, ValueError, TypeError) as error:
        raise EnrolmentError("the file of the site's authority holds no certificate") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def exchange(
    server: CloudServer,
    context: ssl.SSLContext,
    *,
    path: str,
    body: bytes | None = None,
    timeout_s: float = TIMEOUT_S,
) -> tuple[int, bytes]:
    """GET, or POST if there is a body (JSON); the answer is HTTP's status and at most 64 KiB, whole within the time.

    Raises:
        AuthorityMismatchError: the server's certificate is not of the authority that is trusted, or not for this name.
        CloudUnreachableError: no answer, or more than the cloud would say.
    """
    deadline = Deadline(timeout_s, silence_s=timeout_s)
    connection = BoundedConnection(server.host, server.port, context=context, deadline=deadline)
    headers = {"Content-Type": "application/json"} if body is not None else {}
    try:
        connection.request("GET" if body is None else "POST", path, body=body, headers=headers)
        with connection.getresponse() as response:
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


@dataclass(frozen=True, slots=True)
class Problem:
    """A refusal of the cloud (RFC 9457): its stable name, empty if it has none, and what it says."""

    code: str
    detail: str


def read_problem(answer: bytes) -> Problem:
    """The refusal in an answer; one that is no problem+json has neither name nor text."""
    try:
        fields = json.loads(answer)
        detail = str(fields.get("detail") or fields.get("title") or "")[:300]
        return Problem(str(fields.get("type") or "").rpartition(":")[2][:100], detail)
    except (ValueError, AttributeError, RecursionError):
        return Problem("", "")
