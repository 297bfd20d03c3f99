"""The virtual reader itself: a peripheral device on a port, its face, and what a person lets happen to it."""

import asyncio
import secrets
from collections.abc import Callable
from typing import Final

from firmware_protocol.osdp import events
from firmware_protocol.osdp.errors import LocalProtocolError
from firmware_protocol.osdp.peripheral_device import PeripheralDevice, PeripheralSettings
from provisioning.virtual_reader.happenings import Record, event_record, face_record
from provisioning.virtual_reader.orders import (
    Order,
    OrderError,
    PresentCard,
    PressKeys,
    SetInput,
    SetPower,
    SetTamper,
    Show,
)
from provisioning.virtual_reader.ports import ReaderPort
from provisioning.virtual_turnstile.deadline_timer import DeadlineTimer
from provisioning.virtual_turnstile.reader_face import ReaderFace

LAST_REPLY_S: Final = 0.1
"""The reply to COMSET still goes out at the old speed; at 9600 baud it takes a fifth of this."""


class VirtualReader:
    """Tells each happening to `tell`, and a new key to `keep_key`. Plug it in before bytes arrive."""

    def __init__(
        self,
        settings: PeripheralSettings,
        *,
        baud: int,
        encoding: str,
        tell: Callable[[Record], None],
        keep_key: Callable[[bytes], None],
    ) -> None:
        self._device = PeripheralDevice(settings, baud=baud, random_bytes=secrets.token_bytes)
        self._face = ReaderFace(rows=settings.text_lines, columns=settings.text_columns, encoding=encoding)
        self._encoding = encoding
        self._tell = tell
        self._keep_key = keep_key
        self._timer = DeadlineTimer(self._handle_timer)
        self._port: ReaderPort | None = None
        self._moving: asyncio.Task[None] | None = None

    def plug_in(self, port: ReaderPort) -> None:
        """Speak on this port from now on."""
        self._port = port

    def unplug(self) -> None:
        """Say nothing more."""
        self._timer.arm(None)
        if self._moving is not None:
            self._moving.cancel()

    def receive(self, data: bytes) -> None:
        """Take bytes from the port."""
        self._device.receive_bytes(data, self._timer.now())
        self._pump()

    def obey(self, order: Order) -> None:
        """Let something happen.

        Raises:
            OrderError: this reader cannot do that.
        """
        now = self._timer.now()
        try:
            match order:
                case PresentCard(data=data, bit_count=bit_count):
                    self._device.present_card(data, bit_count, now=now)
                case PressKeys(keys=keys):
                    self._device.press_keys(keys, now=now)
                case SetInput(index=index, is_active=is_active):
                    self._device.set_input(index, is_active)
                case SetTamper(is_tampered=is_tampered):
                    self._device.set_tamper(is_tampered)
                case SetPower(is_failing=is_failing):
                    self._device.set_power_failing(is_failing)
                case Show():
                    self._face.handle_timer(now)
                    self._tell(face_record(self._face))
                case _:
                    raise AssertionError(f"{order} is not for the reader")
        except LocalProtocolError as error:
            raise OrderError(str(error)) from error
        self._pump()

    def _handle_timer(self, now: float) -> None:
        self._device.handle_timer(now)
        self._pump()

    def _pump(self) -> None:
        assert self._port is not None, "a reader is plugged in before it speaks"
        if data := self._device.bytes_to_send():
            self._port.write(data)
        while (event := self._device.next_event()) is not None:
            self._handle_event(event)
        self._timer.arm(self._device.next_deadline())

    def _handle_event(self, event: events.Event) -> None:
        now = self._timer.now()
        match event:
            case events.LedSet(led=command) | events.BuzzerSet(buzzer=command) | events.TextShown(text=command):
                self._face.apply(command, now)
            case events.KeyChanged(key=key):
                self._keep_key(key)
            case events.CommunicationChanged(baud=baud):
                self._moving = asyncio.create_task(self._move(baud))
        self._tell(event_record(event, self._encoding))

    async def _move(self, baud: int) -> None:
        await asyncio.sleep(LAST_REPLY_S)
        assert self._port is not None, "a reader is plugged in before it moves"
        await self._port.set_baud(baud)
        self._device.set_baud(baud)
