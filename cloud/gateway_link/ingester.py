"""Takes what comes up from the gateways and gives each message to its gateway's session.

A topic says who speaks: the broker grants a gateway only topics with its own name, and the site in the topic must be
the gateway's. Whoever does not fit is ignored, with one line in the log.
"""

import asyncio
import logging
from typing import Final

from cloud.database import DATABASE_FAULTS
from cloud.gateway_link import reception
from cloud.gateway_link.gateway_session import Arrived, GatewaySession, Workshop
from cloud.gateway_link.reception import Known
from cloud.sites import service as sites
from sync_protocol.errors import TopicError
from sync_protocol.topics import Topic, parse_topic

_STRANGERS_MAX: Final = 1000
_logger = logging.getLogger(__name__)


class Ingester:
    """The sessions of one link; each runs as a task of `tasks`, and ends with the link."""

    def __init__(self, workshop: Workshop, tasks: asyncio.TaskGroup) -> None:
        self._workshop = workshop
        self._tasks = tasks
        self._strangers: set[str] = set()
        self.sessions: dict[str, GatewaySession] = {}

    async def resume(self) -> None:
        """Open sessions with the gateways that were connected a moment ago, so that news reach them at once."""
        try:
            connected = await self._workshop.run(self._connected)
        except DATABASE_FAULTS as error:
            _logger.warning("gateways get no news before they speak: %s", error)
            return
        for known in connected:
            self._open(known)

    async def handle(self, topic_text: str, message: Arrived) -> None:
        """Pass one message on, or ignore it."""
        try:
            topic = parse_topic(topic_text)
        except TopicError as error:
            self._ignore(topic_text, str(error), message)
            return
        try:
            session = self.sessions.get(topic.gateway_id) or await self._admit(topic)
        except DATABASE_FAULTS as error:
            _logger.warning("gateway %s is not heard, it will ask again: %s", topic.gateway_id, error)
            message.ack()
            return
        if session is None or session.site_id != topic.site_id:
            self._ignore(f"{topic.site_id}/{topic.gateway_id}", "no such gateway at this site", message)
            return
        session.offer(topic, message)

    async def _admit(self, topic: Topic) -> GatewaySession | None:
        known = await self._workshop.run(lambda: self._find(topic.gateway_id))
        return self._open(known) if known is not None else None

    def _open(self, known: Known) -> GatewaySession:
        session = GatewaySession(self._workshop, known)
        self.sessions[known.gateway_id] = session
        self._tasks.create_task(session.run())
        return session

    def _find(self, gateway_id: str) -> Known | None:
        with self._workshop.database.session() as session:
            return reception.find_known(session, gateway_id)

    def _connected(self) -> list[Known]:
        with self._workshop.database.session() as session:
            return [
                Known(gateway.id, gateway.site_id, is_retired=False, applied_revision=gateway.applied_revision)
                for gateway in sites.list_gateways(session)
                if sites.is_connected(gateway, session.now)
            ]

    def _ignore(self, stranger: str, why: str, message: Arrived) -> None:
        if stranger not in self._strangers:
            _logger.warning("ignored from now on: %s (%s)", stranger[:120], why)
            if len(self._strangers) >= _STRANGERS_MAX:
                self._strangers.clear()
            self._strangers.add(stranger)
        message.ack()
