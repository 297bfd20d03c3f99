"""What happened, as short lines: the last of them are told when a law breaks."""

from collections import Counter, deque
from collections.abc import Callable
from hashlib import blake2b

TOLD = 40


class BrokenLawError(Exception):
    """Something happened that must never happen."""


class Story:
    """Keeps the newest lines, counts all by their first words, and condenses them to a fingerprint."""

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._lines: deque[str] = deque(maxlen=TOLD)
        self._digest = blake2b(digest_size=8)
        self.counts: Counter[str] = Counter()

    def tell(self, who: str, what: str, detail: str = "") -> None:
        """`who` does `what`."""
        line = f"{self._now_s():9.3f}  {who:8} {what} {detail}".rstrip()
        self._lines.append(line)
        self._digest.update(line.encode())
        self.counts[what] += 1

    @property
    def lines(self) -> tuple[str, ...]:
        return tuple(self._lines)

    @property
    def fingerprint(self) -> str:
        return self._digest.hexdigest()
