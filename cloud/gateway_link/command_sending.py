"""Sends commands to the gateways: within milliseconds of the asking in this process, within a second of others'."""

import asyncio
import logging
from typing import Final

from cloud.database import DATABASE_FAULTS
from cloud.gate_commands import service as gate_commands
from cloud.gate_commands.service import Outgoing
from cloud.gateway_link.gateway_session import Workshop
from cloud.gateway_link.threads import in_link_thread
from cloud.kit.sealed_secrets import UnsealError
from mqtt_client.errors import PublishRefusedError

POLL_S: Final = 1.0
_logger = logging.getLogger(__name__)


async def send_commands_for_ever(workshop: Workshop) -> None:
    """Send each command once, as soon as it is asked for, and note those that are missed.

    Raises:
        LinkError: the link is lost; what was being sent is not sent again.
    """
    with workshop.database.wakeups.subscribe(gate_commands.WAKE_TOPIC) as subscription:
        while True:
            try:
                due = await in_link_thread(lambda: _take_due(workshop))
            except DATABASE_FAULTS as error:
                _logger.warning("cannot look for commands: %s", error)
                await asyncio.sleep(POLL_S)
                continue
            for outgoing in due:
                await _send(workshop, outgoing)
            await subscription.wait(POLL_S)


def _take_due(workshop: Workshop) -> list[Outgoing]:
    with workshop.database.session() as session:
        if not gate_commands.has_due(session):
            return []
    with workshop.database.transaction() as session:
        return gate_commands.take_due(session)


async def _send(workshop: Workshop, outgoing: Outgoing) -> None:
    try:
        await workshop.sender.send(outgoing.site_id, outgoing.gateway_id, outgoing.command)
    except (*DATABASE_FAULTS, PublishRefusedError, UnsealError) as error:
        _logger.warning("command %s is not sent: %s", outgoing.command.command_id, error)
