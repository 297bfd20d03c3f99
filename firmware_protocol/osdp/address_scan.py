"""Looks for devices at addresses that nobody configured: one ID command each, in plain text.

The scan takes turns with the polls of the readers in service, and waits 30 ms for each answer.
"""

from collections import deque
from collections.abc import Callable, Iterable

from firmware_protocol.osdp.codes import BROADCAST_ADDRESS, ReplyCode
from firmware_protocol.osdp.commands import IdRequest
from firmware_protocol.osdp.errors import PayloadError
from firmware_protocol.osdp.events import Event, ReaderFound, ScanFinished
from firmware_protocol.osdp.fields import require
from firmware_protocol.osdp.frame import Frame
from firmware_protocol.osdp.replies import Identification

REPLY_DELAY = 0.030


class AddressScan:
    """Tries ``addresses`` one after the other; emits ReaderFound for each that answers, then ScanFinished."""

    def __init__(self, addresses: Iterable[int], emit: Callable[[Event], None]) -> None:
        self._waiting = deque(addresses)
        require(bool(self._waiting), "a scan of no address")
        require(all(0 <= address < BROADCAST_ADDRESS for address in self._waiting), "addresses are 0..126")
        self._emit = emit
        self.address = self._waiting[0]
        """The address being tried."""

    @property
    def is_finished(self) -> bool:
        return not self._waiting

    def next_bytes(self) -> bytes:
        """What to transmit."""
        self.address = self._waiting[0]
        command = IdRequest()
        return Frame(self.address, False, 0, command.CODE, command.encode()).encode_with_mark()

    def handle_silence(self) -> None:
        """Nobody is there."""
        self._advance()

    def handle_frame(self, frame: Frame) -> None:
        """Somebody is there, whatever it answers."""
        identification: Identification | None = None
        if frame.code == ReplyCode.PDID and frame.security is None:
            try:
                identification = Identification.parse(frame.payload)
            except PayloadError:
                identification = None
        self._emit(ReaderFound(self.address, identification))
        self._advance()

    def _advance(self) -> None:
        self._waiting.popleft()
        if not self._waiting:
            self._emit(ScanFinished(self.address))
