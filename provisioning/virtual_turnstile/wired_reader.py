"""A reader on a wire: our own OSDP peripheral device in secure channel on a pty, with a face to look at.

Unplugging takes its power: what it showed is gone, the wire is silent. Plugged in again it starts as new.
"""

import logging
import secrets
from collections.abc import Callable
from pathlib import Path

from firmware_protocol.osdp import events
from firmware_protocol.osdp.peripheral_device import PeripheralDevice, PeripheralSettings
from firmware_protocol.wiegand import encode_wiegand26
from provisioning.virtual_turnstile.configuration import ReaderSettings
from provisioning.virtual_turnstile.deadline_timer import DeadlineTimer
from provisioning.virtual_turnstile.errors import ReaderUnpluggedError
from provisioning.virtual_turnstile.pty_port import PtyPort
from provisioning.virtual_turnstile.reader_face import ReaderFace
from provisioning.virtual_turnstile.views import CountName, ReaderView, view_face

WIEGAND_BITS = 26

log = logging.getLogger(__name__)

Listener = Callable[[CountName | None], None]


class WiredReader:
    """Tells `on_change` what happened, by the name of its count; None when nothing that is counted."""

    def __init__(self, settings: ReaderSettings, link: Path, *, on_change: Listener) -> None:
        self._settings = settings
        self._link = link
        self._on_change = on_change
        self._device_settings = PeripheralSettings(address=settings.address, scbk=settings.read_scbk())
        self._timer = DeadlineTimer(self._handle_timer)
        self._face_timer = DeadlineTimer(self._handle_face_timer)
        self._port: PtyPort | None = None
        self._device: PeripheralDevice | None = None
        self._face = ReaderFace(encoding=settings.text_encoding)
        self._is_tampered = False
        self._is_line_full = False

    def open(self) -> None:
        """Put the port in place, with the reader plugged in; PathTakenError when its path is in use."""
        self._port = PtyPort(self._link, self._receive)
        self.replug()

    def close(self) -> None:
        """Take the port away."""
        self.unplug()
        if self._port is not None:
            self._port.close()
            self._port = None

    def view(self) -> ReaderView:
        return ReaderView.model_validate(
            {
                "is_plugged": self._device is not None,
                "is_online": self._device is not None and self._device.is_online,
                "is_secure": self._device is not None and self._device.is_secure,
                "is_tampered": self._is_tampered,
                **view_face(self._face, self._timer.now()),
            }
        )

    def present_card(self, facility: int, number: int) -> None:
        """Read a 26-bit card.

        Raises:
            ReaderUnpluggedError: nothing is there to read it.
        """
        if self._device is None:
            raise ReaderUnpluggedError("the reader is unplugged")
        self._device.present_card(encode_wiegand26(facility, number), WIEGAND_BITS, now=self._timer.now())
        self._pump()

    def set_tampered(self, *, is_tampered: bool) -> None:
        self._is_tampered = is_tampered
        if self._device is not None:
            self._device.set_tamper(is_tampered)
            self._pump()

    def unplug(self) -> None:
        if self._device is not None and self._device.is_online:
            self._on_change("offline")
        self._device = None
        self._timer.arm(None)
        self._renew_face()

    def replug(self) -> None:
        if self._device is not None:
            return
        baud = self._settings.baud
        self._device = PeripheralDevice(self._device_settings, baud=baud, random_bytes=secrets.token_bytes)
        self._device.set_tamper(self._is_tampered)

    def _renew_face(self) -> None:
        self._face = ReaderFace(encoding=self._settings.text_encoding)
        self._face_timer.arm(None)

    def _receive(self, data: bytes) -> None:
        if self._device is not None:
            self._device.receive_bytes(data, self._timer.now())
            self._pump()

    def _handle_timer(self, now: float) -> None:
        if self._device is not None:
            self._device.handle_timer(now)
            self._pump()

    def _handle_face_timer(self, now: float) -> None:
        self._face.handle_timer(now)
        self._face_timer.arm(self._face.next_deadline())
        self._on_change(None)

    def _pump(self) -> None:
        """Move what the device has to say: bytes to the wire, events to the face, its deadline to the timer."""
        assert self._device is not None, "only a plugged reader is pumped"
        if data := self._device.bytes_to_send():
            self._write(data)
        while (event := self._device.next_event()) is not None:
            self._handle_event(event)
        self._timer.arm(self._device.next_deadline())

    def _write(self, data: bytes) -> None:
        assert self._port is not None, "a reader is plugged into an open port"
        is_full = not self._port.write(data)
        if is_full and not self._is_line_full:
            log.warning("%s: nobody reads what the reader says; its replies are lost", self._link)
        self._is_line_full = is_full

    def _handle_event(self, event: events.Event) -> None:
        now = self._timer.now()
        happened: CountName | None = None
        match event:
            case events.LedSet():
                self._face.apply(event.led, now)
                happened = "light"
            case events.BuzzerSet():
                self._face.apply(event.buzzer, now)
                happened = "sound"
            case events.TextShown():
                self._face.apply(event.text, now)
                happened = "text"
            case events.HostOnline():
                happened = "online"
            case events.SecureChannelEstablished():
                happened = "secure"
            case events.HostLost():
                happened = "offline"
            case _:
                pass
        self._face_timer.arm(self._face.next_deadline())
        self._on_change(happened)
