"""A serial port that is none: a pty in raw mode, reached by a symbolic link at a stable path.

Our end keeps the other one open too, so that the gateway may close and open the port as it likes without our end
seeing a hang-up, and its terminal settings stay raw.
"""

import asyncio
import os
import pty
import tty
from collections.abc import Callable
from pathlib import Path

from provisioning.virtual_turnstile.errors import PathTakenError

READ_SIZE = 4096


class PtyPort:
    """The reader's end of the wire; give the bytes that arrive to `receive`, in the running loop."""

    def __init__(self, link: Path, receive: Callable[[bytes], None]) -> None:
        self._link = link
        self._receive = receive
        self._ours, self._theirs = pty.openpty()
        self._target = os.ttyname(self._theirs)
        tty.setraw(self._theirs)
        os.set_blocking(self._ours, False)
        try:
            self._place_link()
        except BaseException:
            self._close_ends()
            raise
        asyncio.get_running_loop().add_reader(self._ours, self._read)

    def write(self, data: bytes) -> bool:
        """Send; False when the other end has not read for so long that the line is full: the bytes are lost."""
        try:
            return os.write(self._ours, data) == len(data)
        except BlockingIOError:
            return False

    def close(self) -> None:
        """Take the port away; its link too, unless somebody has put another one there."""
        asyncio.get_running_loop().remove_reader(self._ours)
        if self._link.is_symlink() and str(self._link.readlink()) == self._target:
            self._link.unlink()
        self._close_ends()

    def _read(self) -> None:
        self._receive(os.read(self._ours, READ_SIZE))

    def _place_link(self) -> None:
        if self._link.is_symlink():
            self._link.unlink()
        elif self._link.exists():
            raise PathTakenError(f"{self._link} is there already and is no link")
        self._link.parent.mkdir(parents=True, exist_ok=True)
        self._link.symlink_to(self._target)

    def _close_ends(self) -> None:
        os.close(self._ours)
        os.close(self._theirs)
