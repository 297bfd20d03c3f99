"""The sites' signing keys as the link uses them: kept in memory, and read again when a rotation makes a step."""

import asyncio
import logging
from collections.abc import Mapping
from functools import partial
from typing import Final

from cloud.database import DATABASE_FAULTS, Database
from cloud.gateway_link.gateway_session import Workshop
from cloud.gateway_link.ingester import Ingester
from cloud.gateway_link.threads import in_link_thread
from cloud.kit.sealed_secrets import UnsealError
from cloud.sites import service as sites
from cloud.sites import signing_keys
from mqtt_client.errors import PublishRefusedError
from sync_protocol.messages import SigningKeys
from sync_protocol.signing import SiteSigner

POLL_S: Final = 5.0
_logger = logging.getLogger(__name__)


class SiteKeys:
    """Its calls read the database, and belong into a thread; `signer` only the first time."""

    def __init__(self, database: Database, secret: bytes) -> None:
        self._database = database
        self._secret = secret
        self._signers: dict[str, tuple[int, SiteSigner]] = {}

    def known_signer(self, site_id: str) -> SiteSigner | None:
        """What signs for a site, if that was read already."""
        known = self._signers.get(site_id)
        return None if known is None else known[1]

    def signer(self, site_id: str) -> SiteSigner:
        """What signs for a site.

        Raises:
            UnsealError: the secret is not the one that sealed the key.
        """
        with self._database.session() as session:
            site = sites.get_site(session, site_id)
            signer = sites.site_signer(site, self._secret)
        self._signers[site_id] = site.signing_keys_serial, signer
        return signer

    def refresh(self) -> Mapping[str, int]:
        """Let keys take over whose time has come; the serial of each site's keys."""
        with self._database.session() as session:
            found = signing_keys.serials(session)
            is_any_due = any(at is not None and at <= session.now for _, at in found.values())
        if is_any_due:
            with self._database.transaction() as session:
                signing_keys.take_over_due(session)
                session.flush()
                found = signing_keys.serials(session)
        serials = {site_id: serial for site_id, (serial, _) in found.items()}
        for site_id, (serial, _) in list(self._signers.items()):
            if serials.get(site_id) != serial:  # also one that somebody read while its site changed keys
                self._signers.pop(site_id, None)
        return serials

    def announcement(self, site_id: str) -> SigningKeys:
        """What a site's gateways are to believe."""
        with self._database.session() as session:
            return signing_keys.announcement(sites.get_site(session, site_id), self._secret)


async def announce_for_ever(workshop: Workshop, ingester: Ingester, keys: SiteKeys) -> None:
    """Tell each gateway the newest keys; one that misses it is told after its next Hello.

    Raises:
        LinkError: the link is lost.
    """
    with workshop.database.wakeups.subscribe("site_keys") as subscription:
        while True:
            try:
                await _announce(workshop, ingester, keys)
            except (*DATABASE_FAULTS, PublishRefusedError, UnsealError) as error:
                _logger.warning("the signing keys are not announced, it will be tried again: %s", error)
                await asyncio.sleep(POLL_S)
            await subscription.wait(POLL_S)


async def _announce(workshop: Workshop, ingester: Ingester, keys: SiteKeys) -> None:
    serials = await in_link_thread(keys.refresh)
    announced: dict[str, SigningKeys] = {}
    for session in list(ingester.sessions.values()):
        site_id = session.site_id
        is_behind = session.keys_serial < serials.get(site_id, 0)
        if not (is_behind and session.is_listening and ingester.share.has("publish", site_id)):
            continue
        if site_id not in announced:
            announced[site_id] = await in_link_thread(partial(keys.announcement, site_id))
        await workshop.sender.send(site_id, session.gateway_id, announced[site_id])
        session.keys_serial = announced[site_id].serial
