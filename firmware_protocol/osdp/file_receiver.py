"""Takes one file from an access control unit, part by part, in order and within a size."""

from firmware_protocol.osdp.commands import FilePart
from firmware_protocol.osdp.replies import FileStatus, FileTransferStatus


class FileReceiver:
    """``size_max`` is the largest file that is taken, in bytes; 0 takes none."""

    def __init__(self, size_max: int) -> None:
        self._size_max = size_max
        self._part: FilePart | None = None
        self._data = bytearray()

    def take(self, part: FilePart) -> tuple[FileTransferStatus, bytes | None]:
        """The answer to one part, and the whole file when this part completes it."""
        if part.total_size > self._size_max:
            return self._fail(FileStatus.UNRECOGNISED)
        if part.offset == 0:
            self._part = part
            self._data.clear()
        first = self._part
        if first is None or (first.type, first.total_size) != (part.type, part.total_size):
            return self._fail(FileStatus.ABORT)
        if part.offset != len(self._data):
            return self._fail(FileStatus.ABORT)
        self._data += part.data
        if len(self._data) < part.total_size:
            return FileTransferStatus(FileStatus.PROCEED), None
        return FileTransferStatus(FileStatus.PROCESSED), bytes(self._data) if part.data else None

    def abort(self) -> None:
        """Forget the file."""
        self._part = None
        self._data.clear()

    def _fail(self, status: FileStatus) -> tuple[FileTransferStatus, None]:
        self.abort()
        return FileTransferStatus(status), None
