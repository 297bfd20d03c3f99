"""Gives a reader a key of its own (SCBK), and proves that it took it.

The new key is put on disk as pending before the reader hears of it, and is in force only after a new handshake with
it. It gives way to another one only after a whole handshake with the key before it: one that fails proves nothing,
for anybody on the line can spoil it. So whatever happens in between, no reader has a key that nobody knows. The
public default key (SCBK-D) is spoken here and nowhere else.
"""

from collections.abc import Callable
from typing import Final, Literal, Protocol

from firmware_protocol.osdp import commands, events
from firmware_protocol.osdp.errors import CommandRefusedError
from firmware_protocol.osdp.reader_settings import ReaderSettings
from gateway.installer.bench import (
    InstallerError,
    InstallerRefusedError,
    NoAnswerError,
    OpenBench,
    ReaderBench,
    Tell,
)

PATIENCE_S: Final = 10.0
"""How long a reader may take for each step; a reader that was just plugged in boots for some seconds."""

Mode = Literal["new", "rotate", "force"]
"""A first key; another one for a reader that has ours; a first one although we have a key: the reader was reset."""


class ReaderKeyStore(Protocol):
    """The key of one reader: the one in force, and the pending one of a pairing under way."""

    @property
    def current(self) -> bytes | None: ...

    @property
    def pending(self) -> bytes | None: ...

    def save_pending(self, key: bytes) -> None:
        """Keep a key durably before the reader hears of it, in the place of an earlier pending one."""
        ...

    def promote(self) -> None:
        """The reader has proved that it holds the pending key: it is in force from now on."""
        ...

    def drop_pending(self) -> None:
        """The reader has not taken the pending key."""
        ...


class Pairing:
    """Pairs the reader at `address` on a line of `baud`; `new_key` must be a cryptographic source of 16 bytes."""

    def __init__(
        self,
        address: int,
        *,
        baud: int,
        open_bench: OpenBench,
        keys: ReaderKeyStore,
        new_key: Callable[[], bytes],
        tell: Tell,
    ) -> None:
        self._address = address
        self._baud = baud
        self._open_bench = open_bench
        self._keys = keys
        self._new_key = new_key
        self._tell = tell

    async def run(self, mode: Mode) -> None:
        """Leave the reader with a key of its own, in force on both sides.

        Raises:
            InstallerRefusedError: there is a key already, here or in the reader, and nobody said what to do about it.
            NoAnswerError: no reader answers at this address.
            InstallerError: the reader did not take the key, or was lost on the way; the text says what to do.
        """
        if self._keys.pending is not None:
            self._tell("an earlier pairing was interrupted: trying the key that it left")
            if await self._finish_pending(self._keys.pending):
                return
        # A key that cannot be read any more is no hindrance to pairing anew.
        current = None if mode == "force" else self._keys.current
        if mode == "new" and current is not None:
            raise InstallerRefusedError(
                "there is a key for this reader already: --rotate gives the reader another one, "
                "--force pairs it anew after it was reset or replaced"
            )
        if mode == "rotate" and current is None:
            raise InstallerRefusedError("there is no key for this reader yet that could be rotated: pair it first")
        scbk = current if mode == "rotate" else None
        async with self._open_bench(self._baud, [self._settings(scbk)]) as bench:
            await self._come_online(bench, has_own_key=scbk is not None)
            await self._set_key(bench)
        self._tell("the reader proved in a new handshake that it holds the new key")
        self._keys.promote()

    def _settings(self, scbk: bytes | None) -> ReaderSettings:
        return ReaderSettings(self._address, scbk=scbk, is_pairing=scbk is None)

    async def _finish_pending(self, pending: bytes) -> bool:
        """Whether the reader holds the pending key; then it is in force."""
        async with self._open_bench(self._baud, [self._settings(pending)]) as bench:
            while True:
                match await bench.next_event(PATIENCE_S):
                    case events.ReaderOnline():
                        break
                    case events.SecureChannelFailed():
                        self._tell("the reader does not answer to that key: trying the one before it")
                        return False
                    case None:
                        raise self._no_answer()
        self._tell("the reader holds that key: the pairing is complete")
        self._keys.promote()
        return True

    async def _come_online(self, bench: ReaderBench, *, has_own_key: bool) -> None:
        self._tell(f"waiting for the reader at address {self._address}")
        while True:
            match await bench.next_event(PATIENCE_S):
                case events.ReaderOnline(identification=identity):
                    way = "its key" if has_own_key else "the default key"
                    self._tell(
                        f"the reader answers to {way}: vendor {identity.vendor_code:06x}, model {identity.model}, "
                        f"serial number {identity.serial_number}"
                    )
                    return
                case events.SecureChannelFailed(reason=reason):
                    if has_own_key:
                        raise InstallerError(
                            f"the reader does not answer to its key ({reason.value}): if it was reset or replaced, "
                            "pair it with --force"
                        )
                    raise InstallerRefusedError(
                        f"the reader does not take the default key ({reason.value}): it has a key already, or cannot "
                        "have one; put it into install mode as its manual says, and try again"
                    )
                case None:
                    raise self._no_answer()

    async def _set_key(self, bench: ReaderBench) -> None:
        key = self._new_key()
        self._keys.save_pending(key)
        bench.send(self._address, commands.KeySet(key))
        self._tell("a new key is on its way to the reader")
        while True:
            match await bench.next_event(PATIENCE_S):
                case events.CommandFailed(command=commands.KeySet(), error=CommandRefusedError() as error):
                    self._keys.drop_pending()
                    raise InstallerError(f"the reader did not take the key: {error}")
                case events.CommandFailed(command=commands.KeySet()) | events.SecureChannelFailed() | None:
                    raise InstallerError(
                        "the reader was lost while it took the key: run the same command again, which tries the old "
                        "and the new one"
                    )
                case events.ReaderOnline(is_secure=True):
                    return

    def _no_answer(self) -> NoAnswerError:
        return NoAnswerError(
            f"nobody answers at address {self._address} with {self._baud} baud: look at wiring and power, or look for "
            "the reader with `tornello-gateway scan-readers`"
        )
