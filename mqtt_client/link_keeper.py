"""Keeps a link alive for ever: connect, serve, and after any failure of the link wait with jitter and do it again."""

import asyncio
from collections.abc import Awaitable, Callable

from mqtt_client.backoff import Backoff
from mqtt_client.errors import LinkError, LinkLostError
from mqtt_client.reliable_client import ReliableClient


async def keep_linked(
    connect: Callable[[], ReliableClient],
    serve: Callable[[ReliableClient], Awaitable[None]],
    *,
    backoff: Backoff,
    report: Callable[[LinkError, float], None],
) -> None:
    """Run `serve` on one connection after the other until cancelled.

    `report` gets each failure and the seconds until the next attempt. Errors that are not of the link are not caught:
    they are bugs, and end the process that its supervisor starts again.
    """
    now_s = asyncio.get_running_loop().time
    while True:
        connected_at: float | None = None
        try:
            async with connect() as client:
                connected_at = now_s()
                await serve(client)
            failure: LinkError = LinkLostError("given up by this side")
        except LinkError as error:
            failure = error
        lasted_s = 0.0 if connected_at is None else now_s() - connected_at
        delay_s = backoff.next_delay_s(lasted_s)
        report(failure, delay_s)
        await asyncio.sleep(delay_s)
