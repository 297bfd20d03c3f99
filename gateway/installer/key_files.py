"""The key of one reader on disk, and beside it the pending one of a pairing under way."""

from pathlib import Path

from gateway.durable_files import move_durably
from gateway.reader_keys import ReaderKeyError, ReaderKeyMissingError, read_reader_key, write_reader_key


class ReaderKeyFiles:
    """`path` is the reader's `scbk_file`; the pending key is beside it, with `.new` behind its name.

    Every member raises OSError when the disk does not do it.
    """

    def __init__(self, path: Path, state_dir: Path) -> None:
        self._path = path
        self._pending_path = path.with_name(path.name + ".new")
        self._state_dir = state_dir

    @property
    def current(self) -> bytes | None:
        """The key in force; None without a file. ReaderKeyError when there is one that cannot be used."""
        try:
            return read_reader_key(self._path, self._state_dir)
        except ReaderKeyMissingError:
            return None

    @property
    def pending(self) -> bytes | None:
        """The key that the reader may or may not have taken; None without one that could be tried."""
        try:
            return read_reader_key(self._pending_path, self._state_dir)
        except ReaderKeyError:
            return None

    def save_pending(self, key: bytes) -> None:
        """Keep a key durably before the reader hears of it."""
        write_reader_key(self._pending_path, key, self._state_dir)

    def promote(self) -> None:
        """Put the pending key in the place of the one in force."""
        move_durably(self._pending_path, self._path)

    def drop_pending(self) -> None:
        """Forget the pending key."""
        self._pending_path.unlink(missing_ok=True)
