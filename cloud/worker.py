"""The process that only works: the link to the gateways, without pages and API. `serve --no-worker` is the other half.

Both halves may run on one machine or on several that share a PostgreSQL database. Of several workers one keeps the
link, and another takes over when it ends.
"""

import asyncio
import contextlib
import logging
import signal

from cloud.database import Database
from cloud.gateway_link.link import run_link
from cloud.settings import Settings

_logger = logging.getLogger(__name__)


async def work(settings: Settings, database: Database) -> None:
    """Keep the link to the gateways until SIGTERM or SIGINT."""
    link = asyncio.create_task(run_link(settings, database))
    stop = asyncio.create_task(stop_requested())
    await asyncio.wait((link, stop), return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    link.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await link


async def stop_requested() -> None:
    """Return at the first SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    signals = (signal.SIGTERM, signal.SIGINT)
    for number in signals:
        loop.add_signal_handler(number, stop.set)
    try:
        await stop.wait()
    finally:
        for number in signals:
            loop.remove_signal_handler(number)
    _logger.info("stopping")
