"""The cloud's renewal over HTTPS: a challenge, and a request that both keys have signed.

The server must show a certificate of the site's authority, as for enrolment; who we are is proven by the signature and
not by TLS, so that a reverse proxy may stand between.
"""

import asyncio
import base64
import http
import json
from typing import Any, Final, Literal

from gateway.certificate_pairs import CertificateUnusableError, PairsOnDisk
from gateway.cloud_https import CloudServer, EnrolmentError, exchange, read_problem, trusting
from gateway.key_provider import KeyUnusableError
from gateway.service.certificate_ports import DeskUnreachableError, RenewalDeniedError
from sync_protocol.renewal_proof import renewal_statement

CHALLENGE_PATH: Final = "/api/v1/enrolment/challenge"
RENEWAL_PATH: Final = "/api/v1/enrolment/renewal"
TIMEOUT_S: Final = 4.0
"""Of each of the two exchanges, so that a gateway that is told to stop does."""
_DENIED: Final = frozenset({http.HTTPStatus.FORBIDDEN, http.HTTPStatus.CONFLICT})


class HttpsCertificateDesk:
    """Implements the port `CertificateDesk`."""

    def __init__(self, server: CloudServer, gateway_id: str, pairs: PairsOnDisk) -> None:
        self._server = server
        self._gateway_id = gateway_id
        self._pairs = pairs

    async def obtain(self) -> Literal["granted", "waiting_for_approval"]:
        return await asyncio.to_thread(self._obtain)

    def _obtain(self) -> Literal["granted", "waiting_for_approval"]:
        assert self._pairs.current is not None, "who has no certificate cannot renew it"
        try:
            context = trusting(self._pairs.authority_pem)
            status, answer = exchange(self._server, context, path=CHALLENGE_PATH, timeout_s=TIMEOUT_S)
            challenge = _field(status, answer, "challenge")
            body = self._signed_request(self._pairs.current.serial, challenge)
            status, answer = exchange(self._server, context, path=RENEWAL_PATH, body=body, timeout_s=TIMEOUT_S)
            if status == http.HTTPStatus.ACCEPTED:
                return "waiting_for_approval"
            self._pairs.receive(_field(status, answer, "certificate_pem"))
        except (EnrolmentError, CertificateUnusableError, KeyUnusableError) as error:
            raise DeskUnreachableError(str(error)) from error
        return "granted"

    def _signed_request(self, serial: str, challenge: str) -> bytes:
        csr_pem = self._pairs.request_next()
        try:
            statement = renewal_statement(
                gateway_id=self._gateway_id, serial=serial, challenge=challenge, csr_pem=csr_pem
            )
        except ValueError as error:
            raise DeskUnreachableError(f"the cloud's challenge cannot be used: {error}") from error
        signature = base64.b64encode(self._pairs.sign(statement)).decode()
        return json.dumps(
            {
                "gateway_id": self._gateway_id,
                "certificate_pem": self._pairs.certificate_pem,
                "challenge": challenge,
                "csr_pem": csr_pem,
                "signature": signature,
            }
        ).encode()


def _field(status: int, answer: bytes, name: str) -> str:
    """A text of a good answer.

    Raises:
        RenewalDeniedError: the cloud says no.
        DeskUnreachableError: it says something else.
    """
    if status in _DENIED:
        problem = read_problem(answer)
        raise RenewalDeniedError(problem.code or str(status), problem.detail or "the cloud says no")
    if status != http.HTTPStatus.OK:
        problem = read_problem(answer)
        raise DeskUnreachableError(f"the cloud answers {status} {problem.code}: {problem.detail}")
    try:
        fields: Any = json.loads(answer)
        value = fields[name]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise DeskUnreachableError(f"the cloud's answer has no {name}") from error
    if not isinstance(value, str):
        raise DeskUnreachableError(f"the cloud's answer has no {name}")
    return value
