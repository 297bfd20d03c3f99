"""How long one exchange may hold the line, whatever the device sends or does not send.

Noise is no reply: it wins no time. A reply that has begun gets the time that its bytes take on the wire, so one that
drips ends soon after a reply time-out, and a long one at full speed is waited for.
"""

from firmware_protocol.osdp import timing

SHORTEST_REPLY = 10
"""Bytes of the shortest reply: some adapters deliver it only when it is complete."""
STRAYS_MAX = 2
"""So many bytes before a reply mean nothing: a transceiver adds them when it turns round. More are a garbled reply,
after which the line need only fall silent.
"""


class ReplyWindow:
    """The wait for the reply to a command whose last byte is on the wire at ``sent_at``.

    The reply must begin within ``delay`` seconds. The answer to a probe (``is_probe``) is short and gets no more than
    the standard's reply time-out, all bytes included.
    """

    def __init__(self, sent_at: float, delay: float, *, baud: int, is_probe: bool) -> None:
        shortest = timing.transmission_time(SHORTEST_REPLY, baud)
        self.sent_at = sent_at
        self._baud = baud
        self._is_probe = is_probe
        self._begin_by = sent_at + delay + shortest
        self._end_by = sent_at + timing.REPLY_DELAY_MAX + shortest
        self.deadline = self._begin_by
        """When the reply is given up, in seconds of the monotonic clock."""

    def handle_bytes(self, now: float, *, pending: int, strays: int) -> None:
        """Bytes arrived: ``pending`` of them are the beginning of a reply, ``strays`` so far belong to no frame."""
        quiet_at = now + timing.inter_character_timeout(self._baud)
        if pending:
            earned = 0.0 if self._is_probe else timing.transmission_time(pending, self._baud)
            self.deadline = max(self._begin_by, min(quiet_at, self._end_by + earned))
        elif strays > STRAYS_MAX:
            self.deadline = min(quiet_at, self._end_by)
