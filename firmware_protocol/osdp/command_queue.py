"""What to send to one online reader next: its owner's commands, the link's own, a file, or a poll."""

from collections import deque
from enum import Enum

from firmware_protocol.osdp import commands
from firmware_protocol.osdp.commands import Command
from firmware_protocol.osdp.errors import QueueFullError
from firmware_protocol.osdp.file_sender import FileSender

COMMANDS_MAX = 16


class Origin(Enum):
    """Who wants a command sent, and so who hears of its end."""

    CALLER = "caller"
    LINK = "link"
    FILE = "file"


class CommandQueue:
    """The commands waiting for one reader, 16 of our caller's at most."""

    def __init__(self, address: int) -> None:
        self.address = address
        self._own: deque[Command] = deque()
        self._callers: deque[Command] = deque()
        self.file: FileSender | None = None

    @property
    def has_callers(self) -> bool:
        """True when a command of our caller is waiting."""
        return bool(self._callers)

    def add(self, *added: Command) -> None:
        """Queue our caller's commands, all or none; QueueFullError when they do not fit."""
        if len(self._callers) + len(added) > COMMANDS_MAX:
            raise QueueFullError(f"{len(self._callers)} of {COMMANDS_MAX} commands wait for reader {self.address}")
        self._callers.extend(added)

    def add_own(self, *added: Command) -> None:
        """Queue the link's own commands."""
        self._own.extend(added)

    def clear(self) -> tuple[Command, ...]:
        """Forget everything; gives our caller's commands that will not be sent."""
        lost = tuple(self._callers)
        self._callers.clear()
        self._own.clear()
        self.file = None
        return lost

    def next_command(self, now: float) -> tuple[Command, Origin]:
        """The next command and who wants it."""
        if self._callers and not self._is_file_exclusive:
            return self._callers.popleft(), Origin.CALLER
        if self._own and not self._is_file_exclusive:
            return self._own.popleft(), Origin.LINK
        if self.file is not None:
            if self.file.is_due(now):
                return self.file.next_part(), Origin.FILE
            self.file.handle_poll()
        return commands.Poll(), Origin.LINK

    def quiet_until(self) -> float:
        """Until when nothing at all may be sent, because a file transfer wants the line to itself."""
        return self.file.due_at if self.file is not None and self._is_file_exclusive else 0.0

    @property
    def _is_file_exclusive(self) -> bool:
        return self.file is not None and self.file.is_exclusive
