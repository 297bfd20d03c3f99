"""libosdp 3.1.2, the independent implementation, as the other end of a line in memory and real time.

Its Python binding has two faults that its C core has not: the reader's command callback reads an
uninitialised structure for status requests, and takes one reference too many off what it returns. So the
reader's callback is set through ctypes, on the public C functions that the wheel exports; the binding's
own converters make dictionaries of everything but status requests.
"""

import ctypes
import time
from collections.abc import Callable
from typing import Any, ClassVar

import osdp  # type: ignore[import-untyped]
import osdp_sys  # type: ignore[import-not-found]

from firmware_protocol.osdp.access_control_unit import AccessControlUnit
from firmware_protocol.osdp.events import Event
from firmware_protocol.osdp.peripheral_device import PeripheralDevice

SCBK = bytes.fromhex("00112233445566778899AABBCCDDEEFF")
ADDRESS = 101

_CONTEXT_OFFSET = 64
_STATUS_TYPE, _STATUS_COUNT, _STATUS_REPORT = 8, 12, 16
_LIBRARY = ctypes.PyDLL(osdp_sys.__file__)
_COMMAND_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
_LIBRARY.pyosdp_make_dict_cmd.argtypes = [ctypes.POINTER(ctypes.py_object), ctypes.c_void_p]
_LIBRARY.osdp_pd_set_command_callback.argtypes = [ctypes.c_void_p, _COMMAND_CALLBACK, ctypes.c_void_p]


class MemoryChannel(osdp.Channel):  # type: ignore[misc]
    """libosdp's port: ``incoming`` is what it will read, ``outgoing`` what it wrote."""

    def __init__(self) -> None:
        super().__init__()
        self.incoming = bytearray()
        self.outgoing = bytearray()

    def read(self, max_bytes: int) -> bytes:
        data = bytes(self.incoming[:max_bytes])
        del self.incoming[:max_bytes]
        return data

    def write(self, buf: bytes) -> int:
        self.outgoing += buf
        return len(buf)

    def flush(self) -> None:
        self.incoming.clear()

    def take(self) -> bytes:
        data = bytes(self.outgoing)
        self.outgoing.clear()
        return data


class LibosdpReader:
    """A peripheral device of libosdp. ``commands`` are the dictionaries that it was told."""

    CAPABILITIES: ClassVar = [
        (osdp.Capability.ContactStatusMonitoring, 1, 2),
        (osdp.Capability.OutputControl, 1, 2),
        (osdp.Capability.LEDControl, 1, 1),
        (osdp.Capability.AudibleControl, 1, 1),
        (osdp.Capability.TextOutput, 1, 1),
    ]

    def __init__(self, *, scbk: bytes | None = SCBK) -> None:
        osdp_sys.set_loglevel(osdp.LogLevel.Emergency)
        self.channel = MemoryChannel()
        self.commands: list[dict[str, Any]] = []
        self.status = {0: b"\x00\x01", 1: b"\x01\x00", 2: b"\x00\x00", 3: b"\x00"}
        flags = [osdp.LibFlag.EnforceSecure] if scbk else [osdp.LibFlag.InstallMode]
        identity = osdp.PdId(1, 2, 0xCAFE, 0x12345678, 0x010203)
        info = osdp.PDInfo(ADDRESS, self.channel, scbk=scbk, flags=flags, id=identity)
        capabilities = osdp.PDCapabilities(self.CAPABILITIES)
        self.context = osdp_sys.PeripheralDevice(info.get(), capabilities=capabilities.get())
        self._callback = _COMMAND_CALLBACK(self._handle_command)
        context = ctypes.c_void_p.from_address(id(self.context) + _CONTEXT_OFFSET)
        _LIBRARY.osdp_pd_set_command_callback(context, self._callback, None)

    def submit(self, event: dict[str, Any]) -> None:
        assert self.context.submit_event(event)

    def _handle_command(self, _argument: int, command: int) -> int:
        if ctypes.c_int.from_address(command).value == osdp.Command.Status:
            report = self.status[ctypes.c_int.from_address(command + _STATUS_TYPE).value]
            ctypes.c_int.from_address(command + _STATUS_COUNT).value = len(report)
            ctypes.memmove(command + _STATUS_REPORT, report, len(report))
            return 0
        told = ctypes.py_object()
        assert _LIBRARY.pyosdp_make_dict_cmd(ctypes.byref(told), command) == 0
        self.commands.append(told.value)
        return 0


class LibosdpController:
    """A control panel of libosdp. ``events`` are the dictionaries that it reported.

    Not enforced, it falls back to the public default key and then sets its own: its way of pairing.
    """

    def __init__(self, *, scbk: bytes = SCBK, is_enforced: bool = True) -> None:
        osdp_sys.set_loglevel(osdp.LogLevel.Emergency)
        self.channel = MemoryChannel()
        self.events: list[dict[str, Any]] = []
        flags = [osdp.LibFlag.EnforceSecure] if is_enforced else []
        info = osdp.PDInfo(ADDRESS, self.channel, scbk=scbk, flags=flags)
        self.context = osdp_sys.ControlPanel([info.get()])
        self.context.set_event_callback(self._handle_event)

    @property
    def is_online(self) -> bool:
        return bool(self.context.status())

    @property
    def is_secure(self) -> bool:
        return bool(self.context.sc_status())

    def submit(self, command: dict[str, Any]) -> None:
        assert self.context.submit_command(0, command)

    def restart_reader(self) -> None:
        """Take the reader out of service and back: else libosdp leaves one that it lost alone for 300 s."""
        assert self.context.disable_pd(0)
        self.context.refresh()
        assert self.context.enable_pd(0)

    def _handle_event(self, _reader: int, event: dict[str, Any]) -> int:
        self.events.append(event)
        return 0


class Pair:
    """One of ours and one of libosdp's, on a line in memory; ``is_plugged`` False cuts it."""

    def __init__(self, ours: AccessControlUnit | PeripheralDevice, theirs: LibosdpReader | LibosdpController) -> None:
        self.ours = ours
        self.theirs = theirs
        self.events: list[Event] = []
        self.is_plugged = True

    def run_until(self, condition: Callable[[], bool], limit: float = 5.0) -> None:
        """Run both ends until ``condition`` holds; fails after ``limit`` seconds."""
        end = time.monotonic() + limit
        while not condition():
            assert time.monotonic() < end, f"not within {limit} s; events so far: {self.events}"
            self._step()
            time.sleep(0.0005)

    def run(self, seconds: float) -> None:
        """Run both ends for some time."""
        end = time.monotonic() + seconds
        self.run_until(lambda: time.monotonic() >= end, seconds + 1)

    def expect(self, kind: type[Event], limit: float = 5.0) -> Any:
        """Run until our end has an event of ``kind``; gives it and forgets those before."""
        self.run_until(lambda: any(isinstance(event, kind) for event in self.events), limit)
        index = next(index for index, event in enumerate(self.events) if isinstance(event, kind))
        found = self.events[index]
        del self.events[: index + 1]
        return found

    def _step(self) -> None:
        now = time.monotonic()
        self.ours.handle_timer(now)
        sent = self.ours.bytes_to_send()
        if self.is_plugged:
            self.theirs.channel.incoming += sent
        self.theirs.context.refresh()
        answered = self.theirs.channel.take()
        if self.is_plugged:
            self.ours.receive_bytes(answered, time.monotonic())
        while (event := self.ours.next_event()) is not None:
            self.events.append(event)
