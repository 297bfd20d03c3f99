"""The process that only works: the link to the gateways, without pages and API. `serve --no-worker` is the other half.

Both halves may run on one machine or on several that share a PostgreSQL database.
"""

import asyncio
import contextlib

from cloud.database import Database
from cloud.gateway_link.link import run_link
from cloud.server import stop_requested
from cloud.settings import Settings


async def work(settings: Settings, database: Database) -> None:
    """Keep the link to the gateways until SIGTERM or SIGINT."""
    link = asyncio.create_task(run_link(settings, database))
    stop = asyncio.create_task(stop_requested())
    await asyncio.wait((link, stop), return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    link.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await link
