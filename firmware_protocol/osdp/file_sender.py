"""Sends one file to a reader, part by part, as fast as the reader's FTSTAT replies allow."""

from firmware_protocol.osdp.commands import FilePart
from firmware_protocol.osdp.errors import FileTransferError
from firmware_protocol.osdp.file_messages import FILE_HEADER_SIZE
from firmware_protocol.osdp.frame import payload_size_max
from firmware_protocol.osdp.replies import FileStatus, FileTransferStatus

IDLE_PARTS_MAX = 600
"""Empty parts sent at the end while the reader digests the file, before it counts as stuck."""
_IDLE_SECONDS = 0.1


class FileSender:
    """One file on its way. ``frame_size_max`` is what the reader takes."""

    def __init__(self, file_type: int, data: bytes, *, frame_size_max: int, is_secure: bool) -> None:
        self.type = file_type
        self._data = data
        self._is_secure = is_secure
        self._part_size = payload_size_max(frame_size_max, is_secure=is_secure) - FILE_HEADER_SIZE
        self._offset = 0
        self._sent_size = 0
        self._idle_parts = 0
        self._due_at = 0.0
        self._wants_poll = False
        self.is_exclusive = False
        """True while the reader wants no other command between the parts."""
        self.is_done = False

    @property
    def offset(self) -> int:
        """How many bytes the reader has taken."""
        return self._offset

    def is_due(self, now: float) -> bool:
        """True when the next part may go out; after a poll where the reader asked for one."""
        return now >= self._due_at and not self._wants_poll

    @property
    def due_at(self) -> float:
        return self._due_at

    def next_part(self) -> FilePart:
        """The next part; empty at the end, to keep a reader company that digests the file."""
        data = self._data[self._offset : self._offset + self._part_size]
        self._sent_size = len(data)
        # Some polls between the parts, so that a card is still read meanwhile.
        self._wants_poll = not self.is_exclusive
        return FilePart(self.type, len(self._data), self._offset, data)

    def handle_poll(self) -> None:
        """A poll has gone out between two parts."""
        self._wants_poll = False

    def handle_status(self, status: FileTransferStatus, now: float) -> FileTransferError | None:
        """Take the reader's answer to a part; the error that ends the transfer, or None."""
        self._due_at = now + status.delay_ms / 1000
        self.is_exclusive = not status.may_interleave
        self._wants_poll &= status.may_interleave
        if status.message_size_max:
            size = payload_size_max(status.message_size_max, is_secure=self._is_secure) - FILE_HEADER_SIZE
            self._part_size = max(size, 1)
        if status.detail < 0:
            return FileTransferError(status.detail)
        self._offset += self._sent_size
        self._sent_size = 0
        if self._offset < len(self._data):
            return None
        return self._handle_end(status, now)

    def _handle_end(self, status: FileTransferStatus, now: float) -> FileTransferError | None:
        self.is_done = status.detail in {FileStatus.PROCESSED, FileStatus.REBOOTING}
        if self.is_done:
            return None
        self._idle_parts += 1
        self._due_at = max(self._due_at, now + _IDLE_SECONDS)
        return FileTransferError(status.detail) if self._idle_parts > IDLE_PARTS_MAX else None
