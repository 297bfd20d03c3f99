"""Whose turn it is on the bus.

Commands go first, then silent readers within their budget, then polls: readers with recent activity, and
those that are coming online, every fourth turn, all others in the order of their last poll.

As long as others are alive, a reader that did not answer gets a short time to answer, and all of them
together get one quarter of the bus time while they still count as online, one thirtieth afterwards. So a dead
reader costs its neighbours next to nothing, and does not delay the repetition of a frame that a live one
lost. One that answers late is heard all the same. One that answers with garbage is treated as silent, and left
alone for as long as its share of the bus demands, whether its neighbours are still alive or not.
"""

from collections.abc import Collection

from firmware_protocol.osdp.link_states import LinkState
from firmware_protocol.osdp.reader_link import ReaderLink
from firmware_protocol.osdp.timing import PROBE_DELAY_MAX, REPLY_DELAY_MAX

ACTIVE_SECONDS = 3.0
"""How long after a card, a key or a command a reader is polled with preference."""
ACTIVE_TURN_EVERY = 4
RETRY_SHARE = 4
"""Readers that fell silent, but still count as online, together get one part in so many of the bus time."""
PROBE_SHARE = 30
"""Readers that are offline together get one part in so many: at 9600 baud a probe takes 26 ms."""
PROBE_PAUSE_MAX = 1.0
"""No probe holds up the next one for longer than this many seconds."""
FULL_PROBE_SECONDS = 60.0
"""One probe in so many seconds waits the standard's full 200 ms, for a reader that is always slow."""


class ProbeBudget:
    """Bus time for readers that do not answer: one part in ``share``."""

    def __init__(self, share: int) -> None:
        self._share = share
        self.allowed_at = 0.0

    def pause_after(self, seconds: float) -> float:
        """How many seconds to pause after so many were wasted."""
        return seconds * (self._share - 1)

    def charge(self, started_at: float, now: float) -> None:
        """A turn that began at ``started_at`` was wasted: pause so that the share holds."""
        self.allowed_at = now + min(self.pause_after(now - started_at), PROBE_PAUSE_MAX)


class PollSchedule:
    """Chooses the next reader and the time it gets to answer."""

    def __init__(self) -> None:
        self._retries = ProbeBudget(RETRY_SHARE)
        self._probes = ProbeBudget(PROBE_SHARE)
        self._spending: tuple[ProbeBudget, float] | None = None
        self._asked: ReaderLink | None = None
        self._full_probe_at: float | None = None
        self._turn = 0

    def choose(self, links: Collection[ReaderLink], now: float) -> ReaderLink | None:
        """The reader to transmit to now, or None when nobody is due."""
        live = _live(links)
        due = [link for link in links if _is_served(link) and self._due_at(link, live) <= now]
        urgent = [link for link in due if link.has_commands and not link.is_silent]
        silent = [link for link in due if link.is_silent]
        candidates = urgent or silent or self._polled(due, now)
        return min(candidates, key=lambda link: link.polled_at, default=None)

    def next_due_at(self, links: Collection[ReaderLink]) -> float | None:
        """When ``choose`` will have somebody, in seconds of the monotonic clock; None when never."""
        live = _live(links)
        return min((self._due_at(link, live) for link in links if _is_served(link)), default=None)

    def begin(self, link: ReaderLink, links: Collection[ReaderLink], now: float) -> float:
        """The reader's turn begins; gives how many seconds it has to begin its reply."""
        self._asked = link
        is_probe = link.is_silent or link.is_probed
        has_live = _has_other(_live(links), link)
        self._spending = (self._budget(link), now) if link.is_silent and has_live else None
        if not is_probe or (link.is_online and not has_live):
            return link.reply_delay
        if not has_live:
            return REPLY_DELAY_MAX if link.is_silent else PROBE_DELAY_MAX
        is_full = self._full_probe_at is not None and now >= self._full_probe_at
        if is_full or self._full_probe_at is None:
            self._full_probe_at = now + FULL_PROBE_SECONDS
        return REPLY_DELAY_MAX if is_full else PROBE_DELAY_MAX

    def handle_silence(self, now: float) -> None:
        """Charge a silent reader's turn to the budget, if it held up anybody; a first silence is free."""
        if self._spending is not None:
            budget, started_at = self._spending
            budget.charge(started_at, now)

    def handle_noise(self, links: Collection[ReaderLink], seconds_held: float, now: float) -> None:
        """The line is free again after the reader that was asked last held it with noise for so many seconds; up to a
        reply time-out that is nobody's fault.
        """
        babbler, self._asked = self._asked, None
        if babbler is None or seconds_held <= REPLY_DELAY_MAX:
            return
        if any(_is_served(other) for other in links if other is not babbler):
            babbler.handle_babble(self._budget(babbler).pause_after(seconds_held), now)

    def _budget(self, link: ReaderLink) -> ProbeBudget:
        return self._retries if link.is_online else self._probes

    def _polled(self, due: list[ReaderLink], now: float) -> list[ReaderLink]:
        self._turn = (self._turn + 1) % ACTIVE_TURN_EVERY
        active = [link for link in due if not link.is_online or now - link.online.active_at < ACTIVE_SECONDS]
        return active if active and self._turn == 0 else due

    def _due_at(self, link: ReaderLink, live: set[ReaderLink]) -> float:
        if link.is_silent and _has_other(live, link):
            return max(link.due_at, self._budget(link).allowed_at)
        return link.due_at


def _is_served(link: ReaderLink) -> bool:
    return link.state is not LinkState.DISABLED


def _live(links: Collection[ReaderLink]) -> set[ReaderLink]:
    """Who must not be held up; one lost frame makes no reader dead, least of all beside one that babbles."""
    return {link for link in links if not link.is_mute and link.state not in {LinkState.DISABLED, LinkState.PROBING}}


def _has_other(live: set[ReaderLink], link: ReaderLink) -> bool:
    return not live <= {link}
