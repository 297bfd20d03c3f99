"""Whose turn it is on the bus.

Commands go first, then silent readers within their budget, then polls: readers with recent
activity every second turn, all others in the order of their last poll. A silent reader gets a
short time to answer, and one tenth of the time at most, as long as others on the bus are alive;
so a dead reader costs its neighbours next to nothing.
"""

from collections.abc import Collection, Iterable

from firmware_protocol.osdp.link_states import LinkState
from firmware_protocol.osdp.reader_link import ReaderLink
from firmware_protocol.osdp.timing import PROBE_DELAY_MAX, REPLY_DELAY_MAX

ACTIVE_SECONDS = 3.0
"""How long after a card, a key or a command a reader is polled with preference."""
PROBE_SHARE = 10
"""Silent readers together get one part in so many of the bus time."""
PROBE_PAUSE_MAX = 1.0
"""No probe holds up the next one for longer than this many seconds."""
FULL_PROBE_EVERY = 64
"""One probe in so many waits the standard's full 200 ms, for readers that are slow to start."""


class PollSchedule:
    """Chooses the next reader and the time it gets to answer."""

    def __init__(self) -> None:
        self._probe_started_at: float | None = None
        self._probe_allowed_at = 0.0
        self._probe_count = 0
        self._was_active_turn = False

    def choose(self, links: Collection[ReaderLink], now: float) -> ReaderLink | None:
        """The reader to transmit to now, or None when nobody is due."""
        has_neighbours = _has_live(links)
        due = [link for link in links if _may_be_polled(link) and self._due_at(link, has_neighbours) <= now]
        urgent = [link for link in due if link.has_commands and not link.is_silent]
        silent = [link for link in due if link.is_silent]
        candidates = urgent or silent or due
        if candidates is due:
            active = [link for link in due if now - link.online.active_at < ACTIVE_SECONDS]
            self._was_active_turn = bool(active) and not self._was_active_turn
            candidates = active if self._was_active_turn else due
        return min(candidates, key=lambda link: link.polled_at, default=None)

    def next_due_at(self, links: Collection[ReaderLink]) -> float | None:
        """When ``choose`` will have somebody, in seconds of the monotonic clock; None when never."""
        has_neighbours = _has_live(links)
        return min((self._due_at(link, has_neighbours) for link in links if _may_be_polled(link)), default=None)

    def reply_delay(self, link: ReaderLink, links: Iterable[ReaderLink]) -> float:
        """How many seconds the reader has to begin its reply."""
        if not link.is_silent or not _has_live(links) or self._probe_count % FULL_PROBE_EVERY == 0:
            return REPLY_DELAY_MAX
        return PROBE_DELAY_MAX

    def handle_transmission(self, link: ReaderLink, now: float) -> None:
        """Remember when a silent reader's turn began."""
        self._probe_started_at = now if link.is_silent else None
        self._probe_count += link.is_silent

    def handle_silence(self, now: float) -> None:
        """Charge a silent reader's turn to the budget; a live reader's first silence is free."""
        if self._probe_started_at is not None:
            cost = now - self._probe_started_at
            self._probe_allowed_at = now + min(cost * (PROBE_SHARE - 1), PROBE_PAUSE_MAX)

    def _due_at(self, link: ReaderLink, has_neighbours: bool) -> float:  # noqa: FBT001
        if link.is_silent and has_neighbours:
            return max(link.due_at, self._probe_allowed_at)
        return link.due_at


def _may_be_polled(link: ReaderLink) -> bool:
    return link.state is not LinkState.DISABLED


def _has_live(links: Iterable[ReaderLink]) -> bool:
    return any(not link.is_silent and link.state not in {LinkState.DISABLED, LinkState.PROBING} for link in links)
