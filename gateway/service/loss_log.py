"""What is lost is told once for each reason, however often it is tried again, and once that it is back."""

import logging
from typing import Final

REASONS_MAX: Final = 16


class LossLog:
    """Writes to `log`; `is_lost` from the first loss until it is over."""

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._told: set[str] = set()

    @property
    def is_lost(self) -> bool:
        """Whether a loss was told that is not over."""
        return bool(self._told)

    def tell_loss(self, level: int, reason: str, more: str) -> None:
        """At `level` if this reason is new since the thing was last there, otherwise at DEBUG; `more` may differ."""
        is_new = reason not in self._told and len(self._told) < REASONS_MAX
        if is_new:
            self._told.add(reason)
        self._log.log(level if is_new else logging.DEBUG, "%s; %s", reason, more)

    def tell_back(self, words: str) -> None:
        """Once after a loss."""
        if self._told:
            self._told.clear()
            self._log.info("%s", words)
