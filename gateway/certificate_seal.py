"""Signs what goes to siblings with the key of the certificate in use, and verifies what they have signed."""

import asyncio
from datetime import UTC, datetime

from gateway.certificate_pairs import PairsOnDisk
from gateway.key_provider import KeyUnusableError
from gateway.service.sibling_ports import SealUnusableError
from sync_protocol.errors import SignatureInvalidError
from sync_protocol.sibling_seal import SiblingVerifier, chain_of, seal
from sync_protocol.topics import SideTopic


class CertificateSeal:
    """Implements the port `SiblingSeal`."""

    def __init__(self, pairs: PairsOnDisk) -> None:
        self._pairs = pairs
        self._verifier: SiblingVerifier | None = None

    async def seal(self, topic: SideTopic, payload: bytes) -> bytes:
        return await asyncio.to_thread(self._seal, topic, payload)  # keys may be sealed, and opening them takes a while

    def open(self, topic: SideTopic, data: bytes) -> bytes:
        if self._verifier is None:
            try:
                self._verifier = SiblingVerifier(self._pairs.authority_pem)
            except (OSError, ValueError) as error:
                raise SignatureInvalidError(f"the site's authority is not known here: {error}") from error
        return self._verifier.open(topic, data, datetime.now(UTC))

    def _seal(self, topic: SideTopic, payload: bytes) -> bytes:
        try:
            certificates = chain_of(self._pairs.certificate_pem)
            return seal(str(topic), payload, certificates=certificates, sign=self._pairs.sign)
        except (OSError, ValueError, KeyUnusableError) as error:
            raise SealUnusableError(f"this gateway cannot sign: {error}") from error
