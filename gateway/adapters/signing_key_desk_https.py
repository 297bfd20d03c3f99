"""The site's signing keys over HTTPS: a challenge, and a question that the certificate's key has signed.

The server must show a certificate of the site's authority, so the answer is the cloud's without any signature of its.
"""

import asyncio
import base64
import http
import json
from typing import Any, Final

from gateway.certificate_pairs import CertificateUnusableError, PairsOnDisk
from gateway.cloud_https import CloudServer, EnrolmentError, exchange, read_problem, trusting
from gateway.key_provider import KeyUnusableError
from gateway.service.certificate_ports import DeskUnreachableError, RenewalDeniedError
from gateway.service.signing_keys import KeyRing
from sync_protocol.renewal_proof import signing_keys_statement
from sync_protocol.signing import key_id_of

CHALLENGE_PATH: Final = "/api/v1/enrolment/challenge"
KEYS_PATH: Final = "/api/v1/enrolment/signing-keys"
TIMEOUT_S: Final = 4.0
"""Of each of the two exchanges, so that a gateway that is told to stop does."""


class HttpsSigningKeyDesk:
    """Implements the port `SigningKeyDesk`."""

    def __init__(self, server: CloudServer, gateway_id: str, pairs: PairsOnDisk) -> None:
        self._server = server
        self._gateway_id = gateway_id
        self._pairs = pairs

    async def obtain(self) -> KeyRing:
        return await asyncio.to_thread(self._obtain)

    def _obtain(self) -> KeyRing:
        try:
            context = trusting(self._pairs.authority_pem)
            answer = exchange(self._server, context, path=CHALLENGE_PATH, timeout_s=TIMEOUT_S)
            challenge = _fields(*answer).get("challenge")
            body = self._signed_question(str(challenge))
            return _ring(_fields(*exchange(self._server, context, path=KEYS_PATH, body=body, timeout_s=TIMEOUT_S)))
        except (EnrolmentError, CertificateUnusableError, KeyUnusableError, ValueError) as error:
            raise DeskUnreachableError(str(error)) from error

    def _signed_question(self, challenge: str) -> bytes:
        current = self._pairs.current
        if current is None:
            raise DeskUnreachableError("there is no certificate to ask with")
        statement = signing_keys_statement(gateway_id=self._gateway_id, serial=current.serial, challenge=challenge)
        return json.dumps(
            {
                "gateway_id": self._gateway_id,
                "certificate_pem": self._pairs.certificate_pem,
                "challenge": challenge,
                "signature": base64.b64encode(self._pairs.sign(statement)).decode(),
            }
        ).encode()


def _fields(status: int, answer: bytes) -> dict[str, Any]:
    if status != http.HTTPStatus.OK:
        problem = read_problem(answer)
        text = problem.detail or f"the cloud answers {status}"
        if status in {http.HTTPStatus.UNAUTHORIZED, http.HTTPStatus.FORBIDDEN}:
            raise RenewalDeniedError(problem.code or str(status), text)
        raise DeskUnreachableError(text)
    try:
        fields = json.loads(answer)
    except (ValueError, RecursionError) as error:
        raise DeskUnreachableError("the cloud's answer is no JSON") from error
    if not isinstance(fields, dict):
        raise DeskUnreachableError("the cloud's answer is no object")
    return fields


def _ring(fields: dict[str, Any]) -> KeyRing:
    serial, keys = fields.get("serial"), fields.get("signing_keys")
    if not isinstance(serial, int) or not isinstance(keys, dict) or not keys:
        raise DeskUnreachableError("the cloud's answer has no keys")
    ring = KeyRing(serial, {str(key_id): bytes.fromhex(str(raw)) for key_id, raw in keys.items()})
    if any(len(raw) != 32 or key_id_of(raw) != key_id for key_id, raw in ring.keys.items()):
        raise DeskUnreachableError("the cloud's keys are not what their ids say")
    return ring
