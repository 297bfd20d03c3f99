"""Warnings about one gateway, each sort at most once a minute: who floods the service shall not fill its disk too."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

EVERY_S: Final = 60.0


@dataclass(slots=True)
class _Sort:
    said_at: float
    kept_back: int = 0


class SparingLog:
    """Logs warnings; sorts are told apart by their text before the values are filled in."""

    def __init__(self, logger: logging.Logger, clock: Callable[[], float] = time.monotonic) -> None:
        self._logger = logger
        self._clock = clock
        self._sorts: dict[str, _Sort] = {}

    def warn(self, text: str, *values: object) -> bool:
        """Say it, or count that it was to be said; whether it was said."""
        now = self._clock()
        sort = self._sorts.setdefault(text, _Sort(now - EVERY_S))
        if now - sort.said_at < EVERY_S:
            sort.kept_back += 1
            return False
        more = f" ({sort.kept_back} more like this since the last one)" if sort.kept_back else ""
        self._logger.warning(text + more, *values)
        sort.said_at, sort.kept_back = now, 0
        return True
