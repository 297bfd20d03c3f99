"""A clock that only moves when told to."""

from sync_protocol.messages import ClockTrust


class FakeClock:
    """Implements the ports `Clock` and `SettableClock`."""

    def __init__(self, wall_ms: int = 1_800_000_000_000) -> None:
        self.now_s = 1000.0
        self.start_ms = wall_ms
        self.trust: ClockTrust = "synced"
        self.boot_id = "boot-a"
        self.signed_ms: list[int] = []
        self.answered_ms: list[int] = []
        self.old_words: set[int] = set()

    def monotonic(self) -> float:
        return self.now_s

    def wall_ms(self) -> int:
        return self.start_ms + int((self.now_s - 1000.0) * 1000)

    def advance(self, seconds: float) -> None:
        self.now_s += seconds

    def note_signed_time(self, cloud_time_ms: int) -> bool:
        """Believes everything that is not in `old_words`."""
        self.signed_ms.append(cloud_time_ms)
        return cloud_time_ms not in self.old_words

    def note_answered_time(self, cloud_time_ms: int, round_trip_s: float) -> None:
        assert round_trip_s >= 0
        self.answered_ms.append(cloud_time_ms)
