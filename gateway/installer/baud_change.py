"""Moves all readers of a bus to another speed (COMSET), or leaves all of them at the old one.

A bus has one speed: a reader that stays behind is lost to it. So readers that moved are moved back when one did not.
"""

from collections.abc import Mapping
from typing import Final

from firmware_protocol.osdp import commands, events
from firmware_protocol.osdp.reader_settings import ReaderSettings
from firmware_protocol.osdp.replies import ComParameters
from gateway.installer.bench import InstallerError, NoAnswerError, OpenBench, ReaderBench, Tell

PATIENCE_S: Final = 10.0


class BaudChange:
    """`readers` are all readers of the bus, by name."""

    def __init__(self, readers: Mapping[str, ReaderSettings], open_bench: OpenBench, tell: Tell) -> None:
        self._readers = dict(readers)
        self._names = {settings.address: name for name, settings in readers.items()}
        self._open_bench = open_bench
        self._tell = tell

    async def run(self, old_baud: int, new_baud: int) -> None:
        """Move every reader from the old to the new speed, and see it answer there.

        Raises:
            NoAnswerError: a reader does not answer at the old speed; nothing was changed.
            InstallerError: a reader did not move; the text says which, and whether the others could be moved back.
        """
        moved: list[str] = []
        try:
            async with self._open_bench(old_baud, list(self._readers.values())) as bench:
                await self._wait_online(bench, set(self._readers), old_baud)
                for name in self._readers:
                    await self._move(bench, name, new_baud)
                    moved.append(name)
            async with self._open_bench(new_baud, list(self._readers.values())) as bench:
                await self._wait_online(bench, set(self._readers), new_baud)
        except InstallerError as error:
            if not moved:
                raise
            left = await self._move_back(moved, old_baud, new_baud)
            outcome = f"not moved back: {', '.join(left)}" if left else f"all readers are at {old_baud} baud again"
            raise InstallerError(f"{error}; {outcome}") from error

    async def _wait_online(self, bench: ReaderBench, names: set[str], baud: int) -> None:
        waiting = set(names)
        while waiting:
            match await bench.next_event(PATIENCE_S):
                case events.ReaderOnline(address=address):
                    waiting.discard(self._names[address])
                    self._tell(f"reader {self._names[address]} answers at {baud} baud")
                case None:
                    raise NoAnswerError(f"no answer at {baud} baud from: {', '.join(sorted(waiting))}")
                case events.SecureChannelFailed(address=address, reason=reason):
                    raise InstallerError(f"reader {self._names[address]}: {reason.value}")

    async def _move(self, bench: ReaderBench, name: str, baud: int) -> None:
        address = self._readers[name].address
        bench.send(address, commands.ComSet(address, baud))
        while True:
            match await bench.next_event(PATIENCE_S):
                case events.CommandCompleted(address=replying, reply=ComParameters() as reply) if replying == address:
                    if reply.baud != baud:
                        raise InstallerError(f"reader {name} does not take {baud} baud, it stays at {reply.baud}")
                    bench.leave_alone(address)
                    return
                case events.CommandFailed(address=replying, error=error) if replying == address:
                    raise InstallerError(f"reader {name} does not take another speed: {error}")
                case None:
                    raise InstallerError(f"reader {name} was lost while it changed its speed")

    async def _move_back(self, moved: list[str], old_baud: int, new_baud: int) -> list[str]:
        """Those of the moved readers that could not be moved back."""
        self._tell(f"moving back to {old_baud} baud: {', '.join(moved)}")
        left = []
        for name in moved:
            try:
                async with self._open_bench(new_baud, [self._readers[name]]) as bench:
                    await self._wait_online(bench, {name}, new_baud)
                    await self._move(bench, name, old_baud)
            except InstallerError:
                left.append(name)
        return left
