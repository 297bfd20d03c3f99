"""The worker's broom: now and then it sweeps away what is older than it is kept."""

from collections.abc import Callable
from functools import partial
from typing import Final

from cloud.database import Database
from cloud.long_work import keep_doing, repeat

SWEPT_EVERY_S: Final = 3_600.0


async def keep_short(
    what: str, prune_some: Callable[[Database], bool], database: Database, *, every_s: float = SWEPT_EVERY_S
) -> None:
    """Prune again and again until cancelled.

    `prune_some` removes a little in a transaction of its own, and says whether there may be more.
    """
    await keep_doing(f"pruning {what}", partial(repeat, prune_some), database, every_s=every_s)
