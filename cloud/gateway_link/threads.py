"""The link's own threads: gateways are answered also while pages, imports or strangers keep all others of the process.

Most work waits for one of `SLOTS`; what may not wait behind a thousand gateways (the lease, whether there is news,
commands) has threads beside them.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

SLOTS: Final = 8
_BESIDE: Final = 4
_THREADS: Final = ThreadPoolExecutor(SLOTS + _BESIDE, thread_name_prefix="gateway-link")

T = TypeVar("T")


async def in_link_thread(work: Callable[[], T]) -> T:
    """What `work` returns or raises, as soon as one of the threads is free."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, work)
