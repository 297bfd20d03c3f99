"""Sends new revisions to the gateways: within milliseconds of a commit in this process, within a second of others'."""

import asyncio
import logging
from typing import Final

from cloud.database import DATABASE_FAULTS
from cloud.desired_state import service as desired_state
from cloud.gateway_link.gateway_session import Workshop
from cloud.gateway_link.ingester import Ingester
from cloud.gateway_link.threads import in_link_thread

POLL_S: Final = 1.0
_logger = logging.getLogger(__name__)


async def publish_for_ever(workshop: Workshop, ingester: Ingester) -> None:
    """Watch the heads of all sites and rouse the session of each gateway that is behind."""
    with workshop.database.wakeups.subscribe("desired_state") as subscription:
        while True:
            try:
                revisions = await in_link_thread(lambda: _revisions(workshop))
            except DATABASE_FAULTS as error:
                _logger.warning("cannot look for news for the gateways: %s", error)
                await asyncio.sleep(POLL_S)
                continue
            for session in ingester.sessions.values():
                is_behind = session.sent_revision != revisions.get(session.site_id, 0)
                if is_behind and session.is_listening and ingester.share.has("publish", session.site_id):
                    session.push()
            await subscription.wait(POLL_S)


def _revisions(workshop: Workshop) -> dict[str, int]:
    with workshop.database.session() as session:
        return desired_state.heads(session)
