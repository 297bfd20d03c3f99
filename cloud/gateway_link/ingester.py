"""Takes what comes up from the gateways and gives each message to its gateway's session.

A topic says who speaks: the broker grants a gateway only topics with its own name, and the site in the topic must be
the gateway's. Whoever does not fit is ignored, with one line in the log.
"""

import asyncio
import logging
from collections.abc import Sequence
from typing import Final

from cloud.database import DATABASE_FAULTS
from cloud.gateway_link import reception
from cloud.gateway_link.gateway_session import GatewaySession, Workshop
from cloud.gateway_link.inbox import Arrived
from cloud.gateway_link.reception import Known
from cloud.gateway_link.share import ALONE, NOBODY, Share
from cloud.kit.sealed_secrets import UnsealError
from cloud.sites import service as sites
from mqtt_client.errors import PublishRefusedError
from sync_protocol.errors import TopicError
from sync_protocol.messages import EventsAcked
from sync_protocol.topics import Topic, parse_topic

_STRANGERS_MAX: Final = 1000
_TOLD_AT_ONCE: Final = 64
_logger = logging.getLogger(__name__)


class Ingester:
    """The sessions of one link; each runs as a task of `tasks`, and ends with the link or when its site leaves `share`.

    `sessions` are by the gateways' ids.
    """

    def __init__(self, workshop: Workshop, tasks: asyncio.TaskGroup, share: Share = ALONE) -> None:
        self._workshop = workshop
        self._tasks = tasks
        self._strangers: set[str] = set()
        self._running: dict[str, asyncio.Task[None]] = {}
        self.share = share
        self.sessions: dict[str, GatewaySession] = {}

    def change_share(self, share: Share) -> Share:
        """Serve these sites from now on, and say which it were; sessions with gateways of others end."""
        before, self.share = self.share, share
        for gateway_id, session in list(self.sessions.items()):
            if not share.has_any(session.site_id):
                del self.sessions[gateway_id]
                self._running.pop(gateway_id).cancel()
        return before

    async def resume(self, before: Share = NOBODY) -> None:
        """Go on where another process, or an earlier run of this one, was stopped: all that `before` had not.

        Gateways that were connected a moment ago get news at once, and are told how far their journals are taken over:
        what they sent in vain they send again then, without waiting.

        Raises:
            LinkError: the link is lost.
        """
        try:
            resumed = await self._workshop.run(lambda: self._connected(before))
        except DATABASE_FAULTS as error:
            _logger.warning("gateways get no news before they speak: %s", error)
            return
        for known, _ in resumed:
            if known.gateway_id not in self.sessions:
                self._open(known)
        for start in range(0, len(resumed), _TOLD_AT_ONCE):
            some = resumed[start : start + _TOLD_AT_ONCE]
            await asyncio.gather(*(self._confirm(known, acks) for known, acks in some))

    async def _confirm(self, known: Known, acks: Sequence[EventsAcked]) -> None:
        try:
            for ack in acks:
                await self._workshop.sender.send(known.site_id, known.gateway_id, ack)
        except (*DATABASE_FAULTS, PublishRefusedError, UnsealError) as error:
            _logger.warning("gateway %s is not told what is taken over: %s", known.gateway_id, error)

    async def handle(self, topic_text: str, message: Arrived) -> None:
        """Pass one message on, or ignore it."""
        try:
            topic = parse_topic(topic_text)
        except TopicError as error:
            self._ignore(topic_text, str(error), message)
            return
        if not self.share.has_any(topic.site_id):
            message.ack()  # still on its way when another process took the site over
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
        self._running[known.gateway_id] = self._tasks.create_task(session.run())
        return session

    def _find(self, gateway_id: str) -> Known | None:
        with self._workshop.database.session() as session:
            return reception.find_known(session, gateway_id)

    def _connected(self, before: Share) -> list[tuple[Known, list[EventsAcked]]]:
        with self._workshop.database.session() as session:
            gateways = [each for each in sites.list_gateways(session) if sites.is_connected(each, session.now)]
            site_ids = {each.site_id for each in gateways}
            gained = {site_id for site_id in site_ids if self.share.gains(site_id, before)}
            ingested = {site_id for site_id in gained if self.share.has("ingest", site_id)}
            acks = reception.confirm_again(session, [each for each in gateways if each.site_id in ingested])
            return [(reception.known_of(each), acks.get(each.id, [])) for each in gateways if each.site_id in gained]

    def _ignore(self, stranger: str, why: str, message: Arrived) -> None:
        if stranger not in self._strangers:
            _logger.warning("ignored from now on: %s (%s)", stranger[:120], why)
            if len(self._strangers) >= _STRANGERS_MAX:
                self._strangers.clear()
            self._strangers.add(stranger)
        message.ack()
