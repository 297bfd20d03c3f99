"""Cuts the connection of a gateway that is out of service but still speaks: TLS sessions outlive their certificate.

mosquitto reads a new list of revoked certificates, but asks nobody again who is connected already. It does let the
holder of a name take over that name's connection. So the cloud connects once under the gateway's name, with a
certificate of a few minutes that never leaves this process, and lets go: the gateway has to connect anew, and cannot.
"""

import asyncio
import logging
import tempfile
from collections import OrderedDict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from cloud.enrolment.authority import ROOT_FILE, AuthorityUnusableError, OnlineAuthority, client_profile
from cloud.settings import Address
from mqtt_client.errors import LinkError
from mqtt_client.reliable_client import ReliableClient
from mqtt_client.tls import TlsFiles

CERTIFICATE_LIFE: Final = timedelta(minutes=10)
AGAIN_AFTER_S: Final = 10.0
_REMEMBERED_MAX: Final = 1000
_logger = logging.getLogger(__name__)


class Expulsion:
    """Takes connections over, each gateway's at most every 10 s."""

    def __init__(self, authority_dir: Path, broker: Address) -> None:
        self._authority_dir = authority_dir
        self._broker = broker
        self._done_at: OrderedDict[str, float] = OrderedDict()

    async def expel(self, gateway_id: str) -> None:
        """End the connection of this gateway; whatever hinders it is told in the log."""
        now_s = asyncio.get_running_loop().time()
        if now_s - self._done_at.get(gateway_id, float("-inf")) < AGAIN_AFTER_S:
            return
        self._done_at[gateway_id] = now_s
        if len(self._done_at) > _REMEMBERED_MAX:
            self._done_at.popitem(last=False)
        try:
            await self._take_over(gateway_id)
        except (LinkError, AuthorityUnusableError, OSError) as error:
            _logger.warning("the connection of gateway %s is not cut: %s", gateway_id, error)
        else:
            _logger.warning("the connection of gateway %s is cut: it is out of service", gateway_id)

    async def _take_over(self, gateway_id: str) -> None:
        with tempfile.TemporaryDirectory(prefix="tornello-") as folder:
            files = await asyncio.to_thread(self._make_files, Path(folder), gateway_id)
            async with ReliableClient(
                self._broker.host, self._broker.port, tls=files, client_id=gateway_id, subscriptions=[]
            ):
                pass

    def _make_files(self, folder: Path, gateway_id: str) -> TlsFiles:
        authority = OnlineAuthority.load(self._authority_dir)
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = authority.issue(key.public_key(), client_profile(gateway_id, CERTIFICATE_LIFE), datetime.now(UTC))
        files = TlsFiles(self._authority_dir / ROOT_FILE, folder / "certificate.pem", folder / "key.pem")
        files.certificate.write_text(certificate)
        files.key.touch(mode=0o600)
        files.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return files
