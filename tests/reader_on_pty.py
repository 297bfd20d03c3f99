"""A reader at the far end of a serial line: our OSDP peripheral device on a pseudo-terminal, in the test's own loop."""

import asyncio
import os
import secrets
import tty
from collections.abc import Callable
from types import TracebackType
from typing import Self

from firmware_protocol.osdp import events
from firmware_protocol.osdp.peripheral_device import PeripheralDevice, PeripheralSettings
from firmware_protocol.wiegand import encode_wiegand26

FACILITY = 17
CARD_REPLY_SIZE = 24
"""In the secure channel a reply with a card is longer than this, an acknowledgement shorter."""


class ReaderOnPty:
    """`port` is what a gateway opens. What the gateway lets it show is in `led`, `lines` and `beep_count`.

    `outputs` are its outputs by number, as far as the gateway has switched them.
    """

    def __init__(
        self,
        *,
        address: int = 0,
        scbk: bytes | None = None,
        baud: int = 115_200,
        settings: PeripheralSettings | None = None,
    ) -> None:
        settings = settings or PeripheralSettings(address=address, scbk=scbk)
        self.device = PeripheralDevice(settings, baud=baud, random_bytes=secrets.token_bytes)
        self.baud = baud
        self.keys: list[bytes] = []
        self.led: str | None = None
        self.lines: dict[int, str] = {}
        self.beep_count = 0
        self.outputs: dict[int, bool] = {}
        self.card_sent_at = 0.0
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.port = os.ttyname(self._slave)
        self._timer: asyncio.TimerHandle | None = None
        self._changed = asyncio.Event()

    async def __aenter__(self) -> Self:
        asyncio.get_running_loop().add_reader(self._master, self._receive)
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.unplug()
        os.close(self._master)
        os.close(self._slave)

    def unplug(self) -> None:
        """Answer nothing any more."""
        asyncio.get_running_loop().remove_reader(self._master)
        if self._timer is not None:
            self._timer.cancel()

    def present(self, card: int) -> None:
        """Hold a card of the test's facility to the reader."""
        self.device.present_card(encode_wiegand26(FACILITY, card), 26, now=asyncio.get_running_loop().time())
        self._pump()

    def act(self, action: Callable[[PeripheralDevice, float], None]) -> None:
        """Let something happen at the reader (a key, an input), now."""
        action(self.device, asyncio.get_running_loop().time())
        self._pump()

    def send_garbage(self, data: bytes) -> None:
        """Disturb the line."""
        os.write(self._master, data)

    async def until(self, condition: Callable[[], bool], *, timeout_s: float = 30.0) -> None:
        """Wait until something holds that the gateway makes the reader show."""
        async with asyncio.timeout(timeout_s):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    def _receive(self) -> None:
        try:
            data = os.read(self._master, 4096)
        except OSError:
            return
        self.device.receive_bytes(data, asyncio.get_running_loop().time())
        self._pump()

    def _pump(self) -> None:
        loop = asyncio.get_running_loop()
        self.device.handle_timer(loop.time())
        if data := self.device.bytes_to_send():
            if len(data) > CARD_REPLY_SIZE:
                self.card_sent_at = loop.time()
            os.write(self._master, data)
        while (event := self.device.next_event()) is not None:
            self._take(event)
            self._changed.set()
        if self._timer is not None:
            self._timer.cancel()
        deadline = self.device.next_deadline()
        self._timer = None if deadline is None else loop.call_at(deadline, self._pump)

    def _take(self, event: events.Event) -> None:
        match event:
            case events.LedSet(led=led):
                self.led = led.temporary.on_color.name if led.temporary else None
            case events.BuzzerSet(buzzer=buzzer):
                self.beep_count += buzzer.repeat_count
            case events.OutputSet():
                self.outputs[event.output] = event.is_active
            case events.KeyChanged(key=key):
                self.keys.append(key)
            case events.CommunicationChanged(baud=baud):
                # A pty carries every speed; only our own reckoning changes.
                self.baud = baud
                self.device.set_baud(baud)
            case events.TextShown(text=text):
                self.lines[text.row] = text.text.decode().rstrip()
            case _:
                pass
